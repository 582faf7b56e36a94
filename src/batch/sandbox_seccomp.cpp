// SPDX-License-Identifier: Apache-2.0
// seccomp: an allow-list of system calls. Whatever no codec has any business with ends the process;
// the rest fails with EPERM, as libraries expect of a system that lacks something.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/file.hpp"
#include "batch/sandbox.hpp"

namespace signmark::batch {
namespace {

/// Used by the media paths, found by strace; grouped by what for.
constexpr int kAllowed[] = {
    // given descriptors, and files in the scratch folder (Landlock says which)
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(readv),
    SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(open), SCMP_SYS(openat),
    SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(getdents64), SCMP_SYS(dup),
    // the control socket
    SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
    // memory; the sanitizers' runtime tries addresses with a pipe, which leads nowhere else
    SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
    SCMP_SYS(madvise), SCMP_SYS(msync), SCMP_SYS(mlock), SCMP_SYS(munlock),
    // threads of codecs
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu),
    // signals of its own
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    // time, chance, what the machine is
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    SCMP_SYS(getrlimit), SCMP_SYS(sysinfo), SCMP_SYS(uname)};

/// Reliability.md 7.2, and their kin. Asking for one of these is an attack or a bug.
constexpr int kFatal[] = {SCMP_SYS(execve),
                          SCMP_SYS(execveat),
                          SCMP_SYS(ptrace),
                          SCMP_SYS(process_vm_readv),
                          SCMP_SYS(process_vm_writev),
                          SCMP_SYS(pidfd_getfd),
                          SCMP_SYS(pidfd_open),
                          SCMP_SYS(socket),
                          SCMP_SYS(socketpair),
                          SCMP_SYS(connect),
                          SCMP_SYS(bind),
                          SCMP_SYS(listen),
                          SCMP_SYS(accept),
                          SCMP_SYS(accept4),
                          SCMP_SYS(truncate),
                          SCMP_SYS(mount),
                          SCMP_SYS(umount2),
                          SCMP_SYS(pivot_root),
                          SCMP_SYS(chroot),
                          SCMP_SYS(move_mount),
                          SCMP_SYS(open_tree),
                          SCMP_SYS(fsopen),
                          SCMP_SYS(unshare),
                          SCMP_SYS(setns),
                          SCMP_SYS(bpf),
                          SCMP_SYS(perf_event_open),
                          SCMP_SYS(io_uring_setup),
                          SCMP_SYS(io_uring_enter),
                          SCMP_SYS(io_uring_register),
                          SCMP_SYS(userfaultfd),
                          SCMP_SYS(keyctl),
                          SCMP_SYS(add_key),
                          SCMP_SYS(request_key),
                          SCMP_SYS(init_module),
                          SCMP_SYS(finit_module),
                          SCMP_SYS(kexec_load),
                          SCMP_SYS(open_by_handle_at),
                          SCMP_SYS(name_to_handle_at),
                          SCMP_SYS(setuid),
                          SCMP_SYS(setgid)};

struct FilterEnd {
  void operator()(void* filter) const { ::seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterEnd>;

scmp_arg_cmp equal(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// A call that is allowed only with some argument.
int allow_if(void* filter, int call, const scmp_arg_cmp& argument) {
  return ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &argument);
}

/// Nothing new becomes code, no thread leaves the process, nobody else is signalled, limits stay.
int add_conditions(void* filter) {
  constexpr unsigned kMemoryProtection = 2, kNewLimit = 2;
  int failed = 0;
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    failed |= allow_if(filter, call, masked(kMemoryProtection, PROT_EXEC, 0));
  failed |= allow_if(filter, SCMP_SYS(clone), masked(0, CLONE_THREAD, CLONE_THREAD));
  // Its flags lie in memory, out of sight; glibc then uses clone.
  failed |= ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  failed |= allow_if(filter, SCMP_SYS(tgkill), equal(0, static_cast<std::uint64_t>(::getpid())));
  failed |= allow_if(filter, SCMP_SYS(prlimit64), equal(kNewLimit, 0));
  for (const std::uint64_t option : {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA})
    failed |= allow_if(filter, SCMP_SYS(prctl), equal(0, option));
  for (const std::uint64_t command : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC})
    failed |= allow_if(filter, SCMP_SYS(fcntl), equal(1, command));
  return failed;
}

int add_rules(void* filter) {
  int failed = ::seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);  // is done already
  failed |= ::seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  failed |= ::seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree, not a list
  for (const int call : kAllowed) failed |= ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  for (const int call : kFatal)
    failed |= ::seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, call, 0);
  return failed | add_conditions(filter);
}

}  // namespace

Result<bool> seal_system_calls() {
  const Filter filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter || add_rules(filter.get()) != 0)
    return fail("batch.sandbox", "the worker's filter of system calls cannot be built");
  const int loaded = ::seccomp_load(filter.get());
  if (loaded == 0) return true;
  if (loaded == -ENOSYS || loaded == -EINVAL || loaded == -EOPNOTSUPP) return false;
  return fail("batch.sandbox",
              "the worker cannot load its filter of system calls: " + system_message(-loaded));
}

}  // namespace signmark::batch
