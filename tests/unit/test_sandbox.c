/* sandbox: a worker that is told to open a file, connect or start a program cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "worker/sandbox.h"

enum { DONE = 40, REFUSED, NO_SEAL };	/* exit codes of the sealed child */

/* Each tries one thing after the seal; 0: it could. */
static int
open_file(void)
{
	return open("/etc/passwd", O_RDONLY) < 0;
}

static int
make_file(void)
{
	return open("/tmp/presswatch-escaped", O_WRONLY | O_CREAT, 0600) < 0;
}

static int
remove_file(void)
{
	return unlink("/tmp/presswatch-escaped") < 0;
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int
make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int
connect_out(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };

	return connect(0, (struct sockaddr *)&to, sizeof(to)) < 0;
}

static int
run_program(void)
{
	char name[] = "/bin/true", *argv[] = { name, NULL };

	return execve(name, argv, NULL) < 0;
}

static int
new_process(void)
{
	return fork() < 0;
}

static int
kill_parent(void)
{
	return kill(getppid(), SIGTERM) < 0;
}

static int
look_into_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0;
}

static int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
make_memory_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) < 0;
}

static int
new_namespace(void)
{
	return syscall(SYS_unshare, 0x10000000) < 0;
}

static int
ring(void)
{
	char params[256] = { 0 };

	return syscall(SYS_io_uring_setup, 1, params) < 0;
}

static const struct {
	const char *name;
	int (*try)(void);
} escapes[] = {
	{ "open a file", open_file }, { "make a file", make_file }, { "remove a file", remove_file },
	{ "make a socket", make_socket }, { "make a local socket", make_unix_socket }, { "connect", connect_out },
	{ "run a program", run_program }, { "fork", new_process }, { "kill its parent", kill_parent },
	{ "trace its parent", look_into_parent }, { "map code", map_code }, { "turn memory into code", make_memory_code },
	{ "make a namespace", new_namespace }, { "set up a ring", ring },
};

/* What became of a sealed child that tried. */
static int
sealed_child(int (*try)(void))
{
	struct err err = { 0 };
	bool filtered = false;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_limits(2, (size_t)512 << 20, &err) < 0 || sandbox_seal(2, &filtered, &err) < 0 || !filtered)
			_exit(NO_SEAL);
		_exit(try == NULL || try() == 0 ? DONE : REFUSED);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_sealed_worker_cannot_reach_anything(void **state)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		int status = sealed_child(escapes[i].try);
		bool refused = WIFEXITED(status) && WEXITSTATUS(status) == REFUSED;
		bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;

		if (!refused && !killed)
			fail_msg("a sealed worker could %s (status %#x)", escapes[i].name, (unsigned)status);
	}
	assert_int_equal(access("/tmp/presswatch-escaped", F_OK), -1);
}

static void
a_sealed_worker_still_works(void **state)
{
	int status = sealed_child(NULL);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DONE);
}

static int
eat_memory(void)
{
	return mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
eat_time(void)
{
	sandbox_cpu_limit(1);
	for (volatile unsigned long n = 1; n != 0;)
		n |= 1;
	return 0;
}

static void
a_sealed_worker_that_grows_or_spins_is_stopped(void **state)
{
	int status = sealed_child(eat_memory);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), REFUSED);
	status = sealed_child(eat_time);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPROF);
}

/* Without the filter, so that what refuses is Landlock. */
static int
behind_landlock(void)
{
	struct err err = { 0 };
	int version;

	if (sandbox_limits(2, (size_t)512 << 20, &err) < 0)
		return NO_SEAL;
	version = sandbox_landlock();
	if (version < 1)
		return DONE;
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES ||
	    open("/tmp/presswatch-escaped", O_WRONLY | O_CREAT, 0600) >= 0 || errno != EACCES ||
	    execl("/bin/true", "true", (char *)NULL) == 0 || errno != EACCES)
		return DONE + version + 10;
	return REFUSED;
}

static void
where_the_kernel_has_landlock_it_refuses_too(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(behind_landlock());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == DONE) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_worker_still_works),
		cmocka_unit_test(a_sealed_worker_cannot_reach_anything),
		cmocka_unit_test(where_the_kernel_has_landlock_it_refuses_too),
		cmocka_unit_test(a_sealed_worker_that_grows_or_spins_is_stopped),
	};

	if (sandbox_instrumented())	/* such builds are not sealed */
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
