# Warnings are errors in our own code; the libraries' headers are system headers and stay silent.
add_library(glisson_warnings INTERFACE)
target_compile_options(glisson_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
