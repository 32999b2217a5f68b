#include "CSandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static int limit(int what, unsigned long long value) {
  struct rlimit bounds = {value, value};
  return setrlimit(what, &bounds);
}

// socket() for anything but a local socket fails with EACCES; so does the 32-bit way round it.
static int without_network(void) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      // The other numbering of the same calls, and io_uring, which opens sockets without socket().
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SYS_io_uring_register, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

int maquette_confine(unsigned long long memory, unsigned long long seconds, unsigned long long file_bytes,
                     int may_connect) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) || limit(RLIMIT_AS, memory) || limit(RLIMIT_CPU, seconds) ||
      limit(RLIMIT_FSIZE, file_bytes) || limit(RLIMIT_CORE, 0) ||
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || (!may_connect && without_network()))
    return errno;
  return 0;
}

int maquette_end_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal) ? errno : 0; }

double maquette_processor_seconds(void) {
  double seconds = 0;
  const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
  for (int index = 0; index < 2; index++) {
    struct rusage used;
    if (getrusage(whose[index], &used)) continue;
    seconds += used.ru_utime.tv_sec + used.ru_stime.tv_sec;
    seconds += (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  }
  return seconds;
}
