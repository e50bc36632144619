/*
 * The one program that all processes of a simulated host run: dockerd, containerd, shims, services, and what is in a container.
 * Its name decides what it does, so that comm, exe and cmdline are what the real ones show. No libc: it also runs in an empty image.
 *   dockerd*        --help, --validate, --version: hands over to /sim/docker/dockerd; else starts $SIM_CONTAINERD as its child and waits;
 *                   a SIGHUP has it run docker.d/reload.sh
 *   *-shim*         with $SIM_CONTAINER: runs docker.d/contain.sh ID as its child, and docker.d/exited.sh ID once that has ended
 *   sim-init        ROOTFS PROGRAM ARGUMENT...: makes ROOTFS the root of its mount namespace and becomes PROGRAM; closes descriptor 9 by that
 *   *-threaded      waits with a second thread, which has a private copy of all mounts
 *   true, cat       as the real ones, for docker exec
 *   anything else   waits for ever
 * Built by build.sh into program.ARCHITECTURE.b64.
 */
#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, CLOSE = 3, OPENAT = 257, FCNTL = 72, EXECVE = 59, EXIT = 60, WAIT4 = 61, CHDIR = 80, PIVOT_ROOT = 155, UMOUNT2 = 166, PPOLL = 271, CLONE = 56, UNSHARE = 272, MOUNT = 165, SIGPROCMASK = 14, SIGTIMEDWAIT = 128 };
static long call(long n, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n xor %ebp,%ebp\n mov %rsp,%rdi\n and $-16,%rsp\n call start\n");
/* The new thread returns from the call on a stack that holds nothing: it goes on in `thread`, which never returns. */
static void start_thread(long flags, char *stack, void (*thread)(void)) {
  long result = CLONE;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  register void (*r12)(void) __asm__("r12") = thread;
  __asm__ volatile("syscall\n test %%eax,%%eax\n jnz 1f\n call *%%r12\n1:"
                   : "+a"(result) : "D"(flags), "S"(stack), "d"(0L), "r"(r10), "r"(r8), "r"(r12) : "rcx", "r11", "memory");
}
#elif defined(__aarch64__)
enum { READ = 63, WRITE = 64, CLOSE = 57, OPENAT = 56, FCNTL = 25, EXECVE = 221, EXIT = 93, WAIT4 = 260, CHDIR = 49, PIVOT_ROOT = 41, UMOUNT2 = 39, PPOLL = 73, CLONE = 220, UNSHARE = 97, MOUNT = 40, SIGPROCMASK = 135, SIGTIMEDWAIT = 137 };
static long call(long n, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n mov x0, sp\n bl start\n");
static void start_thread(long flags, char *stack, void (*thread)(void)) {
  register long x8 __asm__("x8") = CLONE;
  register long x0 __asm__("x0") = flags;
  register long x1 __asm__("x1") = (long)stack;
  register long x2 __asm__("x2") = 0;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  register void (*x9)(void) __asm__("x9") = thread;
  __asm__ volatile("svc 0\n cbnz x0, 1f\n blr x9\n1:" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x9) : "memory");
}
#else
#error "x86_64 or aarch64"
#endif

enum { SIGHUP = 1, SIGCHLD = 17, BLOCK = 0, UNBLOCK = 1, NO_HANG = 1, AT_FDCWD = -100, F_SETFD = 2, FD_CLOEXEC = 1, MNT_DETACH = 2, READY = 9 };

static int starts(const char *text, const char *with) {
  for (; *with; text++, with++)
    if (*text != *with) return 0;
  return 1;
}

static int ends(const char *text, const char *with) {
  for (; *text; text++)
    if (starts(text, with) && starts(with, text)) return 1;
  return 0;
}

static int same(const char *a, const char *b) { return starts(a, b) && starts(b, a); }

static int holds(const char *text, const char *part) {
  for (; *text; text++)
    if (starts(text, part)) return 1;
  return 0;
}

static const char *base_name(const char *path) {
  const char *name = path;
  for (; *path; path++)
    if (*path == '/') name = path + 1;
  return name;
}

static char *variable(char **env, const char *name_and_sign) {
  for (; *env; env++) {
    const char *sign = name_and_sign;
    char *c = *env;
    while (*sign && *c == *sign) c++, sign++;
    if (!*sign) return c;
  }
  return 0;
}

static void leave(int code) {
  for (;;) call(EXIT, code, 0, 0, 0);
}

static void become(char *program, char **argv, char **env) {
  call(EXECVE, (long)program, (long)argv, (long)env, 0);
  leave(127);
}

static long fork(void) { return call(CLONE, SIGCHLD, 0, 0, 0); }

/* Children that end are taken note of, or they would stay as zombies. */
static void wait_for_ever(void) {
  for (;;)
    if (call(WAIT4, -1, 0, 0, 0) < 0) call(PPOLL, 0, 0, 0, 0);
}

static void signals(int how, unsigned long mask) { call(SIGPROCMASK, how, (long)&mask, 0, sizeof mask); }

/* Both are held back, and taken one at a time. */
static void serve(char **env) {
  unsigned long taken = 1UL << (SIGHUP - 1) | 1UL << (SIGCHLD - 1);
  char *reload[] = {"sh", "/sim/docker/docker.d/reload.sh", 0};
  signals(BLOCK, taken);
  for (;;) {
    long signal = call(SIGTIMEDWAIT, (long)&taken, 0, 0, sizeof taken);
    if (signal == SIGHUP && fork() == 0) {
      signals(UNBLOCK, taken);
      become("/bin/sh", reload, env);
    }
    while (call(WAIT4, -1, 0, NO_HANG, 0) > 0) {
    }
  }
}

static void dockerd(char **argv, char **env) {
  char *containerd = variable(env, "SIM_CONTAINERD=");
  if (argv[1] && (starts(argv[1], "--h") || starts(argv[1], "--v"))) {
    argv[0] = "/sim/docker/dockerd";
    become(argv[0], argv, env);
  }
  if (containerd && *containerd && fork() == 0) {
    char *child[] = {containerd, "--config", "/var/run/docker/containerd/containerd.toml", "--log-level", "info", 0};
    become(containerd, child, env);
  }
  serve(env);
}

static void shim(char **env) {
  char *id = variable(env, "SIM_CONTAINER=");
  char *run[] = {"sh", "/sim/docker/docker.d/contain.sh", id, 0};
  char *after[] = {"sh", "/sim/docker/docker.d/exited.sh", id, 0, 0};
  char code[4] = "000";
  int status = 0, number;
  long child;
  if (!id) wait_for_ever();
  child = fork();
  if (child == 0) become("/bin/sh", run, env);
  call(CLOSE, READY, 0, 0, 0);
  while (call(WAIT4, child, (long)&status, 0, 0) != child) {
  }
  number = (status & 127) ? 128 + (status & 127) : (status >> 8) & 255;
  code[0] += number / 100, code[1] += number / 10 % 10, code[2] += number % 10;
  after[3] = code;
  become("/bin/sh", after, env);
}

static void init(char **argv, char **env) {
  if (!argv[1] || !argv[2] || call(CHDIR, (long)argv[1], 0, 0, 0) < 0) leave(126);
  if (call(PIVOT_ROOT, (long)".", (long)".", 0, 0) < 0 || call(UMOUNT2, (long)".", MNT_DETACH, 0, 0) < 0) leave(125);
  call(CHDIR, (long)"/", 0, 0, 0);
  call(FCNTL, READY, F_SETFD, FD_CLOEXEC, 0);
  become(argv[2], argv + 2, env);
}

/* CLONE_VM, CLONE_SIGHAND and CLONE_THREAD, but not CLONE_FS: a thread that shares that can't have mounts of its own. */
enum { A_THREAD = 0x100 | 0x800 | 0x10000, CLONE_NEWNS = 0x20000, PRIVATE_ALL = 0x40000 | 0x4000 };

static void private_thread(void) {
  if (call(UNSHARE, CLONE_NEWNS, 0, 0, 0) == 0) call(MOUNT, (long)"none", (long)"/", 0, PRIVATE_ALL);
  for (;;) call(PPOLL, 0, 0, 0, 0);
}

static void threaded(void) {
  static char stack[16384] __attribute__((aligned(16)));
  start_thread(A_THREAD, stack + sizeof stack, private_thread);
  wait_for_ever();
}

static void cat(char **argv) {
  static char buffer[4096];
  for (argv++; *argv; argv++) {
    long file = call(OPENAT, AT_FDCWD, (long)*argv, 0, 0), size;
    if (file < 0) leave(1);
    while ((size = call(READ, file, (long)buffer, sizeof buffer, 0)) > 0) call(WRITE, 1, (long)buffer, size, 0);
  }
}

__attribute__((used)) void start(long *stack) {
  char **argv = (char **)(stack + 1), **env = argv + stack[0] + 1;
  const char *name = base_name(argv[0]);
  if (same(name, "true")) leave(0);
  if (same(name, "cat")) cat(argv), leave(0);
  if (same(name, "sim-init")) init(argv, env);
  if (starts(name, "dockerd")) dockerd(argv, env);
  if (holds(name, "-shim")) shim(env);
  if (ends(name, "-threaded")) threaded();
  wait_for_ever();
}
