/* store: open and close, statements, transactions. One connection, one thread at a time. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define HEADER_LEN 100			/* of an SQLite file (its file format, section 1.3) */
#define HEADER_APPLICATION_ID 68
#define CACHE_KIB 8192
#define RANKED_MAX 20000		/* 10 to 30 ms of CPU; what is newer is more likely meant */
#define JOURNAL_LIMIT "67108864"	/* bytes of write-ahead log that stay on disk */

/* ---- errors ---- */

int
store_fail(struct store *s, const char *doing, struct err *reterr)
{
	int code = s->db != NULL ? sqlite3_extended_errcode(s->db) : SQLITE_NOMEM;
	const char *why = s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory";

	if (s->group && s->db != NULL && sqlite3_get_autocommit(s->db)) {
		s->broken = true;
		s->revisions = -1;
	}
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(reterr, ERR_TEMPORARY, "%s: %s is locked by another program", doing,
		    s->path);
	case SQLITE_FULL:
		return err_set(reterr, ERR_LOCAL, "%s: no room left on the disk of %s", doing, s->path);
	case SQLITE_READONLY:
		return err_set(reterr, ERR_LOCAL, "%s: %s may only be read (%s)", doing, s->path, why);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(reterr, ERR_LOCAL, "%s: %s is damaged (%s): keep the file, look with "
		    "\"presswatch verify\", go back to a backup or save what is readable with "
		    "\"sqlite3 FILE .recover\"", doing, s->path, why);
	default:
		return err_set(reterr, ERR_LOCAL, "%s: %s: %s (SQLite %d)", doing, s->path, why, code);
	}
}

/* ---- statements ---- */

static int
prepare(struct store *s, enum store_stmt which)
{
	return sqlite3_prepare_v3(s->db, store_stmt_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[which], NULL);
}

sqlite3_stmt *
store_bind(struct store *s, enum store_stmt which, const char *types, ...)
{
	sqlite3_stmt *q;
	const void *p;
	va_list ap;
	int i;

	if (s->stmt[which] == NULL && prepare(s, which) != SQLITE_OK)
		return NULL;		/* the step tells what failed here */
	q = s->stmt[which];
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
	va_start(ap, types);
	for (i = 1; types[i - 1] != '\0'; i++) {
		switch (types[i - 1]) {
		case 'i':
			sqlite3_bind_int64(q, i, va_arg(ap, int64_t));
			break;
		case 'd':
			sqlite3_bind_int(q, i, va_arg(ap, int));
			break;
		case 't':
			p = va_arg(ap, const char *);
			sqlite3_bind_text(q, i, p, -1, SQLITE_STATIC);
			break;
		case 'h':
			p = va_arg(ap, const unsigned char *);
			sqlite3_bind_blob(q, i, p, p != NULL ? STORE_HASH : 0, SQLITE_STATIC);
			break;
		case 'b':
			p = va_arg(ap, const void *);
			sqlite3_bind_blob64(q, i, p, va_arg(ap, size_t), SQLITE_STATIC);
			break;
		default:
			sqlite3_bind_null(q, i);
		}
	}
	va_end(ap);
	return q;
}

int
store_step(struct store *s, sqlite3_stmt *q, struct err *reterr)
{
	int rc = sqlite3_step(q);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(q);
		return 0;
	}
	store_fail(s, sqlite3_stmt_readonly(q) ? "read" : "write", reterr);
	sqlite3_reset(q);
	return -1;
}

int
store_run(struct store *s, sqlite3_stmt *q, struct err *reterr)
{
	int rc;

	do {
		rc = store_step(s, q, reterr);
	} while (rc > 0);
	return rc;
}

int
store_change(struct store *s, sqlite3_stmt *q, struct err *reterr)
{
	if (store_enter(s, reterr) < 0)
		return -1;
	return store_leave(s, store_run(s, q, reterr), reterr);
}

int
store_number(struct store *s, sqlite3_stmt *q, int64_t *ret, struct err *reterr)
{
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	*ret = rc > 0 ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return 0;
}

int
store_exec(struct store *s, const char *sql, struct err *reterr)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(s, "write", reterr);
	return 0;
}

char *
store_column_text(sqlite3_stmt *q, int col)
{
	const unsigned char *p = sqlite3_column_text(q, col);

	return p != NULL ? xmemdup(p, (size_t)sqlite3_column_bytes(q, col)) : NULL;
}

bool
store_column_hash(sqlite3_stmt *q, int col, unsigned char out[STORE_HASH])
{
	const void *p = sqlite3_column_blob(q, col);

	memset(out, 0, STORE_HASH);
	if (p == NULL || sqlite3_column_bytes(q, col) != STORE_HASH)
		return false;
	memcpy(out, p, STORE_HASH);
	return true;
}

bool
store_hash_is_zero(const unsigned char hash[STORE_HASH])
{
	static const unsigned char zero[STORE_HASH];

	return memcmp(hash, zero, STORE_HASH) == 0;
}

/* ---- transactions ---- */

static void
undo(struct store *s, const char *sql)
{
	sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	s->revisions = -1;
}

