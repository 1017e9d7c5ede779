/*
 * raw: earlier texts and responses, packed with zstd under their SHA-256. One that resembles
 * another is packed with that one as its prefix, so that a hundred revisions of a page cost what
 * changed in them; every STORE_DELTA_DEPTH-th stands by itself, so that reading one unpacks a
 * bounded number of others.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define PACK_LEVEL 3
#define WINDOW_LOG 24			/* the prefix and what follows must both be in sight: 16 MiB */

static const struct {
	enum store_stmt get, add;
	const char *what;
} tables[] = {
	[BLOB_TEXT] = { STMT_OLD_TEXT_GET, STMT_OLD_TEXT_ADD, "text" },
	[BLOB_RAW] = { STMT_RAW_GET, STMT_RAW_ADD, "response" },
};

struct packed {
	char *zstd;
	size_t zstd_len, size;
	int depth;
	unsigned char base[STORE_HASH];
	bool has_base;
};

static int
packed_get(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH],
    struct packed *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, tables[kind].get, "h", hash);
	int rc = store_step(s, q, reterr);
	const void *p;

	if (rc <= 0)
		return rc;
	ret->has_base = store_column_hash(q, 0, ret->base);
	ret->depth = sqlite3_column_int(q, 1);
	ret->size = (size_t)sqlite3_column_int64(q, 2);
	p = sqlite3_column_blob(q, 3);
	ret->zstd_len = (size_t)sqlite3_column_bytes(q, 3);
	ret->zstd = xmemdup(p != NULL ? p : "", ret->zstd_len);
	sqlite3_reset(q);
	return 1;
}

static int
damaged(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH],
    struct err *reterr)
{
	char hex[SHA256_HEX];

	return err_set(reterr, ERR_LOCAL, "%s: the %s %s is damaged or missing", s->path,
	    tables[kind].what, digest_hex(hash, STORE_HASH, hex));
}

static int
unpack(struct store *s, const struct packed *p, const char *base, size_t base_len, char **ret)
{
	CLEANUP(freep) char *out = NULL;
	size_t n;

	if (p->size > STORE_RAW_MAX)
		return -1;
	out = xmalloc(p->size + 1);
	ZSTD_DCtx_reset(s->unpack, ZSTD_reset_session_and_parameters);
	ZSTD_DCtx_setParameter(s->unpack, ZSTD_d_windowLogMax, WINDOW_LOG + 1);
	if (base != NULL && ZSTD_isError(ZSTD_DCtx_refPrefix(s->unpack, base, base_len)))
		return -1;
	n = ZSTD_decompressDCtx(s->unpack, out, p->size, p->zstd, p->zstd_len);
	if (ZSTD_isError(n) || n != p->size)
		return -1;
	out[n] = '\0';
	*ret = out;
	out = NULL;
	return 0;
}

int
store_blob_get(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH],
    char **ret, size_t *ret_len, struct err *reterr)
{
	struct packed chain[STORE_DELTA_DEPTH + 1] = { 0 };
	CLEANUP(freep) char *base = NULL;
	unsigned char got[STORE_HASH];
	const unsigned char *next = hash;
	size_t base_len = 0;
	char *out = NULL;
	int n = 0, rc;

	do {
		rc = packed_get(s, kind, next, &chain[n], reterr);
		if (rc == 0 && n > 0)
			rc = damaged(s, kind, next, reterr);
		if (rc <= 0)
			break;
		next = chain[n++].base;
	} while (chain[n - 1].has_base && n <= STORE_DELTA_DEPTH);
	if (rc > 0 && chain[n - 1].has_base)
		rc = damaged(s, kind, hash, reterr);
	for (int i = n - 1; i >= 0 && rc > 0; i--) {
		if (unpack(s, &chain[i], base, base_len, &out) < 0) {
			rc = damaged(s, kind, hash, reterr);
			break;
		}
		free(base);
		base = out;
		base_len = chain[i].size;
	}
	for (int i = 0; i < n; i++)
		free(chain[i].zstd);
	if (rc <= 0)
		return rc;
	digest_sha256(base, base_len, got);
	if (memcmp(got, hash, STORE_HASH) != 0)
		return damaged(s, kind, hash, reterr);
	*ret = base;
	*ret_len = base_len;
	base = NULL;
	return 1;
}

