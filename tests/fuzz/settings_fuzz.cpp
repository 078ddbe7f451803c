// Settings of a host.
#include "config/settings.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  return fuzz::parse(
      [&] { config::describe_settings(config::parse_settings(fuzz::text_of(data, size), "fuzz")); });
}