int
store_begin(struct store *s, struct err *reterr)
{
	if (s->group)
		return err_set(reterr, ERR_LOCAL, "a transaction is open already");
	if (store_exec(s, "BEGIN IMMEDIATE", reterr) < 0)
		return -1;
	s->group = true;
	s->broken = false;
	return 0;
}

int
store_commit(struct store *s, struct err *reterr)
{
	int rc;

	if (!s->group)
		return err_set(reterr, ERR_LOCAL, "no transaction is open");
	if (s->broken) {
		store_rollback(s);
		return err_set(reterr, ERR_LOCAL, "the transaction was undone by an earlier failure");
	}
	rc = store_exec(s, "COMMIT", reterr);
	if (rc < 0)
		undo(s, "ROLLBACK");
	s->group = false;
	s->broken = false;
	return rc;
}

void
store_rollback(struct store *s)
{
	if (s->group && !sqlite3_get_autocommit(s->db))
		undo(s, "ROLLBACK");
	s->group = false;
	s->broken = false;
}

int
store_enter(struct store *s, struct err *reterr)
{
	if (s->group && (s->broken || sqlite3_get_autocommit(s->db))) {
		s->broken = true;
		return err_set(reterr, ERR_LOCAL, "the transaction was undone by an earlier failure");
	}
	if (store_exec(s, s->group || s->depth > 0 ? "SAVEPOINT call" : "BEGIN IMMEDIATE", reterr) < 0)
		return -1;
	s->depth++;
	return 0;
}

int
store_leave(struct store *s, int rc, struct err *reterr)
{
	bool inner = --s->depth > 0 || s->group;

	if (rc >= 0) {
		if (store_exec(s, inner ? "RELEASE call" : "COMMIT", reterr) == 0)
			return rc;
		rc = -1;
	}
	/* After some failures (a full disk) SQLite has rolled everything back by itself. */
	if (!sqlite3_get_autocommit(s->db))
		undo(s, inner ? "ROLLBACK TO call; RELEASE call" : "ROLLBACK");
	else if (s->group)
		s->broken = true;
	return rc;
}

/* ---- open ---- */

static int
lock_take(struct store *s, struct err *reterr)
{
	CLEANUP(freep) char *path = xasprintf("%s-lock", s->path);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char pid[32] = "";
	ssize_t n;

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (s->lock_fd < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	if (fcntl(s->lock_fd, F_OFD_SETLK, &lock) < 0) {
		if (errno != EAGAIN && errno != EACCES)
			return err_set(reterr, ERR_LOCAL, "%s: lock: %s", path, strerror(errno));
		n = pread(s->lock_fd, pid, sizeof(pid) - 1, 0);
		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		return err_set(reterr, ERR_TEMPORARY, "%s is in use by another presswatchd (pid %s)",
		    s->path, pid[0] != '\0' ? pid : "unknown");
	}
	n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(s->lock_fd, 0) < 0 || pwrite(s->lock_fd, pid, (size_t)n, 0) != n)
		return err_set(reterr, ERR_LOCAL, "%s: %s", path, strerror(errno));
	return 0;
}

/*
 * Looks at the first bytes before SQLite does, so that a file that is not ours stays as it is. An
 * empty or absent file becomes an archive when it is opened for writing.
 */
