// The target of an HTTP request.
#include "server/web/http_message.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  return fuzz::parse([&] {
    for (const auto& segment : server::parse_target(fuzz::text_of(data, size)).segments) {
      if (segment == ".." || segment == "." || segment.find('\0') != std::string::npos) std::abort();
    }
  });
}
