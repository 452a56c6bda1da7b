#pragma once
// What Linux offers beyond POSIX. Each function is one system call (or one macro) that Swift's importer drops:
// variadic calls, calls hidden behind _GNU_SOURCE, packed unions, and structures newer than the C library.
// (_GNU_SOURCE itself may not be defined here: the header's types would differ from those of Swift's Glibc module.)
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>

/* --- readiness --- */

static inline int doorsill_epoll_create(void) { return (int)syscall(SYS_epoll_create1, EPOLL_CLOEXEC); }
/// `op`: 1 add, 2 delete, 3 modify. The union of epoll_event is packed on x86, which the importer reads wrongly.
static inline int doorsill_epoll_ctl(int ep, int op, int fd, uint32_t events, uint64_t token) {
  struct epoll_event e;
  e.events = events;
  e.data.u64 = token;
  return epoll_ctl(ep, op, fd, &e);
}
/// Waits, and copies what came into two plain arrays.
static inline int doorsill_epoll_wait(int ep, uint32_t *events, uint64_t *tokens, int room, int timeout_ms) {
  struct epoll_event got[256];
  if (room > 256) room = 256;
  int n = epoll_wait(ep, got, room, timeout_ms);
  for (int i = 0; i < n; i++) { events[i] = got[i].events; tokens[i] = got[i].data.u64; }
  return n;
}
static inline uint32_t doorsill_epoll_in(void) { return EPOLLIN; }
static inline uint32_t doorsill_epoll_out(void) { return EPOLLOUT; }
/// The other side has said that it sends no more, or has gone.
static inline uint32_t doorsill_epoll_left(void) { return EPOLLRDHUP; }
static inline uint32_t doorsill_epoll_error(void) { return EPOLLERR | EPOLLHUP; }
static inline uint32_t doorsill_epoll_exclusive(void) { return (uint32_t)EPOLLEXCLUSIVE; }

/// A counter that wakes a loop; with `semaphore` each read takes one.
static inline int doorsill_eventfd(int semaphore) {
  return (int)syscall(SYS_eventfd2, 0, O_CLOEXEC | (semaphore ? 1 /* EFD_SEMAPHORE */ : O_NONBLOCK));
}

static inline void doorsill_eventfd_add(int fd, uint64_t count) {
  ssize_t n;
  do { n = write(fd, &count, sizeof count); } while (n < 0 && errno == EINTR);
}
/// Takes the count (or one, from a semaphore); false where there was none or the call failed.
static inline int doorsill_eventfd_take(int fd) {
  uint64_t count = 0;
  ssize_t n;
  do { n = read(fd, &count, sizeof count); } while (n < 0 && errno == EINTR);
  return n == sizeof count;
}

/// Cores this process may run on: fewer than the machine has where it was bound to some (taskset, cpusets).
static inline int doorsill_usable_cores(void) {
  unsigned long mask[128] = {0};
  long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long i = 0; i * (long)sizeof mask[0] < size; i++) count += __builtin_popcountl(mask[i]);
  return count;
}

/// Returns freed memory to the system, which the allocator would keep for later.
static inline void doorsill_give_memory_back(void) { malloc_trim(0); }

/* --- sockets and files --- */

static inline int doorsill_accept(int fd, struct sockaddr *address, socklen_t *length) {
  return (int)syscall(SYS_accept4, fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
static inline int doorsill_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}
static inline int doorsill_datagram_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); }
static inline ssize_t doorsill_sendfile(int out, int in, int64_t *offset, size_t count) {
  return (ssize_t)syscall(SYS_sendfile, out, in, offset, count);
}
/// Opens below a directory: no step may leave it, follow a link, or cross into /proc (openat2, Linux 5.6).
static inline int doorsill_open_beneath(int directory, const char *path, int flags) {
  struct open_how how = { .flags = (uint64_t)flags | O_CLOEXEC,
                          .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}
static inline int doorsill_open_directory(const char *path) {
  return open(path, 010000000 /* O_PATH */ | O_DIRECTORY | O_CLOEXEC);
}
/// The same of the folder itself: a link is an error.
static inline int doorsill_open_path_itself(const char *path) {
  return open(path, 010000000 /* O_PATH */ | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}
static inline int doorsill_open_path(const char *path) { return open(path, 010000000 /* O_PATH */ | O_CLOEXEC); }
static inline int doorsill_set_nonblocking(int fd) { return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }
static inline int doorsill_set_close_on_exec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC); }
/// The message type and flags of sockets, which glibc declares as enumerations.
static inline int doorsill_msg_more(void) { return MSG_MORE | MSG_NOSIGNAL; }
static inline int doorsill_msg_nosignal(void) { return MSG_NOSIGNAL; }
static inline int doorsill_o_nonblock_read(void) { return O_RDONLY | O_NONBLOCK | O_NOCTTY; }
/// st_mode & S_IFMT, and the nanoseconds of st_mtim and st_ctim (macros in glibc).
static inline int doorsill_is_regular(const struct stat *s) { return S_ISREG(s->st_mode); }
static inline int doorsill_is_directory(const struct stat *s) { return S_ISDIR(s->st_mode); }
static inline int64_t doorsill_modified_seconds(const struct stat *s) { return s->st_mtim.tv_sec; }
static inline int64_t doorsill_modified_nanoseconds(const struct stat *s) { return s->st_mtim.tv_nsec; }
static inline int64_t doorsill_changed_nanoseconds(const struct stat *s) {
  return (int64_t)s->st_ctim.tv_sec * 1000000000 + s->st_ctim.tv_nsec;
}

/* --- closing the door behind oneself --- */

/// RLIMIT_MSGQUEUE, which glibc hides behind _GNU_SOURCE.
static inline int doorsill_rlimit_message_queues(void) { return 12; }
static inline int doorsill_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int doorsill_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int doorsill_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }
static inline int doorsill_has_no_new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); }
static inline int doorsill_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// The Landlock interface this kernel speaks; negative where there is none.
static inline int doorsill_landlock_abi(void) {
  return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}
/// struct landlock_ruleset_attr of ABI 6; an older kernel is handed the prefix it knows (`size`).
struct doorsill_landlock_attr { uint64_t files, network, scoped; };
static inline int doorsill_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scoped, size_t size) {
  struct doorsill_landlock_attr a = { files, network, scoped };
  return (int)syscall(SYS_landlock_create_ruleset, &a, size, 0);
}
static inline int doorsill_landlock_allow(int ruleset, int fd, uint64_t files) {
  struct landlock_path_beneath_attr p = { .allowed_access = files, .parent_fd = fd };
  return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &p, 0);
}
/// Closes the door for the calling thread and the threads it makes from now on.
static inline int doorsill_landlock_enforce(int ruleset) { return (int)syscall(SYS_landlock_restrict_self, ruleset, 0); }