/* Level by size: a window that holds prefix and content. */
static size_t
pack(struct store *s, const void *p, size_t n, const char *base, size_t base_len, char *out,
    size_t room)
{
	ZSTD_CCtx_reset(s->pack, ZSTD_reset_session_and_parameters);
	ZSTD_CCtx_setParameter(s->pack, ZSTD_c_compressionLevel, PACK_LEVEL);
	if (base != NULL) {
		if (n + base_len > 1u << 17) {
			ZSTD_CCtx_setParameter(s->pack, ZSTD_c_windowLog, WINDOW_LOG);
			ZSTD_CCtx_setParameter(s->pack, ZSTD_c_enableLongDistanceMatching, 1);
		}
		ZSTD_CCtx_refPrefix(s->pack, base, base_len);
	}
	return ZSTD_compress2(s->pack, out, room, p, n);
}

int
store_blob_put(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH],
    const void *p, size_t n, const unsigned char *like, const char *content_type, struct err *reterr)
{
	struct packed there = { 0 };
	CLEANUP(freep) char *base = NULL, *out = NULL;
	size_t base_len = 0, room = ZSTD_compressBound(n), len;
	int rc, depth = 0;

	if ((rc = packed_get(s, kind, hash, &there, reterr)) != 0) {
		free(there.zstd);
		return rc < 0 ? -1 : 0;
	}
	if (like != NULL && (rc = packed_get(s, kind, like, &there, reterr)) < 0)
		return -1;
	if (like != NULL && rc > 0) {
		free(there.zstd);
		if (there.depth + 1 < STORE_DELTA_DEPTH) {
			if (store_blob_get(s, kind, like, &base, &base_len, reterr) < 0)
				return -1;
			depth = there.depth + 1;
		}
	}
	out = xmalloc(room);
	len = pack(s, p, n, base, base_len, out, room);
	if (ZSTD_isError(len))
		return err_set(reterr, ERR_LOCAL, "zstd: %s", ZSTD_getErrorName(len));
	if (kind == BLOB_TEXT)
		return store_run(s, store_bind(s, tables[kind].add, "hhiib", hash,
		    base != NULL ? like : NULL, (int64_t)depth, (int64_t)n, out, len), reterr);
	return store_run(s, store_bind(s, tables[kind].add, "hhiibt", hash, base != NULL ? like : NULL,
	    (int64_t)depth, (int64_t)n, out, len, content_type), reterr);
}

int
store_blob_repack(struct store *s, enum store_blob kind, const unsigned char hash[STORE_HASH], struct err *reterr)
{
	CLEANUP(freep) char *p = NULL, *type = NULL;
	sqlite3_stmt *q;
	size_t n;
	int rc = store_blob_get(s, kind, hash, &p, &n, reterr);

	if (rc <= 0)
		return rc < 0 ? -1 : damaged(s, kind, hash, reterr);
	if (kind == BLOB_RAW) {
		q = store_bind(s, STMT_RAW_TYPE, "h", hash);
		if ((rc = store_step(s, q, reterr)) < 0)
			return -1;
		type = rc > 0 ? store_column_text(q, 0) : NULL;
		sqlite3_reset(q);
	}
	if (store_run(s, store_bind(s, kind == BLOB_RAW ? STMT_RAW_DROP : STMT_OLD_TEXT_DROP, "h", hash), reterr) < 0)
		return -1;
	return store_blob_put(s, kind, hash, p, n, NULL, type, reterr);
}

int
store_text_pruned(struct store *s, int64_t doc_id, const unsigned char hash[STORE_HASH], struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_REVISION_PRUNED, "ih", doc_id, hash);
	int rc = store_step(s, q, reterr);

	if (rc > 0)
		sqlite3_reset(q);
	return rc;
}

int
store_text_by_hash(struct store *s, int64_t doc_id, const unsigned char hash[STORE_HASH],
    char **ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_TEXT_GET, "i", doc_id);
	unsigned char now[STORE_HASH];
	char *text;
	size_t len;
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	if (rc > 0) {
		text = store_column_text(q, 0);
		len = (size_t)sqlite3_column_bytes(q, 0);
		sqlite3_reset(q);
		digest_sha256(text, len, now);
		if (memcmp(now, hash, STORE_HASH) == 0) {
			*ret = text;
			return 0;
		}
		free(text);
	}
	rc = store_blob_get(s, BLOB_TEXT, hash, ret, &len, reterr);
	return rc > 0 ? 0 : rc < 0 ? -1 : damaged(s, BLOB_TEXT, hash, reterr);
}

int
store_raw(struct store *s, const unsigned char hash[32], char **ret, size_t *ret_len,
    struct err *reterr)
{
	int rc = store_blob_get(s, BLOB_RAW, hash, ret, ret_len, reterr);

	if (rc == 0)
		return err_set(reterr, ERR_INPUT, "no response is kept for it");
	return rc < 0 ? -1 : 0;
}
