#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/banned.h"

static char dir[64];

static int
make_dir(void **state)
{
	snprintf(dir, sizeof(dir), P_tmpdir "/presswatch-test-file.XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
count_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static int
remove_dir(void **state)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while ((e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(dir);
}

static char *
in_dir(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void
a_file_is_written_whole_and_read_back(void **state)
{
	CLEANUP(freep) char *path = in_dir("a");
	struct buf b = BUF_INIT(100);
	struct err err;
	struct stat st;

	assert_int_equal(file_write_atomic(path, "one", 3, 0640, &err), 0);
	assert_int_equal(file_write_atomic(path, "a\0b", 3, 0600, &err), 0);
	assert_int_equal(file_read(path, &b, &err), 0);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 3);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(count_files(), 1);
	buf_done(&b);
}

static void
a_failed_write_leaves_no_trace(void **state)
{
	CLEANUP(freep) char *missing = in_dir("no/such");
	CLEANUP(freep) char *folder = in_dir("b");
	struct err err;
	int before = count_files();

	assert_int_equal(file_write_atomic(missing, "x", 1, 0600, &err), -1);
	assert_int_equal(err.class, ERR_LOCAL);
	assert_non_null(strstr(err.text, missing));
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(file_write_atomic(folder, "x", 1, 0600, &err), -1);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(count_files(), before);
}

static void
a_file_over_the_ceiling_is_refused(void **state)
{
	CLEANUP(freep) char *path = in_dir("c");
	struct buf b = BUF_INIT(3);
	struct err err;

	assert_int_equal(file_write_atomic(path, "abcd", 4, 0600, NULL), 0);
	assert_int_equal(file_read(path, &b, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&b);
	buf_init(&b, 3);
	assert_int_equal(file_read("/dev/zero", &b, &err), -1);
	assert_int_equal(err.class, ERR_LIMIT);
	buf_done(&b);
	buf_init(&b, 4);
	assert_int_equal(file_read(path, &b, &err), 0);
	assert_int_equal(file_read("/no/such/file", &b, &err), -1);
	assert_int_equal(err.class, ERR_LOCAL);
	assert_non_null(strstr(err.text, "/no/such/file"));
	assert_int_equal(file_read(dir, &b, &err), -1);
	buf_done(&b);
}

static void
lines_are_appended(void **state)
{
	CLEANUP(freep) char *path = in_dir("d");
	struct buf b = BUF_INIT(100);
	struct err err;

	assert_int_equal(file_append(path, "one\n", 4, 0600, &err), 0);
	assert_int_equal(file_append(path, "two\n", 4, 0600, &err), 0);
	assert_int_equal(file_read(path, &b, &err), 0);
	assert_string_equal(buf_str(&b), "one\ntwo\n");
	buf_done(&b);
	assert_int_equal(file_append("/dev/full", "x", 1, 0600, &err), -1);
	assert_int_equal(err.class, ERR_LOCAL);
	assert_int_equal(file_append("/dev/null", "x", 1, 0600, &err), 0);
}

static size_t
gzipped(const char *s, size_t n, unsigned char *out, size_t cap)
{
	z_stream z = { 0 };

	deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)s;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

static void
a_gzip_file_is_read_like_a_plain_one(void **state)
{
	CLEANUP(freep) char *path = in_dir("e");
	unsigned char packed[100];
	struct buf b = BUF_INIT(100);
	struct err err;
	size_t n = gzipped("text", 4, packed, sizeof(packed));

	assert_int_equal(file_write_atomic(path, packed, n, 0600, NULL), 0);
	assert_int_equal(file_read_gz(path, &b, &err), 0);
	assert_string_equal(buf_str(&b), "text");
	assert_int_equal(file_write_atomic(path, packed, n - 3, 0600, NULL), 0);
	assert_int_equal(file_read_gz(path, &b, &err), -1);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(file_write_atomic(path, "plain", 5, 0600, NULL), 0);
	buf_clear(&b);
	assert_int_equal(file_read_gz(path, &b, &err), 0);
	assert_string_equal(buf_str(&b), "plain");
	assert_int_equal(file_write_atomic(path, "", 0, 0600, NULL), 0);
	buf_clear(&b);
	assert_int_equal(file_read_gz(path, &b, &err), 0);
	assert_int_equal(b.len, 0);
	buf_done(&b);
}

static void
a_name_is_joined_to_the_folder_of_another(void **state)
{
	static const struct {
		const char *path, *name, *want;
	} row[] = {
		{ "/etc/presswatch/a.yaml", "b.html", "/etc/presswatch/b.html" },
		{ "/etc/a.yaml", "/var/b", "/var/b" },
		{ "a.yaml", "b", "b" },
		{ "x/a.yaml", "../b", "x/../b" },
		{ "/a", "b", "/b" },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CLEANUP(freep) char *got = file_beside(row[i].path, row[i].name);

		assert_string_equal(got, row[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_whole_and_read_back),
		cmocka_unit_test(a_failed_write_leaves_no_trace),
		cmocka_unit_test(a_file_over_the_ceiling_is_refused),
		cmocka_unit_test(lines_are_appended),
		cmocka_unit_test(a_gzip_file_is_read_like_a_plain_one),
		cmocka_unit_test(a_name_is_joined_to_the_folder_of_another),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
