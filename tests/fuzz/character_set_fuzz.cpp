// Character sets: the text before the first NUL is Specific Character Set (0008,0005), the rest a value.
#include "dicom/character_set.hpp"
#include "tests/fuzz/fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glisson;
  const std::string_view text = fuzz::text_of(data, size);
  const auto end = std::min(text.find('\0'), text.size());
  return fuzz::parse(
      [&] { dicom::to_utf8(text.substr(std::min(end + 1, text.size())), text.substr(0, end)); });
}
