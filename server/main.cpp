#include "server/commands/command_line.hpp"

int main(int argc, char** argv) { return glisson::server::run(argc, argv); }
