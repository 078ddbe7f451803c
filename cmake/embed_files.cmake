# Writes OUTPUT: a C++ source that returns the FILES (separated by |) of FOLDER from FUNCTION.
string(REPLACE "|" ";" FILES "${FILES}")
set(body "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND body "constexpr unsigned char file_${index}[] = {${bytes}0};\n")
  string(APPEND table
    "      {\"${file}\", {reinterpret_cast<const char*>(file_${index}), sizeof file_${index} - 1}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include <vector>

#include \"engine/embedded_file.hpp\"

namespace {
${body}}  // namespace

namespace glisson {
std::span<const EmbeddedFile> ${FUNCTION}() {
  static const std::vector<EmbeddedFile> files{
${table}  };
  return files;
}
}  // namespace glisson
")
