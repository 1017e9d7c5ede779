#ifndef STORE_QUERY_INT_H
#define STORE_QUERY_INT_H
/* query_int: what the grammar of queries (query.c) and its words and fields (query_parts.c) share. */
#include "store/store_int.h"

#define FTS_MAX (QUERY_MAX * 64)	/* bytes: one word may become many */
#define NARROWING "source:, lang:, label:, url:, story:, in: and dates"

enum field { FIELD_NONE, FIELD_TITLE, FIELD_REMOVED, FIELD_SOURCE, FIELD_LANG, FIELD_LABEL, FIELD_BEFORE, FIELD_AFTER, FIELD_URL,
	FIELD_STORY, FIELD_CHANGED, FIELD_IN };

struct parser {
	const char *s;
	size_t n, i;
	struct query *q;
	const struct spellings *spellings;
	struct err *err;
	unsigned terms, filters;
	int depth;
};

/* A mistake at byte `at`; -1. */
int query_complain(struct parser *p, size_t at, const char *what);
void query_skip_blanks(struct parser *p);
bool query_ends_word(const struct parser *p, size_t i);
/* The field whose name and colon stand here, which it steps over. */
enum field query_take_field(struct parser *p);
/* What narrows the whole query: all fields behind FIELD_REMOVED. */
int query_add_filter(struct parser *p, enum field field, bool negated, const char *s, size_t n, size_t at);
/* The word or phrase as it is typed, or as it may be written: ("viet nam" OR "vietnam"). */
void query_add_spelled(struct parser *p, struct buf *out, enum field field, const char *s, size_t n, bool prefix);
/*
 * Words without quotation marks that are together a name with several spellings, as in: viet nam fisheries. They may stand apart
 * from each other, as any two words may, or be written in one of the other ways. True when it was one.
 */
bool query_take_name(struct parser *p, struct buf *out);

#endif
