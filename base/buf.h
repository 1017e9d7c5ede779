#ifndef BASE_BUF_H
#define BASE_BUF_H
/*
 * buf: bytes that grow, made with a ceiling so that no input can make us grow without end. Data is
 * always followed by a NUL byte that len does not count. Going over the ceiling adds nothing more
 * and sets full; callers look at full once, at the end.
 */
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;	/* NULL only while empty and never written */
	size_t len;
	size_t cap;
	size_t max;	/* ceiling of len, in bytes */
	bool full;	/* something did not fit */
};

#define BUF_INIT(max_bytes) { .max = (max_bytes) }

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);		/* frees; b may be used again after buf_init */
void buf_clear(struct buf *b);		/* len 0, memory kept, full reset */
void buf_reserve(struct buf *b, size_t more);

/* Each returns 0, or -1 when the ceiling was hit (then nothing of this call was added). */
int buf_add(struct buf *b, const void *p, size_t n);
int buf_adds(struct buf *b, const char *s);
int buf_addc(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int buf_addv(struct buf *b, const char *fmt, va_list ap);

void buf_cut(struct buf *b, size_t len);	/* shorten to len */
void buf_rtrim(struct buf *b);			/* drop ASCII white space at the end */
const char *buf_str(const struct buf *b);	/* "" when empty; valid until the next change */
char *buf_take(struct buf *b, size_t *ret_len);	/* caller frees; b is empty after; ret_len may be NULL */

#endif
