#include "server/bundle/host_facts.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

constexpr std::streamoff most_bytes = 4 << 20;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// A line of /proc/self/maps ends with the file that is mapped, as the kernel names it: with its version.
std::set<std::string> loaded_libraries() {
  std::set<std::string> files;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    if (path != std::string::npos && line.find(".so", path) != std::string::npos)
      files.insert(line.substr(path));
  }
  return files;
}

std::string ending(const std::string& text, std::size_t lines) {
  std::size_t begin = text.size();
  for (std::size_t found = 0; begin > 0; --begin) {
    if (text[begin - 1] == '\n' && begin < text.size() && ++found == lines) break;
  }
  return text.substr(begin);
}

}  // namespace

std::string host_facts() {
  utsname kernel{};
  ::uname(&kernel);
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::string text = content_of("/etc/os-release");
  text += fmt::format("\n{} {} {}\n{} processors, {} MiB of memory\n\n", kernel.sysname, kernel.release,
                      kernel.machine, ::sysconf(_SC_NPROCESSORS_ONLN), (pages * page) >> 20U);
  for (const auto& library : loaded_libraries()) text += library + "\n";
  return text;
}

std::string last_lines(const std::filesystem::path& file, std::size_t lines) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) {
    const std::string why = fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno));
    if (errno == EACCES) throw RejectedInput(RejectionReason::not_permitted, why);
    throw TransientError(why);
  }
  const std::streamoff size = stream.tellg();
  stream.seekg(std::max<std::streamoff>(0, size - most_bytes));
  std::ostringstream text;
  text << stream.rdbuf();
  return ending(text.str(), lines);
}

std::string journal(std::size_t lines) {
  const std::string command =
      fmt::format("journalctl --quiet --no-pager --unit glisson --output cat --lines {} 2>/dev/null", lines);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; pipe && (size = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) {
    text.append(part.data(), size);
  }
  if (text.empty())
    throw TransientError("journald has no log of the unit glisson; give the log's file by --log");
  return text;
}

}  // namespace glisson::server
