/* The front's sandbox: no_new_privs, Landlock, and a seccomp filter. */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_OFF 1
#endif
#endif

#ifndef SANDBOX_OFF
#define SANDBOX_OFF 0
#endif

#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define SANDBOX_ARCH AUDIT_ARCH_RISCV64
#else
#error "name the audit architecture of this machine here"
#endif

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQ(value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(name) EQ(__NR_##name, 0, 1), RETURN(SECCOMP_RET_ALLOW)
#define DENY(name) EQ(__NR_##name, 0, 1), RETURN(SECCOMP_RET_ERRNO | EACCES)

/* The low half of the first argument, on this byte order. */
#define ARG0 LOAD(args[0])

static struct sock_filter filter[] = {
	LOAD(arch),
	EQ(SANDBOX_ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	/* what every request needs comes first */
	ALLOW(recvfrom),
	ALLOW(sendmsg),
#ifdef __NR_epoll_wait
	ALLOW(epoll_wait),
#endif
	ALLOW(epoll_pwait),
	ALLOW(epoll_ctl),
	ALLOW(read),
	ALLOW(write),
	ALLOW(writev), /* the C library's last words */
	ALLOW(close),
	ALLOW(connect),
#ifdef __NR_poll
	ALLOW(poll),
#endif
	ALLOW(ppoll),
	ALLOW(accept4),
	ALLOW(setsockopt),
	ALLOW(shutdown),
	ALLOW(sendto),
	ALLOW(clock_gettime),
	ALLOW(getrandom),
	ALLOW(brk),
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(mprotect),
	ALLOW(futex),
	ALLOW(rt_sigreturn),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigaction),
	ALLOW(sigaltstack),
	ALLOW(restart_syscall),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getsockname),
	ALLOW(getpeername),
	ALLOW(getsockopt),
	ALLOW(fcntl),
	ALLOW(exit),
	ALLOW(exit_group),
/* libraries look for files now and then, and can do without */
#ifdef __NR_open
	DENY(open),
#endif
	DENY(openat),
#ifdef __NR_stat
	DENY(stat),
#endif
	DENY(newfstatat),
	DENY(fstat),
	DENY(ioctl),
	EQ(__NR_socket, 0, 3),
	ARG0,
	EQ(AF_UNIX, 0, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

/* No file at all: a rule set that handles every right and grants none. */
static void
no_files(void)
{
	struct landlock_ruleset_attr attr = { 0 };
	int fd;

	attr.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
	fd = (int)syscall(__NR_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd == -1) /* an older kernel, or not enabled */
		return;
	(void)syscall(__NR_landlock_restrict_self, fd, 0);
	close(fd);
}

int
sandbox_front(void)
{
	struct sock_fprog prog;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	if (SANDBOX_OFF) /* the leak check must clone, trace and read us */
		return 0;
	no_files();
	prog.len = sizeof(filter) / sizeof(filter[0]);
	prog.filter = filter;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}
