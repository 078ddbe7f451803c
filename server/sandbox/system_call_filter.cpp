#include "server/sandbox/system_call_filter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "engine/errors.hpp"

namespace glisson::server {
namespace {

/// What computing, reading files, threads and open connections need, whatever the arguments.
constexpr int harmless[] = {
    // memory
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(membarrier),
    // open descriptors
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(fadvise64), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(getdents64), SCMP_SYS(eventfd2),
    // the names of files, read only
    SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
    SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
    // connections that stand
    SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    // threads of this process
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address), SCMP_SYS(gettid),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler), SCMP_SYS(getcpu), SCMP_SYS(exit), SCMP_SYS(exit_group),
    // signals
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    // time, chance, and who this is
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    SCMP_SYS(getrlimit), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getpid), SCMP_SYS(getppid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid)};

constexpr int of_writing[] = {
    SCMP_SYS(open),   SCMP_SYS(openat),   SCMP_SYS(pwrite64), SCMP_SYS(fsync),     SCMP_SYS(fdatasync),
    SCMP_SYS(mkdir),  SCMP_SYS(mkdirat),  SCMP_SYS(rename),   SCMP_SYS(renameat),  SCMP_SYS(renameat2),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(flock),    SCMP_SYS(ftruncate), SCMP_SYS(fallocate)};

/// Host names are looked up over UDP and netlink, and several answers are fetched at once.
constexpr int of_new_sockets[] = {SCMP_SYS(socket),   SCMP_SYS(connect),  SCMP_SYS(bind),
                                  SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(ioctl)};

/// Nothing but an intruder calls these in a confined process: it ends. To open a socket is refused without
/// that: the C library tries it on its own (gethostid, for which DCMTK asks when it makes a UID) and does
/// without.
constexpr int fatal[] = {SCMP_SYS(execve),
                         SCMP_SYS(execveat),
                         SCMP_SYS(ptrace),
                         SCMP_SYS(process_vm_readv),
                         SCMP_SYS(process_vm_writev),
                         SCMP_SYS(listen),
                         SCMP_SYS(accept),
                         SCMP_SYS(accept4)};
constexpr int fatal_without_new_sockets[] = {SCMP_SYS(connect), SCMP_SYS(bind)};

class Filter {
 public:
  /// @throws RejectedInput as filter_system_calls().
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
    if (!context_) refuse(ENOMEM);
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
  }

  template <std::size_t count>
  void allow(const int (&calls)[count]) {
    for (const int call : calls) add(SCMP_ACT_ALLOW, call, {});
  }
  template <std::size_t count>
  void forbid(const int (&calls)[count]) {
    for (const int call : calls) add(SCMP_ACT_TRAP, call, {});
  }
  /// Allows a call where `argument & mask` is `value`.
  void allow_where(int call, unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    add(SCMP_ACT_ALLOW, call, {argument, SCMP_CMP_MASKED_EQ, mask, value});
  }
  void allow_where_equal(int call, unsigned argument, scmp_datum_t value) {
    add(SCMP_ACT_ALLOW, call, {argument, SCMP_CMP_EQ, value, 0});
  }
  void allow_unless_equal(int call, unsigned argument, scmp_datum_t value) {
    add(SCMP_ACT_ALLOW, call, {argument, SCMP_CMP_NE, value, 0});
  }
  void allow_where_both(int call, const scmp_arg_cmp& first, const scmp_arg_cmp& second) {
    const scmp_arg_cmp both[]{first, second};
    check(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call, 2, both));
  }
  /// As if the kernel were older than the call.
  void hide(int call) { add(SCMP_ACT_ERRNO(ENOSYS), call, {}); }

  void load() { check(seccomp_load(context_.get())); }

 private:
  struct Condition {
    unsigned argument = 0;
    scmp_compare comparison = _SCMP_CMP_MIN;  ///< No condition.
    scmp_datum_t first = 0;
    scmp_datum_t second = 0;
  };

  void add(std::uint32_t action, int call, const Condition& condition) {
    if (call < 0) return;  // This architecture does not have it.
    const scmp_arg_cmp comparison{condition.argument, condition.comparison, condition.first,
                                  condition.second};
    const unsigned count = condition.comparison == _SCMP_CMP_MIN ? 0 : 1;
    check(seccomp_rule_add_array(context_.get(), action, call, count, &comparison));
  }

  static void check(int result) {
    if (result < 0) refuse(-result);
  }
  [[noreturn]] static void refuse(int error) {
    throw RejectedInput(RejectionReason::unsuitable_host,
                        fmt::format("this system allows no seccomp filter: {}", std::strerror(error)));
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
};

}  // namespace

void filter_system_calls(bool writes, bool new_sockets) {
  Filter filter;
  filter.allow(harmless);
  filter.forbid(fatal);
  if (writes) {
    filter.allow(of_writing);
  } else {
    constexpr scmp_datum_t changes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    filter.allow_where(SCMP_SYS(open), 1, changes, O_RDONLY);
    filter.allow_where(SCMP_SYS(openat), 2, changes, O_RDONLY);
  }
  if (new_sockets) {
    filter.allow(of_new_sockets);
  } else {
    filter.forbid(fatal_without_new_sockets);
  }
  // Threads yes, processes no. The flags of clone3 lie in memory, where no filter can see them.
  filter.allow_where(SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD);
  filter.hide(SCMP_SYS(clone3));
  // Code comes from files: character set tables and oneTBB's allocator are loaded at their first use.
  filter.allow_where(SCMP_SYS(mmap), 2, PROT_EXEC, 0);
  filter.allow_where(SCMP_SYS(mmap), 2, PROT_EXEC | PROT_WRITE, PROT_EXEC);
  filter.allow_where(SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
  // Signals go to itself only, and none other takes the place of the handler of SIGSYS.
  filter.allow_where_equal(SCMP_SYS(tgkill), 0, static_cast<scmp_datum_t>(::getpid()));
  filter.allow_unless_equal(SCMP_SYS(rt_sigaction), 0, SIGSYS);
  // No F_SETOWN and F_SETSIG, by which a descriptor sends any signal to any process, nor O_ASYNC.
  for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD, F_DUPFD_CLOEXEC}) {
    filter.allow_where_equal(SCMP_SYS(fcntl), 1, static_cast<scmp_datum_t>(command));
  }
  filter.allow_where_both(SCMP_SYS(fcntl), {1, SCMP_CMP_EQ, F_SETFL, 0}, {2, SCMP_CMP_MASKED_EQ, O_ASYNC, 0});
  // oneTBB asks for the processors of the calling thread.
  filter.allow_where_equal(SCMP_SYS(sched_setaffinity), 0, 0);
  // Limits are read, not set.
  filter.allow_where_equal(SCMP_SYS(prlimit64), 2, 0);
  filter.load();
}

}  // namespace glisson::server
