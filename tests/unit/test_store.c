/* Open, lock, refuse, nest, back up. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/digest.h"
#include "base/file.h"
#include "tests/unit/store_fixture.h"
#include "base/banned.h"

static void
hash_of(const char *path, unsigned char out[SHA256_LEN])
{
	struct buf b = BUF_INIT(64u << 20);
	struct err err;

	if (file_read(path, &b, &err) < 0)
		fail_msg("%s", err.text);
	digest_sha256(b.data, b.len, out);
	buf_done(&b);
}

static void
an_archive_is_made_once_and_opened_again(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	struct store *reader = NULL;

	assert_int_equal(store_open(f->path, STORE_READ, NULL, &reader, &f->err), -1);
	assert_int_equal(f->err.class, ERR_CONFIG);
	fixture_open(f);
	fixture_sources(f);
	put_page(f, &p, to_desk());
	if (store_open(f->path, STORE_READ, NULL, &reader, &f->err) < 0)	/* beside the writer */
		fail_msg("%s", f->err.text);
	assert_int_equal(store_last_seq(reader), 1);
	assert_int_equal(store_meta_set(reader, "k", "v", &f->err), -1);
	store_close(reader);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(documents(f), 1);
}

static void
a_second_writer_is_told_the_pid_of_the_first(void **state)
{
	struct fixture *f = *state;
	struct store *second = NULL;
	char pid[32];

	assert_int_equal(store_open(f->path, STORE_WRITE, NULL, &second, &f->err), -1);
	assert_int_equal(f->err.class, ERR_TEMPORARY);
	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	assert_non_null(strstr(f->err.text, pid));
	fixture_close(f);
	assert_int_equal(store_open(f->path, STORE_WRITE, NULL, &second, &f->err), 0);
	store_close(second);
}

static void
foreign_sqlite(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1)", NULL, NULL,
	    NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
garbage(const char *path)
{
	static const char bytes[] = "SQLite format 2: this is a letter to my aunt, of some length, so that "
	    "a hundred bytes are there to be read.";
	struct err err;

	assert_int_equal(file_write_atomic(path, bytes, sizeof(bytes), 0600, &err), 0);
}

static void
short_file(const char *path)
{
	struct err err;

	assert_int_equal(file_write_atomic(path, "x", 1, 0600, &err), 0);
}

static void
newer_archive(const char *path)
{
	struct store *s = NULL;
	struct err err;
	sqlite3 *db;

	assert_int_equal(store_open(path, STORE_WRITE, NULL, &s, &err), 0);
	store_close(s);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 9999; PRAGMA journal_mode = DELETE",
	    NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static const struct {
	void (*make)(const char *path);
	const char *says;
} strangers[] = {
	{ foreign_sqlite, "another program" },
	{ garbage, "not an archive" },
	{ short_file, "not an archive" },
	{ newer_archive, "newer presswatch" },
};

static void
a_file_that_is_no_archive_is_refused_and_left_alone(void **state)
{
	size_t i, mode;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		unsigned char before[SHA256_LEN], after[SHA256_LEN];
		struct fixture *f;

		setup_files(state);
		f = *state;
		strangers[i].make(f->path);
		hash_of(f->path, before);
		for (mode = 0; mode < 2; mode++) {
			assert_int_equal(store_open(f->path, mode != 0 ? STORE_WRITE : STORE_READ, NULL,
			    &f->s, &f->err), -1);
			assert_int_equal(f->err.class, ERR_CONFIG);
			if (strstr(f->err.text, strangers[i].says) == NULL)
				fail_msg("%s", f->err.text);
		}
		hash_of(f->path, after);
		assert_memory_equal(before, after, SHA256_LEN);
		teardown(state);
	}
}

static void
a_damaged_archive_gives_advice_and_no_crash(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	unsigned seed;
	struct stat st;

	put_page(f, &p, to_desk());
	for (seed = 1; seed <= 60; seed++) {
		char copy[128];
		struct store *s = NULL;
		struct err err = { 0 };
		int fd;
		unsigned x = seed, k;

		snprintf(copy, sizeof(copy), "%s.copy", f->path);
		assert_int_equal(store_backup(f->s, copy, NULL, NULL, &err), 0);
		assert_int_equal(stat(copy, &st), 0);
		fd = open(copy, O_WRONLY);
		for (k = 0; k < 40; k++) {
			x = x * 1103515245 + 12345;
			assert_int_equal(pwrite(fd, &x, 1, 100 + (off_t)((x >> 8) %
			    ((unsigned)st.st_size - 100))), 1);
		}
		close(fd);
		if (store_open(copy, STORE_WRITE, NULL, &s, &err) == 0) {
			store_verify(s, NULL, NULL, &err);
			store_index_step(s, 10, &err);
			store_close(s);
		} else {
			assert_true(err.class == ERR_LOCAL || err.class == ERR_CONFIG);
		}
		unlink(copy);
	}
}

