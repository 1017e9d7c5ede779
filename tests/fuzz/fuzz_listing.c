/* fuzz_listing: any page gives addresses of http(s) and valid text, and survives the wire. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/unicode.h"
#include "base/url.h"
#include "discover/discover.h"
#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(candidates_freep) struct candidates *c = NULL, *back = NULL;
	struct discover_opts opts = { .url = "http://127.0.0.1/a/b?c", .kind = KIND_LISTING, .now_ms = 1700000000000,
	    .max = 50 };
	struct err err = { 0 };
	json_t *j;

	if (discover((const char *)data, size, &opts, &c, &err) < 0) {
		if (c != NULL || err.class == ERR_NONE || err.class == ERR_TEMPORARY)
			abort();
		return 0;
	}
	if (c == NULL || c->count > 50)
		abort();
	for (size_t i = 0; i < c->count; i++) {
		const struct candidate *one = &c->list[i];

		if (one->url == NULL || !url_is_http(one->url) || strchr(one->url, '#') != NULL ||
		    (one->title != NULL && !utf8_valid(one->title, strlen(one->title))) ||
		    (one->summary != NULL && !utf8_valid(one->summary, strlen(one->summary))))
			abort();
	}
	j = candidates_to_json(c);
	if (candidates_from_json(j, &back, NULL) < 0 || back->count != c->count)
		abort();
	json_decref(j);
	return 0;
}
