#include "tests/support/forbidden_acts.hpp"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <csignal>

namespace glisson::tests {
namespace {

/// Opened before any sandbox.
int inherited_socket() {
  static const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  return socket;
}

}  // namespace

int open_as(const std::filesystem::path& path, int flags) {
  return error_of(::open(path.c_str(), flags, 0600));
}

const std::vector<ForbiddenAct>& forbidden_acts() {
  inherited_socket();
  using Path = std::filesystem::path;
  static const std::vector<ForbiddenAct> all{
      {"run a program",
       [](const Path&) {
         char* const arguments[] = {const_cast<char*>("true"), nullptr};
         return error_of(::execv("/bin/true", arguments));
       },
       "execve"},
      {"run a program by its descriptor",
       [](const Path&) {
         char* const arguments[] = {const_cast<char*>("true"), nullptr};
         return error_of(::fexecve(::open("/bin/true", O_RDONLY), arguments, environ));
       },
       "execveat"},
      {"open a TCP socket", [](const Path&) { return error_of(::socket(AF_INET, SOCK_STREAM, 0)); }},
      {"open a Unix socket", [](const Path&) { return error_of(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
      {"make a pair of sockets",
       [](const Path&) {
         int ends[2];
         return error_of(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
       }},
      {"connect a socket that it has",
       [](const Path&) {
         // UDP: nobody has to listen.
         sockaddr_in address{};
         address.sin_family = AF_INET;
         address.sin_port = htons(9);
         address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
         return error_of(
             ::connect(inherited_socket(), reinterpret_cast<sockaddr*>(&address), sizeof address));
       },
       "connect"},
      {"trace its parent", [](const Path&) { return error_of(::ptrace(PTRACE_SEIZE, ::getppid(), 0, 0)); },
       "ptrace"},
      {"read its parent's memory",
       [](const Path& folder) {
         char byte = 0;
         iovec local{&byte, 1};
         iovec remote{const_cast<Path::value_type*>(folder.c_str()), 1};
         return error_of(::process_vm_readv(::getppid(), &local, 1, &remote, 1, 0));
       },
       "process_vm_readv"},
      {"open a file for writing", [](const Path& folder) { return open_as(folder / "old", O_WRONLY); }},
      {"open a file for reading and writing",
       [](const Path& folder) { return open_as(folder / "old", O_RDWR); }},
      {"make a file", [](const Path& folder) { return open_as(folder / "new", O_WRONLY | O_CREAT); }},
      {"make a file without a name", [](const Path& folder) { return open_as(folder, O_TMPFILE | O_RDWR); }},
      {"empty a file that is opened for reading",
       [](const Path& folder) { return open_as(folder / "old", O_RDONLY | O_TRUNC); }},
      {"truncate a file",
       [](const Path& folder) { return error_of(::truncate((folder / "old").c_str(), 0)); }},
      {"remove a file", [](const Path& folder) { return error_of(::unlink((folder / "old").c_str())); }},
      {"rename a file",
       [](const Path& folder) {
         return error_of(::rename((folder / "old").c_str(), (folder / "new").c_str()));
       }},
      {"link a file",
       [](const Path& folder) {
         return error_of(::link((folder / "old").c_str(), (folder / "new").c_str()));
       }},
      {"make a symbolic link",
       [](const Path& folder) { return error_of(::symlink("/etc/passwd", (folder / "new").c_str())); }},
      {"make a folder", [](const Path& folder) { return error_of(::mkdir((folder / "new").c_str(), 0700)); }},
      {"change a file's mode",
       [](const Path& folder) { return error_of(::chmod((folder / "old").c_str(), 0777)); }},
      {"read a file of somebody else",
       [](const Path& folder) {
         return open_as(folder.parent_path() / (folder.filename().string() + ".secret"), O_RDONLY);
       }},
      {"start a process",
       [](const Path&) {
         const pid_t child = ::fork();
         if (child == 0) ::_exit(0);
         return error_of(child);
       }},
      {"end another process", [](const Path&) { return error_of(::kill(::getppid(), 0)); }},
      {"have a descriptor signal another process",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETOWN, ::getppid())); }},
      {"choose the signal of a descriptor",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETSIG, SIGKILL)); }},
      {"let a descriptor send signals",
       [](const Path&) { return error_of(::fcntl(inherited_socket(), F_SETFL, O_ASYNC)); }},
      {"move another process to a processor",
       [](const Path&) {
         cpu_set_t processors;
         if (::sched_getaffinity(::getppid(), sizeof processors, &processors) != 0) return -1;
         return error_of(::sched_setaffinity(::getppid(), sizeof processors, &processors));
       }},
      {"read what lies in /etc", [](const Path&) { return error_of(::open("/etc/fstab", O_RDONLY)); }},
      {"make memory that is written and executed",
       [](const Path&) {
         return error_of(::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       }},
      {"execute memory that it wrote",
       [](const Path&) {
         void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return error_of(::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
       }},
      {"raise its own limits",
       [](const Path&) {
         rlimit limit{};
         ::getrlimit(RLIMIT_CORE, &limit);
         return error_of(::setrlimit(RLIMIT_CORE, &limit));
       }},
      {"be dumped", [](const Path&) { return error_of(::prctl(PR_SET_DUMPABLE, 1)); }},
      {"make a namespace of its own", [](const Path&) { return error_of(::syscall(SYS_unshare, 0)); }},
      {"have its calls done by io_uring",
       [](const Path&) {
         io_uring_params parameters{};
         return error_of(::syscall(SYS_io_uring_setup, 1, &parameters));
       }},
  };
  return all;
}

}  // namespace glisson::tests
