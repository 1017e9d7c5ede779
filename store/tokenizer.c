/*
 * The tokenizer of the full-text index: words folded for case and diacritics, each character of
 * Han, kana, Thai and kin a token of its own, so that a Japanese word of two characters is found as
 * a phrase of two tokens. FTS insert is most of what keeping a document costs, so letters of ASCII,
 * Latin, Greek, Cyrillic, Hebrew and Arabic go through a table made once from unicode_fold(); only
 * the rest asks ICU. Offsets are those of the original bytes, as snippets need them.
 */
#include <pthread.h>
#include <string.h>
#include <unicode/uchar.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "store/store_int.h"
#include "base/banned.h"

#define TOKEN_MAX 128		/* bytes of a folded token; the rest of a longer run is dropped */
#define LOW_END 0x800
#define GREEK_BEGIN 0x1e00	/* Latin Extended Additional (Vietnamese) and Greek Extended */
#define GREEK_END 0x2000
#define TABLE_SIZE (LOW_END + GREEK_END - GREEK_BEGIN)

enum glyph { GLYPH_BREAK, GLYPH_WORD, GLYPH_ALONE };

struct folded {
	unsigned char kind;	/* enum glyph */
	unsigned char len;
	char text[6];
};
static struct folded table[TABLE_SIZE];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

struct tokens {
	const char *s;
	size_t n;
	void *arg;
	int (*emit)(void *arg, int flags, const char *token, int len, int start, int end);
	char token[TOKEN_MAX];
	size_t len;
	bool full;	/* the token is cut here */
};

static void
fold_char(uint32_t c, struct folded *f)
{
	struct buf b = BUF_INIT(8);
	CLEANUP(freep) char *text = NULL;
	size_t n;

	f->kind = unicode_is_unspaced(c) ? GLYPH_ALONE : unicode_is_word(c) ? GLYPH_WORD :
	    GLYPH_BREAK;
	if (f->kind != GLYPH_BREAK) {
		utf8_put(&b, c);
		text = unicode_fold(b.data, b.len);
		n = strlen(text);
		if (n > sizeof(f->text))
			n = utf8_cut(text, n, sizeof(f->text));
		memcpy(f->text, text, n);
		f->len = (unsigned char)n;
	}
	buf_done(&b);
}

static void
table_make(void)
{
	uint32_t i;

	for (i = 0; i < TABLE_SIZE; i++)
		fold_char(i < LOW_END ? i : i - LOW_END + GREEK_BEGIN, &table[i]);
}

/* What the character is and what it becomes; room is used for characters outside the table. */
static const struct folded *
glyph_of(uint32_t c, struct folded *room)
{
	if (c < LOW_END)
		return &table[c];
	if (c >= GREEK_BEGIN && c < GREEK_END)
		return &table[c - GREEK_BEGIN + LOW_END];
	memset(room, 0, sizeof(*room));
	/* Most of what is outside folds to itself: Han, kana, Hangul syllables. */
	if ((c >= 0x3041 && c <= 0x30ff) || (c >= 0x4e00 && c <= 0x9fff) ||
	    (c >= 0xac00 && c <= 0xd7a3)) {
		room->kind = c >= 0xac00 ? GLYPH_WORD : (c >= 0x3099 && c <= 0x309c) ||
		    c == 0x30a0 || c == 0x30fb ? GLYPH_BREAK : GLYPH_ALONE;
		room->len = 3;
		room->text[0] = (char)(0xe0 | c >> 12);
		room->text[1] = (char)(0x80 | (c >> 6 & 0x3f));
		room->text[2] = (char)(0x80 | (c & 0x3f));
		return room;
	}
	fold_char(c, room);
	return room;
}

static bool
is_mark(uint32_t c)
{
	int8_t type;

	if (c < 0x300)
		return false;
	type = u_charType((UChar32)c);
	return type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK ||
	    type == U_ENCLOSING_MARK;
}

static void
token_add(struct tokens *t, const struct folded *f)
{
	if (t->full || t->len + f->len > TOKEN_MAX) {
		t->full = true;
		return;
	}
	memcpy(t->token + t->len, f->text, f->len);
	t->len += f->len;
}

