/*
 * A query in the first line, a document's text behind it. Whatever is asked of whatever text, the answer is yes, no or a mistake
 * in the query that is placed; a query that store_query_check() takes never fails later.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/unicode.h"
#include "store/store_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store store;
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t n = end != NULL ? (size_t)(end - data) : size;
	char *query = xstrndup((const char *)data, n);
	char *text = end != NULL ? unicode_clean((const char *)end + 1, size - n - 1) : xstrdup("");
	struct store_doc doc = { .source = (char *)"alpha", .title = (char *)"A title", .text = text,
		.language = (char *)"en", .first_seen_ms = 1700000000000 };
	struct err err = { 0 };
	bool fits;

	if (store_query_check(query, &err) < 0) {
		if (err.class != ERR_INPUT)
			abort();
	} else if (store_match(&store, query, "[\"japan\"]", &doc, text, &fits, &err) < 0) {
		abort();
	}
	free(query);
	free(text);
	return 0;
}
