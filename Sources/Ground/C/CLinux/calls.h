#pragma once
// The system calls that are left to a server (seccomp, linux/seccomp.h): a list of what it needs; what is not on it
// answers EPERM. A new call of a newer kernel is thereby refused until somebody has thought about it.
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
#define DOORSILL_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define DOORSILL_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

/// Calls that are allowed whatever their arguments. None makes or names a socket, follows or makes a link, changes an
/// owner or a mode by name, watches, starts, signals or looks into anybody.
static const int32_t doorsill_allowed_calls[] = {
  /* the files that Landlock leaves open */
  SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_lseek, SYS_close,
  SYS_openat, SYS_openat2, SYS_newfstatat, SYS_fstat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat,
  SYS_getcwd, SYS_getdents64, SYS_mkdirat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_ftruncate, SYS_fsync,
  SYS_fdatasync, SYS_fallocate, SYS_fadvise64, SYS_flock, SYS_statfs, SYS_fstatfs, SYS_dup, SYS_dup3, SYS_fchmod,
  SYS_sendfile, SYS_umask,
  /* the sockets that are open already, and those they accept */
  SYS_accept4, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_shutdown, SYS_getsockname, SYS_getpeername,
  SYS_setsockopt, SYS_getsockopt, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_eventfd2, SYS_ppoll,
  SYS_pselect6, SYS_pipe2,
  /* memory, threads, time */
  SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_msync, SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_exit,
  SYS_exit_group, SYS_gettid, SYS_getpid, SYS_getppid, SYS_sched_yield, SYS_sched_getaffinity, SYS_getcpu, SYS_membarrier,
  SYS_restart_syscall, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack,
  SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_getrandom, SYS_uname,
  SYS_sysinfo, SYS_getrusage, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
#if defined(__x86_64__)
  SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_mkdir, SYS_rmdir, SYS_unlink, SYS_rename, SYS_dup2,
  SYS_epoll_wait, SYS_poll, SYS_select, SYS_time, SYS_getrlimit,
#endif
};

/// What fcntl may do: descriptors, flags, locks. Not F_SETOWN and its like, which send signals.
static const int32_t doorsill_allowed_controls[] = {
  F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_DUPFD_CLOEXEC, 36, 37, 38, /* F_OFD_… */
};

/// Leaves the listed calls to every thread of the process, and of some only a part: threads but no processes, memory that
/// is never writable and executable, limits and signals of nobody else.
static inline int doorsill_seccomp_allow(void) {
#ifdef DOORSILL_AUDIT_ARCH
  enum { ROOM = 400 };
  struct sock_filter f[ROOM];
  int k = 0;
#define ADD(...) f[k++] = (struct sock_filter)__VA_ARGS__
#define LOAD(field) ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field)))
#define LOW(index) ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[index])))
#define ANSWER(what) ADD(BPF_STMT(BPF_RET | BPF_K, what))
#define UNLESS(number, skipped) ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(number), 0, skipped))
  LOAD(arch);
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DOORSILL_AUDIT_ARCH, 1, 0));
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
  LOAD(nr);
#if defined(__x86_64__)
  /* the x32 numbers reach the same calls by another name */
  ADD(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
#endif
  /* its flags lie in memory, where no filter sees them: it looks absent, and the C library falls back to clone */
  UNLESS(SYS_clone3, 1);
  ANSWER(SECCOMP_RET_ERRNO | ENOSYS);
  int count = (int)(sizeof doorsill_allowed_calls / sizeof doorsill_allowed_calls[0]);
  for (int i = 0; i < count; i++) {
    UNLESS(doorsill_allowed_calls[i], 1);
    ANSWER(SECCOMP_RET_ALLOW);
  }
  UNLESS(SYS_clone, 4); /* a thread, not a process */
  LOW(0);
  ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x00010000 /* CLONE_THREAD */, 0, 1));
  ANSWER(SECCOMP_RET_ALLOW);
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
  const int32_t memory[] = { SYS_mmap, SYS_mprotect };
  for (int i = 0; i < 2; i++) {
    UNLESS(memory[i], 4);
    LOW(2);
    ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
    ANSWER(SECCOMP_RET_ALLOW);
    ANSWER(SECCOMP_RET_ERRNO | EPERM);
  }
  UNLESS(SYS_prlimit64, 4);
  LOW(0);
  UNLESS(0, 1);
  ANSWER(SECCOMP_RET_ALLOW);
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
  UNLESS(SYS_tgkill, 4);
  LOW(0);
  UNLESS(getpid(), 1);
  ANSWER(SECCOMP_RET_ALLOW);
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
  UNLESS(SYS_prctl, 4);
  LOW(0);
  UNLESS(PR_SET_NAME, 1);
  ANSWER(SECCOMP_RET_ALLOW);
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
  int controls = (int)(sizeof doorsill_allowed_controls / sizeof doorsill_allowed_controls[0]);
  UNLESS(SYS_fcntl, (uint8_t)(1 + 2 * controls));
  LOW(1);
  for (int i = 0; i < controls; i++) {
    UNLESS(doorsill_allowed_controls[i], 1);
    ANSWER(SECCOMP_RET_ALLOW);
  }
  ANSWER(SECCOMP_RET_ERRNO | EPERM);
#undef ADD
#undef LOAD
#undef LOW
#undef ANSWER
#undef UNLESS
  struct sock_fprog p = { (unsigned short)k, f };
  return k <= ROOM ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &p) : -1;
#else
  errno = ENOSYS;
  return -1;
#endif
}

/// Gives every capability up, for good: the bounding set where that is allowed, what a program would inherit, and those of
/// this thread. Threads made afterwards have none. 0 when none is left.
static inline void doorsill_drop_bounding_set(void) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}
static inline int doorsill_drop_capabilities(void) {
  doorsill_drop_bounding_set();
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
  return (int)syscall(SYS_capset, &header, none);
}