static int
header_check(struct store *s, bool *ret_new, struct err *reterr)
{
	CLEANUP(closep) int fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char h[HEADER_LEN];
	struct stat st;
	ssize_t n;

	*ret_new = false;
	if (fd < 0 && errno == ENOENT) {
		*ret_new = true;
		return s->mode == STORE_WRITE ? 0 : err_set(reterr, ERR_CONFIG,
		    "%s: no such archive (presswatchd makes it when it first runs)", s->path);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(reterr, ERR_LOCAL, "%s: %s", s->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(reterr, ERR_CONFIG, "%s is not a file", s->path);
	if (st.st_size == 0) {
		*ret_new = true;
		return s->mode == STORE_WRITE ? 0 : err_set(reterr, ERR_CONFIG,
		    "%s is empty: no archive yet", s->path);
	}
	n = pread(fd, h, sizeof(h), 0);
	if (n < (ssize_t)sizeof(h) || memcmp(h, "SQLite format 3", 16) != 0)
		return err_set(reterr, ERR_CONFIG, "%s is not an archive of presswatch; it is left as "
		    "it is", s->path);
	if (memcmp(h + HEADER_APPLICATION_ID, "pres", 4) != 0)	/* STORE_APPLICATION_ID */
		return err_set(reterr, ERR_CONFIG, "%s is a database of another program; it is left as "
		    "it is", s->path);
	return 0;
}

static int
configure(struct store *s, const struct store_opts *opts, struct err *reterr)
{
	CLEANUP(freep) char *cache = NULL;
	int kib = opts != NULL && opts->cache_kib > 0 ? opts->cache_kib : CACHE_KIB;

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	cache = xasprintf("PRAGMA cache_size = -%d", kib);
	if (store_exec(s, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
	    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY", reterr) < 0 ||
	    store_exec(s, cache, reterr) < 0)
		return -1;
	if (store_tokenizer_register(s->db) != SQLITE_OK || store_ranking_register(s) != SQLITE_OK)
		return store_fail(s, "full-text search", reterr);
	return 0;
}

static int
open_write(struct store *s, const struct store_opts *opts, struct err *reterr)
{
	bool is_new;
	int one = 1;

	if (lock_take(s, reterr) < 0 || header_check(s, &is_new, reterr) < 0)
		return -1;
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return store_fail(s, "open", reterr);
	if (configure(s, opts, reterr) < 0)
		return -1;
	/*
	 * The mark goes into the file before it becomes a log, so that it can always be read there.
	 */
	if (is_new && store_exec(s, "PRAGMA page_size = 16384; PRAGMA application_id = 0x70726573",
	    reterr) < 0)
		return -1;
	if (store_schema_check(s, reterr) < 0 ||
	    store_exec(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "PRAGMA journal_size_limit = " JOURNAL_LIMIT, reterr) < 0)
		return -1;
	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &one);
	return store_schema_migrate(s, reterr);
}

/* A folder that we may not write to and a log that is empty: the file cannot change under us. */
static bool
log_is_empty(const char *path)
{
	CLEANUP(freep) char *wal = xasprintf("%s-wal", path);
	struct stat st;

	return stat(wal, &st) < 0 ? errno == ENOENT : st.st_size == 0;
}

static char *
uri_of(const char *path, const char *query)
{
	struct buf b = BUF_INIT(16384);

	buf_adds(&b, "file:");
	for (; *path != '\0'; path++) {
		if (strchr("?#%", *path) != NULL)
			buf_addf(&b, "%%%02x", (unsigned)(unsigned char)*path);
		else
			buf_addc(&b, *path);
	}
	buf_adds(&b, query);
	return buf_take(&b, NULL);
}

static int
open_read_as(struct store *s, const char *query, const struct store_opts *opts, struct err *reterr)
{
	CLEANUP(freep) char *uri = uri_of(s->path, query);

	if (sqlite3_open_v2(uri, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
	    NULL) != SQLITE_OK)
		return store_fail(s, "open", reterr);
	if (configure(s, opts, reterr) < 0 ||
	    store_exec(s, "PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema", reterr) < 0)
		return -1;
	return store_schema_check(s, reterr);
}

static int
open_read(struct store *s, const struct store_opts *opts, struct err *reterr)
{
	bool is_new;
	int code;

	if (header_check(s, &is_new, reterr) < 0)
		return -1;
	if (open_read_as(s, "?mode=ro", opts, reterr) == 0)
		return 0;
	code = s->db != NULL ? sqlite3_errcode(s->db) & 0xff : SQLITE_NOMEM;
	if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || !log_is_empty(s->path))
		return -1;
	sqlite3_close(s->db);
	s->db = NULL;
	return open_read_as(s, "?mode=ro&immutable=1", opts, reterr);
}

void
store_set_spellings(struct store *s, char *const *const *more)
{
	spellings_free(s->spellings);
	s->spellings = more != NULL ? spellings_new(more) : NULL;
}

const struct spellings *
store_spellings(struct store *s)
{
	if (s->spellings == NULL)
		s->spellings = spellings_new(NULL);
	return s->spellings;
}

/* Nobody reads SQLite's statistics of memory, and to count each block it takes a lock. */
static void
sqlite_setup(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int
store_open(const char *path, enum store_mode mode, const struct store_opts *opts,
    struct store **ret, struct err *reterr)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEANUP(store_closep) struct store *s = xcalloc(1, sizeof(*s));
	int i;

	pthread_once(&once, sqlite_setup);
	s->path = xstrdup(path);
	s->event_source = xstrdup(opts != NULL && opts->event_source != NULL ? opts->event_source :
	    "presswatch");
	s->mode = mode;
	s->lock_fd = -1;
	s->ranked_max = opts != NULL && opts->ranked_max > 0 ? opts->ranked_max : RANKED_MAX;
	s->near_below = s->revisions = -1;
	s->pack = ZSTD_createCCtx();
	s->unpack = ZSTD_createDCtx();
	if ((mode == STORE_WRITE ? open_write : open_read)(s, opts, reterr) < 0)
		return -1;
	/* Who writes for months learns now that a statement does not fit; a command needs three of them. */
	for (i = 0; mode == STORE_WRITE && i < STMT_COUNT; i++)
		if (prepare(s, (enum store_stmt)i) != SQLITE_OK)
			return store_fail(s, "open", reterr);
	*ret = s;
	s = NULL;
	return 0;
}

void
store_close(struct store *s)
{
	int i;

	if (s == NULL)
		return;
	store_rollback(s);
	for (i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(s->stmt[i]);
	matcher_free(s->matcher);
	spellings_free(s->spellings);
	if (s->db != NULL && s->mode == STORE_WRITE)
		/* Readers of the group cannot replay a log: leave them none. */
		sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(s->db);
	store_ranking_free(s->ranking);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	ZSTD_freeCCtx(s->pack);
	ZSTD_freeDCtx(s->unpack);
	free(s->event_source);
	free(s->path);
	free(s);
}
