/*
 * moved: a document whose own address died lives on under another of its names. Which names there are to be tried, and the one
 * that was alive made its address; the old one stays a name.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/store_int.h"
#include "base/banned.h"

bool
store_window_has(const struct window *w, const char *url)
{
	CLEANUP(freep) char *key = url_key(url);
	uint64_t hash;

	if (key == NULL)
		return false;
	hash = digest_xxh64(key, strlen(key), 0);
	for (size_t i = 0; i < w->count; i++)
		if (w->keys[i] == hash)
			return true;
	return false;
}

int
store_window_has_document(struct store *s, const struct window *w, int64_t doc_id, bool *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_ADDRESSES_OF, "i", doc_id);
	int rc;

	*ret = false;
	while ((rc = store_step(s, q, reterr)) > 0) {
		CLEANUP(freep) char *url = store_column_text(q, 0);

		*ret = *ret || store_window_has(w, url);
	}
	return rc;
}

/* Puts url where its turn is: what the list names stands before the rest. Takes it over. */
static void
add_address(char **list, unsigned *count, unsigned *listed, unsigned limit, char *url, bool is_listed)
{
	unsigned at = is_listed ? *listed : *count;

	if (at >= limit) {
		free(url);
		return;
	}
	if (*count == limit)
		free(list[--*count]);
	memmove(list + at + 1, list + at, (*count - at) * sizeof(*list));
	list[at] = url;
	++*count;
	*listed += is_listed;
}

int
store_other_addresses(struct store *s, int64_t doc_id, char **ret, unsigned limit, unsigned *ret_count, struct err *reterr)
{
	CLEANUP(store_window_done) struct window w = { 0 };
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	unsigned count = 0, listed = 0;
	sqlite3_stmt *q;
	int rc;

	if (store_doc_row(s, doc_id, &d, reterr) < 0 || store_window_load(s, d.source_id, &w, reterr) < 0)
		return -1;
	q = store_bind(s, STMT_ALIASES_OF, "i", doc_id);
	while ((rc = store_step(s, q, reterr)) > 0) {
		char *url = store_column_text(q, 0);

		if (url_is_item(url) || url_is_home(url))
			free(url);
		else
			add_address(ret, &count, &listed, limit, url, store_window_has(&w, url));
	}
	*ret_count = count;
	if (rc == 0)
		return 0;
	while (count > 0)
		free(ret[--count]);
	*ret_count = 0;
	return -1;
}

int
store_moved(struct put_ctx *p, const struct doc_row *old, struct err *reterr)
{
	CLEANUP(freep) char *own = url_key(old->url);

	p->result->moved = true;
	if (own == NULL || strcmp(own, p->final_key) == 0)
		return 0;
	if (store_names_add(p, old->doc_id, p->url, reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_ALIAS_ADDRESS, "tit", own, old->doc_id, old->url), reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_ALIAS_ADDRESS, "tit", p->final_key, old->doc_id, NULL), reterr) < 0 ||
	    store_run(p->s, store_bind(p->s, STMT_DOC_URL, "it", old->doc_id, p->url), reterr) < 0)
		return -1;
	return store_text_names_add(p->s, &p->keys, p->url, old->doc_id, reterr);
}
