#ifndef TESTS_UNIT_STORE_SHIM_H
#define TESTS_UNIT_STORE_SHIM_H
/* store_shim: a file system for the archive whose n-th operation fails (countdown = n). */
#include <sqlite3.h>
#include <stdbool.h>

struct shim {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs shim_vfs;
static sqlite3_vfs *real_vfs;
static int countdown;		/* 0: nothing fails */
static bool lasting;		/* it fails from then on */
static int fault_code;
static bool fault_hit;
static bool reads_fail;		/* reads fail in turn; else writes, flushes and truncations do */

static bool
fails_now(bool reads)
{
	if (countdown == 0 || reads != reads_fail)
		return false;
	if (countdown > 1) {
		countdown--;
		return false;
	}
	if (!lasting)
		countdown = 0;
	fault_hit = true;
	return true;
}

#define REAL(f) (((struct shim *)(f))->real)

static int s_close(sqlite3_file *f) { return REAL(f)->pMethods->xClose(REAL(f)); }
static int s_size(sqlite3_file *f, sqlite3_int64 *n) { return REAL(f)->pMethods->xFileSize(REAL(f), n); }
static int s_lock(sqlite3_file *f, int l) { return REAL(f)->pMethods->xLock(REAL(f), l); }
static int s_unlock(sqlite3_file *f, int l) { return REAL(f)->pMethods->xUnlock(REAL(f), l); }
static int s_reserved(sqlite3_file *f, int *r) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), r); }
static int s_control(sqlite3_file *f, int op, void *p) { return REAL(f)->pMethods->xFileControl(REAL(f), op, p); }
static int s_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int s_device(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }
static int s_map(sqlite3_file *f, int i, int n, int x, void volatile **p) { return REAL(f)->pMethods->xShmMap(REAL(f), i, n, x, p); }
static int s_shmlock(sqlite3_file *f, int o, int n, int fl) { return REAL(f)->pMethods->xShmLock(REAL(f), o, n, fl); }
static void s_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int s_unmap(sqlite3_file *f, int d) { return REAL(f)->pMethods->xShmUnmap(REAL(f), d); }

static int
s_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return fails_now(true) ? SQLITE_IOERR_READ : REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}

static int
s_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return fails_now(false) ? fault_code : REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}

static int
s_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails_now(false) ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), n);
}

static int
s_sync(sqlite3_file *f, int flags)
{
	return fails_now(false) ? SQLITE_IOERR_FSYNC : REAL(f)->pMethods->xSync(REAL(f), flags);
}

static const sqlite3_io_methods shim_methods = { 2, s_close, s_read, s_write, s_truncate, s_sync, s_size,
	s_lock, s_unlock, s_reserved, s_control, s_sector, s_device, s_map, s_shmlock, s_barrier, s_unmap,
	NULL, NULL };

static int
s_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	struct shim *s = (struct shim *)f;
	int rc;

	s->real = (sqlite3_file *)(s + 1);
	rc = real_vfs->xOpen(real_vfs, name, s->real, flags, ret_flags);
	s->base.pMethods = s->real->pMethods != NULL ? &shim_methods : NULL;
	return rc;
}

static inline __attribute__((unused)) int
setup_shim(void **state)
{
	real_vfs = sqlite3_vfs_find(NULL);
	shim_vfs = *real_vfs;
	shim_vfs.zName = "shim";
	shim_vfs.szOsFile = (int)sizeof(struct shim) + real_vfs->szOsFile;
	shim_vfs.xOpen = s_open;
	return sqlite3_vfs_register(&shim_vfs, 1) == SQLITE_OK ? 0 : -1;
}

static inline __attribute__((unused)) int
teardown_shim(void **state)
{
	return sqlite3_vfs_unregister(&shim_vfs) == SQLITE_OK ? 0 : -1;
}

#endif
