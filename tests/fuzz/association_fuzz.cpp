// A whole association, from its first byte: request, negotiation, messages, release. The first byte of the
// input says after how many bytes the peer pauses, so that PDUs come in pieces.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "dicom/network/association.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace glisson::dicom;

void send_all(int peer, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

/// Takes what the server answers, so that it is never kept waiting.
void drain(int peer) {
  std::array<char, 4096> answer{};
  while (::recv(peer, answer.data(), answer.size(), 0) > 0) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
  const AssociationHandlers handlers{
      .admit = [](const AssociationRequest&) { return Admission::accepted; },
      .open_file = [](const StoreRequest&) { return ::memfd_create("stored", MFD_CLOEXEC); },
      .stored = [](const StoreRequest&, const ReceivedDataSet&) { return StoreOutcome{}; },
      .lost = [](const StoreRequest&, const std::string&) {},
  };
  AssociationLimits limits;
  limits.pdu_timeout = limits.idle_timeout = std::chrono::milliseconds(500);
  limits.largest_data_set = 1 << 20;
  std::jthread peer([&, bytes = glisson::fuzz::input_of(data, size).subspan(1)] {
    const auto first = std::min<std::size_t>(bytes.size(), data[0]);
    send_all(ends[1], bytes.first(first));
    send_all(ends[1], bytes.subspan(first));
    ::shutdown(ends[1], SHUT_WR);
    drain(ends[1]);
    ::close(ends[1]);
  });
  serve_association(ends[0], handlers, limits, "127.0.0.1");
  return 0;
}
