// Extraction protocols.
#include "config/protocol_file.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  return fuzz::parse([&] { config::parse_protocol(fuzz::text_of(data, size), "fuzz"); });
}
