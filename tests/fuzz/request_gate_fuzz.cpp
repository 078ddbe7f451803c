// What the supervisor itself looks at: the first six bytes of a connection, and the A-ASSOCIATE-RQ behind
// them.
#include "server/request_gate.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson::server;
  if (size < pdu_header_size) return 0;
  const auto whole =
      association_request_size(std::span<const std::uint8_t, pdu_header_size>(data, pdu_header_size));
  if (whole && (*whole <= pdu_header_size || *whole > largest_association_request)) std::abort();
  if (size >= fixed_part_of_request) {
    const ShownRequest shown = read_shown_request(std::span(data, size));
    if (shown.calling.size() > 16 || shown.called.size() > 16) std::abort();
  }
  return 0;
}
