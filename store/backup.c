/*
 * backup: a copy of the whole archive as it was when the copy began, whatever is written meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define STEP_PAGES 256

static int
copy(struct store *s, sqlite3 *to, void (*progress)(int64_t done, int64_t all, void *arg),
    void *arg, struct err *reterr)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", s->db, "main");
	int rc;

	if (b == NULL)
		return err_set(reterr, ERR_LOCAL, "backup: %s", sqlite3_errmsg(to));
	do {
		rc = sqlite3_backup_step(b, STEP_PAGES);
		if (progress != NULL)
			progress(sqlite3_backup_pagecount(b) - sqlite3_backup_remaining(b),
			    sqlite3_backup_pagecount(b), arg);
	} while (rc == SQLITE_OK);
	sqlite3_backup_finish(b);
	if (rc != SQLITE_DONE)
		return err_set(reterr, rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? ERR_TEMPORARY :
		    ERR_LOCAL, "backup: %s", sqlite3_errmsg(to));
	return 0;
}

/* The copy is one file without a log, complete under its name or not there at all. */
static int
copy_to(struct store *s, const char *part,
    void (*progress)(int64_t done, int64_t all, void *arg), void *arg, struct err *reterr)
{
	sqlite3 *to = NULL;
	int rc;

	if (sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		rc = err_set(reterr, ERR_LOCAL, "%s: %s", part, sqlite3_errmsg(to));
		sqlite3_close(to);
		return rc;
	}
	rc = copy(s, to, progress, arg, reterr);
	if (rc == 0 && sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		rc = err_set(reterr, ERR_LOCAL, "%s: %s", part, sqlite3_errmsg(to));
	sqlite3_close(to);
	return rc;
}

static int
settle(const char *part, const char *path, struct err *reterr)
{
	CLEANUP(freep) char *dir = xstrdup(path);
	CLEANUP(closep) int file = open(part, O_RDONLY | O_CLOEXEC);
	CLEANUP(closep) int folder = -1;
	char *slash = strrchr(dir, '/');

	if (slash != NULL)
		slash[slash == dir ? 1 : 0] = '\0';
	folder = open(slash != NULL ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0 || fsync(file) < 0 || link(part, path) < 0 || unlink(part) < 0 || folder < 0 ||
	    fsync(folder) < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	return 0;
}

int
store_backup(struct store *s, const char *path,
    void (*progress)(int64_t done, int64_t all, void *arg), void *arg, struct err *reterr)
{
	CLEANUP(freep) char *part = xasprintf("%s.part", path);
	struct stat st;
	int rc;

	if (lstat(path, &st) == 0)
		return err_set(reterr, ERR_CONFIG, "%s is there already; it is left as it is", path);
	if (s->group)
		return err_set(reterr, ERR_LOCAL, "a transaction is open");
	unlink(part);
	/* A read transaction keeps the copy to one moment and spares it from starting anew. */
	if (store_exec(s, "BEGIN; SELECT count(*) FROM meta", reterr) < 0)
		return -1;
	rc = copy_to(s, part, progress, arg, reterr);
	sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc == 0)
		rc = settle(part, path, reterr);
	if (rc < 0)
		unlink(part);
	return rc;
}