static void
calls_nest_in_a_group_and_fail_alone(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_begin(f->s, &f->err), 0);
	assert_int_equal(store_begin(f->s, &f->err), -1);
	assert_int_equal(store_meta_set(f->s, "a", "1", &f->err), 0);
	assert_int_equal(store_meta_set(f->s, "b", NULL, &f->err), -1);
	assert_int_equal(store_meta_set(f->s, "c", "3", &f->err), 0);
	assert_int_equal(store_commit(f->s, &f->err), 0);
	assert_int_equal(store_begin(f->s, &f->err), 0);
	assert_int_equal(store_meta_set(f->s, "a", "2", &f->err), 0);
	store_rollback(f->s);
	assert_int_equal(store_commit(f->s, &f->err), -1);
	{
		CLEANUP(freep) char *a = store_meta_get(f->s, "a");
		CLEANUP(freep) char *b = store_meta_get(f->s, "b");
		CLEANUP(freep) char *c = store_meta_get(f->s, "c");

		assert_string_equal(a, "1");
		assert_null(b);
		assert_string_equal(c, "3");
	}
}

static void
a_backup_is_an_archive_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	struct store *s = NULL;
	char copy[128];

	put_page(f, &p, to_desk());
	snprintf(copy, sizeof(copy), "%s.copy", f->path);
	if (store_backup(f->s, copy, NULL, NULL, &f->err) < 0)
		fail_msg("%s", f->err.text);
	assert_int_equal(store_backup(f->s, copy, NULL, NULL, &f->err), -1);	/* it is there */
	if (store_open(copy, STORE_READ, NULL, &s, &f->err) < 0)
		fail_msg("%s", f->err.text);
	assert_int_equal(store_last_seq(s), 1);
	assert_int_equal(store_verify(s, NULL, NULL, &f->err), 0);
	store_close(s);
}

/* What a member of the group may do after a clean stop: the folder is not theirs to write to. */
static int
read_as_nobody(const char *path)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct store *s = NULL;
		struct err err = { 0 };
		int rc = 1;

		if (setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0) {
			rc = store_open(path, STORE_READ, NULL, &s, &err);
			if (rc < 0)
				fprintf(stderr, "%s\n", err.text);
			else
				rc = store_last_seq(s) == 1 ? 0 : 2;
			store_close(s);
		}
		_exit(rc == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
others_read_it_in_a_folder_they_cannot_write_to(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	char wal[128], shm[128];

	if (geteuid() != 0) {
		print_message("not root: skipped\n");
		skip();
	}
	put_page(f, &p, to_desk());
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(read_as_nobody(f->path), 0);		/* while the daemon runs */
	fixture_close(f);
	assert_int_equal(read_as_nobody(f->path), 0);		/* after it stopped */
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	snprintf(shm, sizeof(shm), "%s-shm", f->path);
	unlink(wal);
	unlink(shm);
	assert_int_equal(read_as_nobody(f->path), 0);		/* a copy without its log */
}

static void
other_programs_can_read_the_documents(void **state)
{
	struct fixture *f = *state;
	struct page p = { .url = "https://www.alpha.example/a", .title = "Talks" };
	sqlite3_stmt *q;
	sqlite3 *db;

	put_page(f, &p, NULL);
	fixture_close(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(q, 0), "ok");
	sqlite3_finalize(q);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT source, title, text FROM document", -1, &q, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(q, 0), "alpha");
	assert_string_equal((const char *)sqlite3_column_text(q, 2), long_text);
	sqlite3_finalize(q);
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_archive_is_made_once_and_opened_again, setup_files,
		    teardown),
		cmocka_unit_test_setup_teardown(a_second_writer_is_told_the_pid_of_the_first, setup_store,
		    teardown),
		cmocka_unit_test(a_file_that_is_no_archive_is_refused_and_left_alone),
		cmocka_unit_test_setup_teardown(a_damaged_archive_gives_advice_and_no_crash, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(calls_nest_in_a_group_and_fail_alone, setup_store,
		    teardown),
		cmocka_unit_test_setup_teardown(a_backup_is_an_archive_of_its_own, setup_store, teardown),
		cmocka_unit_test_setup_teardown(others_read_it_in_a_folder_they_cannot_write_to,
		    setup_store, teardown),
		cmocka_unit_test_setup_teardown(other_programs_can_read_the_documents, setup_store, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
