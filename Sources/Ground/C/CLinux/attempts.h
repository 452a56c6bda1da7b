#pragma once
// What a server that was taken over would try, one system call each, past the C library: the probe of the shut door.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Makes one attempt: 0 where it got through, the error number where it was refused, -1 past the last. `state` is a folder
/// the server may write in, in which lie a file `mine` and the folders `releases/parts` and `releases/empty`; `outer` is a
/// file that is none of its business. `name` is told what was tried.
static inline int doorsill_attempt(int index, const char *state, const char *outer, const char **name) {
  long result = 0;
  int at = (int)syscall(SYS_openat, AT_FDCWD, state, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int next = 0;
#define TRY(what, ...) if (index == next++) { *name = what; result = syscall(__VA_ARGS__); goto end; }
  TRY("start a program", SYS_execve, "/bin/true", NULL, NULL)
  TRY("start a program by descriptor", SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0)
  TRY("make a process", SYS_clone, SIGCHLD, NULL, NULL, NULL, 0)
  TRY("a TCP socket", SYS_socket, AF_INET, SOCK_STREAM, 0)
  TRY("an MPTCP socket", SYS_socket, AF_INET, SOCK_STREAM, 262)
  TRY("a UDP socket", SYS_socket, AF_INET6, SOCK_DGRAM, 0)
  TRY("a raw socket", SYS_socket, AF_INET, SOCK_RAW, 1)
  TRY("a packet socket", SYS_socket, AF_PACKET, SOCK_RAW, 0)
  TRY("a netlink socket", SYS_socket, AF_NETLINK, SOCK_RAW, 0)
  TRY("a unix socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0)
  TRY("a pair of sockets", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 })
  TRY("a vsock socket", SYS_socket, 40, SOCK_STREAM, 0)
  TRY("watch a folder (inotify)", SYS_inotify_init1, 0)
  TRY("watch a disk (fanotify)", SYS_fanotify_init, 0, 0)
  TRY("limits of another process", SYS_prlimit64, getppid(), RLIMIT_NOFILE, NULL, (struct rlimit[1]){ { 0, 0 } })
  TRY("signal another process", SYS_kill, getppid(), 0)
  TRY("signal another process's thread", SYS_tgkill, getppid(), getppid(), 0)
  TRY("a handle on another process", SYS_pidfd_open, getppid(), 0)
  TRY("read another process", SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0)
  TRY("trace", SYS_ptrace, 0, 0, NULL, NULL)
  TRY("signals by a descriptor's owner", SYS_fcntl, at, F_SETOWN, getppid())
  TRY("memory both writable and executable", SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  TRY("make memory executable", SYS_mprotect, (void *)((uintptr_t)&next & ~(uintptr_t)4095), 4096,
      PROT_READ | PROT_WRITE | PROT_EXEC)
  TRY("a file without a name (memfd)", SYS_memfd_create, "x", 0)
  TRY("a symbolic link in the state", SYS_symlinkat, outer, at, "link")
  TRY("a hard link in the state", SYS_linkat, at, "mine", at, "second", 0)
  TRY("a hard link to a file elsewhere", SYS_linkat, AT_FDCWD, outer, at, "stolen", 0)
  TRY("a folder among the releases", SYS_mkdirat, at, "releases/new", 0700)
  TRY("move releases/parts away", SYS_renameat, at, "releases/parts", at, "releases/away")
  TRY("remove a folder of the releases", SYS_unlinkat, at, "releases/empty", AT_REMOVEDIR)
  TRY("move a file to another folder", SYS_renameat, at, "mine", at, "releases/mine")
  TRY("a pipe in the state", SYS_mknodat, at, "pipe", S_IFIFO | 0600, 0)
  TRY("modes by name", SYS_fchmodat, at, "mine", 0777)
  TRY("owners by name", SYS_fchownat, at, "mine", 0, 0, 0)
  TRY("owners by descriptor", SYS_fchown, at, 0, 0)
  TRY("dates by name", SYS_utimensat, at, "mine", NULL, 0)
  TRY("attributes", SYS_setxattr, state, "user.x", "x", 1, 0)
  TRY("read a file elsewhere", SYS_openat, AT_FDCWD, outer, O_RDONLY, 0)
  TRY("write a file elsewhere", SYS_openat, AT_FDCWD, outer, O_WRONLY, 0)
  TRY("truncate a file elsewhere", SYS_truncate, outer, 0)
  TRY("remove a file elsewhere", SYS_unlinkat, AT_FDCWD, outer, 0)
  TRY("list the root", SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0)
  TRY("open by handle", SYS_open_by_handle_at, at, NULL, O_RDONLY)
  TRY("another root", SYS_chroot, state)
  TRY("mounts", SYS_mount, state, state, NULL, 4096, NULL)
  TRY("namespaces", SYS_unshare, 0x10000000)
  TRY("another's namespaces", SYS_setns, at, 0)
  TRY("be root", SYS_setresuid, 0, 0, 0)
  TRY("groups", SYS_setgroups, 0, NULL)
  TRY("keys of the kernel", SYS_keyctl, 0, 0, 0, 0, 0)
  TRY("BPF", SYS_bpf, 0, NULL, 0)
  TRY("performance events", SYS_perf_event_open, NULL, 0, -1, -1, 0)
  TRY("user faults", SYS_userfaultfd, 0)
  TRY("io_uring", SYS_io_uring_setup, 1, NULL)
  TRY("shared memory", SYS_shmget, 0, 4096, 01600)
  TRY("message queues", SYS_msgget, 0, 01600)
  TRY("the clock", SYS_clock_settime, 0, NULL)
  TRY("the host's name", SYS_sethostname, "x", 1)
  TRY("another filter", SYS_seccomp, 2, 0, NULL)
  TRY("an unknown call", 4095L)
#undef TRY
  if (at >= 0) close(at);
  return -1;
end:;
  int error = errno;
  if (at >= 0) close(at);
  return result < 0 ? error : 0;
}