static int
token_end(struct tokens *t, size_t start, size_t end)
{
	size_t len = t->len;

	t->len = 0;
	t->full = false;
	if (len == 0)
		return SQLITE_OK;
	return t->emit(t->arg, 0, t->token, (int)len, (int)start, (int)end);
}

/* The common case: a run of ASCII letters and digits, ended by another ASCII byte. */
static size_t
ascii_run(struct tokens *t, size_t i)
{
	unsigned char c;

	for (; i < t->n; i++) {
		c = (unsigned char)t->s[i];
		if (c >= 0x80 || table[c].kind != GLYPH_WORD)
			break;
		token_add(t, &table[c]);
	}
	return i;
}

/* Marks behind a character of an unspaced script (Thai vowels) belong to it. */
static size_t
marks_run(struct tokens *t, size_t i)
{
	struct folded room;
	size_t next;
	uint32_t c;

	while (i < t->n && (unsigned char)t->s[i] >= 0x80) {
		next = i;
		c = utf8_next(t->s, t->n, &next);
		if (!is_mark(c))
			break;
		token_add(t, glyph_of(c, &room));
		i = next;
	}
	return i;
}

static int
tokens_run(struct tokens *t)
{
	const struct folded *f;
	struct folded room;
	size_t i = 0, start = 0, next;
	bool open = false;	/* inside a word that began at start */
	uint32_t c;
	int rc = SQLITE_OK;

	while (i < t->n && rc == SQLITE_OK) {
		next = i;
		if ((unsigned char)t->s[i] < 0x80) {
			next = ascii_run(t, i);
			if (next > i) {
				start = open ? start : i;
				open = true;
				i = next;
				continue;
			}
		}
		next = i;
		c = utf8_next(t->s, t->n, &next);
		f = glyph_of(c, &room);
		if (f->kind == GLYPH_WORD) {
			start = open ? start : i;
			open = true;
			token_add(t, f);
			i = next;
			continue;
		}
		if (open)
			rc = token_end(t, start, i);
		open = false;
		if (f->kind == GLYPH_ALONE && rc == SQLITE_OK) {
			token_add(t, f);
			next = marks_run(t, next);
			rc = token_end(t, i, next);
		}
		i = next;
	}
	if (open && rc == SQLITE_OK)
		rc = token_end(t, start, t->n);
	return rc;
}

/* ---- FTS5's side ---- */

static int
tokenizer_create(void *ctx, const char **argv, int argc, Fts5Tokenizer **ret)
{
	static int one;

	*ret = (Fts5Tokenizer *)&one;	/* it has no state */
	return SQLITE_OK;
}

static void
tokenizer_delete(Fts5Tokenizer *tokenizer)
{
}

int
store_tokens(const char *s, size_t n, void *arg,
    int (*emit)(void *arg, int flags, const char *token, int len, int start, int end))
{
	struct tokens t = { .s = s, .n = n, .arg = arg, .emit = emit };

	pthread_once(&table_once, table_make);
	return tokens_run(&t);
}

static int
tokenizer_tokenize(Fts5Tokenizer *tokenizer, void *ctx, int flags, const char *text, int len,
    int (*emit)(void *, int, const char *, int, int, int))
{
	return store_tokens(text, text != NULL && len > 0 ? (size_t)len : 0, ctx, emit);
}

int
store_fts_api(sqlite3 *db, fts5_api **ret)
{
	sqlite3_stmt *q = NULL;
	int rc;

	*ret = NULL;
	rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &q, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_pointer(q, 1, ret, "fts5_api_ptr", NULL);
	sqlite3_step(q);
	rc = sqlite3_finalize(q);
	return rc == SQLITE_OK && *ret == NULL ? SQLITE_ERROR : rc;
}

int
store_tokenizer_register(sqlite3 *db)
{
	static fts5_tokenizer ours = { tokenizer_create, tokenizer_delete, tokenizer_tokenize };
	fts5_api *api;
	int rc = store_fts_api(db, &api);

	return rc != SQLITE_OK ? rc : api->xCreateTokenizer(api, "presswatch", NULL, &ours, NULL);
}
