// Model packages.
#include "config/model_package.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  return fuzz::parse([&] { config::parse_model(fuzz::text_of(data, size), "fuzz"); });
}
