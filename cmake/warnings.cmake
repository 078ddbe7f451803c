# Warnings are errors in our own code; the libraries' headers are system headers and stay silent.
add_library(glisson_warnings INTERFACE)
target_compile_options(glisson_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
# GCC 12 warns of std::string's own memcpy in "literal" + string (bug 105329).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(glisson_warnings INTERFACE -Wno-restrict)
endif()
