// What the supervisor itself looks at: the first six bytes of a connection.
#include "server/request_gate.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson::server;
  if (size < pdu_header_size) return 0;
  const auto whole =
      association_request_size(std::span<const std::uint8_t, pdu_header_size>(data, pdu_header_size));
  if (whole && (*whole <= pdu_header_size || *whole > largest_association_request)) std::abort();
  return 0;
}
