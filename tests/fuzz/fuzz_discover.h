#ifndef FUZZ_DISCOVER_H
#define FUZZ_DISCOVER_H
/* fuzz_discover: whatever the bytes, discover() gives addresses of http(s) and valid text that survive the wire, or an error. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "base/url.h"
#include "discover/discover.h"

#define FUZZ_CANDIDATES 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
fuzz_is_text(const char *s)
{
	return s == NULL || utf8_valid(s, strlen(s));
}

/* An address is fetched as it stands; only that of an item without one has a fragment. */
static bool
fuzz_is_sound(const struct candidate *one)
{
	return one->url != NULL && url_is_http(one->url) &&
	    (strchr(one->url, '#') == NULL || (url_is_item(one->url) && strrchr(one->url, '#') == strchr(one->url, '#'))) &&
	    fuzz_is_text(one->title) && fuzz_is_text(one->summary) && fuzz_is_text(one->content) &&
	    fuzz_is_text(one->language);
}

static int
fuzz_discover(enum source_kind kind, const uint8_t *data, size_t size)
{
	CLEANUP(candidates_freep) struct candidates *c = NULL, *back = NULL;
	struct discover_opts opts = { .url = "http://127.0.0.1/a/b?c", .kind = kind, .now_ms = 1700000000000,
	    .max = FUZZ_CANDIDATES, .summaries = true };
	struct err err = { 0 };
	struct buf b = BUF_INIT(64u << 20);
	struct fields f;

	if (discover((const char *)data, size, &opts, &c, &err) < 0) {
		if (c != NULL || err.class == ERR_NONE || err.class == ERR_TEMPORARY)
			abort();
		return 0;
	}
	if (c == NULL || c->count > FUZZ_CANDIDATES)
		abort();
	for (size_t i = 0; i < c->count; i++) {
		if (!fuzz_is_sound(&c->list[i]))
			abort();
	}
	candidates_encode(c, &b);
	fields_init(&f, b.data, b.len);
	if (candidates_decode(&f, &back, NULL) < 0 || !fields_end(&f) || back->count != c->count)
		abort();
	buf_done(&b);
	return 0;
}

#endif
