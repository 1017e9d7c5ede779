/*
 * aliases: under which names a document is known, and the guards that keep a name from swallowing a
 * document. A URL is a name of what it shows. A GUID is a name within its source while it does not
 * contradict itself. A canonical address is a claim: it joins two documents only when everything
 * else says so too. Title and text are a name on one site when the text is long enough not to be a
 * phrase and no date contradicts.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "base/url.h"
#include "document/diff.h"
#include "document/fingerprint.h"
#include "document/similar.h"
#include "document/normal.h"
#include "store/store_int.h"
#include "base/banned.h"

#define GUID_LIKENESS 0.5	/* texts of one GUID that share less are two documents */
#define MOVED_LIKENESS 0.5	/* an address that redirects elsewhere now: the same document still? */
#define CLAIM_LIKENESS 0.9
#define REDIRECTS_MAX 2		/* addresses of other titles that may end at one page: else it is a gate */

static const char *const kind_names[] = {
	[ALIAS_URL] = "url", [ALIAS_GUID] = "guid", [ALIAS_TEXT] = "text",
};

int
store_alias_find(struct store *s, enum alias_kind kind, const char *scope, const char *key,
    int64_t *ret, struct err *reterr)
{
	sqlite3_stmt *q = store_bind(s, STMT_ALIAS_FIND, "ttt", kind_names[kind], key, scope);
	int rc = store_step(s, q, reterr);

	if (rc < 0)
		return -1;
	*ret = ALIAS_NONE;
	if (rc > 0) {
		*ret = sqlite3_column_type(q, 0) == SQLITE_NULL ? ALIAS_RECORDED :
		    sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
	}
	return 0;
}

int
store_alias_add(struct store *s, enum alias_kind kind, const char *scope, const char *key,
    int64_t doc_id, const char *address, struct err *reterr)
{
	/* Most names are known: a look is cheaper than a write that does nothing. */
	int64_t there;

	if (store_alias_find(s, kind, scope, key, &there, reterr) < 0)
		return -1;
	if (there > 0 || (there == ALIAS_RECORDED && (doc_id == 0 || kind == ALIAS_GUID)))
		return 0;
	if (there == ALIAS_RECORDED)
		return store_run(s, store_bind(s, STMT_ALIAS_FILL, "tttit", kind_names[kind], key, scope,
		    doc_id, address), reterr);
	if (doc_id == 0)
		return store_run(s, store_bind(s, STMT_ALIAS_ADD, "tttnt", kind_names[kind], key, scope,
		    address), reterr);
	return store_run(s, store_bind(s, STMT_ALIAS_ADD, "tttit", kind_names[kind], key, scope, doc_id,
	    address), reterr);
}

int
store_alias_count(struct store *s, int64_t doc_id, int64_t *ret, struct err *reterr)
{
	return store_number(s, store_bind(s, STMT_ALIAS_COUNT, "i", doc_id), ret, reterr);
}

/* ---- comparing what came with what we have ---- */

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static double
likeness(const struct put_ctx *p, const struct doc_row *d)
{
	const char *a = or_empty(p->text), *b = or_empty(d->text);

	if (memcmp(p->compare_hash, d->compare_hash, STORE_HASH) == 0)
		return 1;
	return similar_jaccard(a, strlen(a), b, strlen(b));
}

static bool
same_title(const struct put_ctx *p, const struct doc_row *d)
{
	return p->title != NULL && d->title != NULL &&
	    fingerprint_exact(p->title, "") == fingerprint_exact(d->title, "");
}

static bool
contradicts(const char *a, const char *b)
{
	struct doc_date da = { 0 }, db = { 0 };

	return a != NULL && b != NULL && date_from_iso(a, &da) == 0 && date_from_iso(b, &db) == 0 &&
	    date_contradicts(&da, &db);
}

/* Either what the pages say or what their rows say. */
static bool
dates_contradict(const struct put_ctx *p, const struct doc_row *d)
{
	return contradicts(p->published[0] != '\0' ? p->published : NULL, d->published) ||
	    contradicts(p->candidate.published, d->listed_published);
}

/*
 * Nearly the same text may still be another document: another number, name or a "not" is never a copy. claimed: the page says itself
 * that it is that one; then one may also say all that the other says and some paragraphs more, as a print view read otherwise does.
 */
static bool
only_reading_differs(const struct put_ctx *p, const struct doc_row *d, double alike, bool claimed)
{
	CLEANUP(diff_freep) struct diff *diff = NULL;

	if (memcmp(p->compare_hash, d->compare_hash, STORE_HASH) == 0)
		return true;
	if (p->words < STORE_ALIAS_WORDS)
		return false;
	diff = diff_texts(d->text, p->text);
	if (claimed && d->words >= STORE_ALIAS_WORDS && (diff->words_deleted == 0 || diff->words_inserted == 0))
		return true;
	return alike >= CLAIM_LIKENESS && (diff_kinds(diff, d->title, p->title) &
	    (CHANGE_TITLE | CHANGE_NUMBER | CHANGE_NAME | CHANGE_NEGATION)) == 0;
}

/* What the lists called the two: known, and not the same. */
static bool
listed_titles_differ(const struct put_ctx *p, const struct doc_row *d)
{
	return p->candidate.title != NULL && d->listed_title != NULL &&
	    fingerprint_exact(p->candidate.title, "") != fingerprint_exact(d->listed_title, "");
}

/* The list called it something else than the page calls itself. */
static bool
is_not_as_listed(const struct put_ctx *p, const struct doc_row *d)
{
	CLEANUP(freep) char *listed = NULL, *title = NULL;

	if (p->candidate.title == NULL || d->title == NULL)
		return false;
	listed = unicode_fold(p->candidate.title, strlen(p->candidate.title));
	title = unicode_fold(d->title, strlen(d->title));
	return strstr(listed, title) == NULL && strstr(title, listed) == NULL;
}

/* ---- one question for each kind of name; each answers 1 with *ret_doc, 0 or -1 ---- */

/* Where the answer came from, after redirects. */
static int
by_final_url(struct put_ctx *p, int64_t *ret_doc, bool *ret_same, struct err *reterr)
{
	CLEANUP(freep) char *own = NULL;
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	int64_t doc_id, aliases;
	bool moved = strcmp(p->asked_key, p->final_key) != 0;

	if (moved && url_is_home(p->url) && p->candidate.id != 0) {
		p->gate = "redirects to the home page";
		return 1;
	}
	if (store_alias_find(p->s, ALIAS_URL, "", p->final_key, &doc_id, reterr) < 0)
		return -1;
	if (doc_id == ALIAS_RECORDED)
		p->quiet = true;	/* it was there at the first visit */
	if (doc_id <= 0)
		return 0;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0 ||
	    store_alias_count(p->s, doc_id, &aliases, reterr) < 0)
		return -1;
	/* A log-in or error page to which all addresses lead must not become their document. */
	if (moved && aliases >= REDIRECTS_MAX && p->candidate.id != 0 && is_not_as_listed(p, &d)) {
		p->gate = "redirects where other addresses do: a log-in or error page";
		return 1;
	}
	own = url_key(d.url);
	*ret_doc = doc_id;
	/*
	 * A page source looks at its page wherever that stands now; a row that leads to what we
	 * have is a name.
	 */
	*ret_same = p->put->candidate_id == 0 ||
	    (!moved && own != NULL && strcmp(own, p->final_key) == 0);
	return 1;
}

/* The address asked for is known but leads elsewhere now ("latest release"). */
static int
by_asked_url(struct put_ctx *p, int64_t *ret_doc, bool *ret_same, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	int64_t doc_id;

	if (strcmp(p->asked_key, p->final_key) == 0)
		return 0;
	if (store_alias_find(p->s, ALIAS_URL, "", p->asked_key, &doc_id, reterr) < 0)
		return -1;
	if (doc_id == ALIAS_RECORDED)
		p->quiet = true;
	if (doc_id <= 0)
		return 0;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (dates_contradict(p, &d) || (!same_title(p, &d) && likeness(p, &d) < MOVED_LIKENESS))
		return 0;
	*ret_doc = doc_id;
	*ret_same = p->put->candidate_id == 0;
	return 1;
}

/*
 * The document at that address, when it has the same title and, however short, much of the same text where there is one to compare; or
 * nearly the same text, whatever a list called it.
 */
static int
by_twin(struct put_ctx *p, const char *key, int64_t *ret_doc, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	int64_t doc_id;

	if (store_alias_find(p->s, ALIAS_URL, "", key, &doc_id, reterr) < 0)
		return -1;
	if (doc_id <= 0)
		return 0;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (dates_contradict(p, &d) || (p->text != NULL ? likeness(p, &d) < (same_title(p, &d) ? MOVED_LIKENESS : CLAIM_LIKENESS) :
	    !same_title(p, &d)))
		return 0;
	*ret_doc = doc_id;
	return 1;
}

/* Addresses that servers answer to like the one asked for: with or without the slash at its end, "www." at its beginning, or both. */
static int
by_twins(struct put_ctx *p, int64_t *ret_doc, struct err *reterr)
{
	const char *key = p->final_key;
	bool www = strncmp(key, "www.", 4) == 0;
	size_t path = strcspn(key, "?");
	bool slash = path > 0 && key[path - 1] == '/';
	int rc = 0;

	for (int i = 1; i <= 3 && rc == 0; i++) {
		bool other_slash = (i & 1) != 0, other_host = (i & 2) != 0;
		const char *front = !other_host || www ? "" : "www.";
		size_t from = other_host && www ? 4 : 0;
		CLEANUP(freep) char *other = xasprintf("%s%.*s%s%s", front, (int)(path - from - (other_slash && slash)), key + from,
		    other_slash && !slash ? "/" : "", key + path);

		rc = by_twin(p, other, ret_doc, reterr);
	}
	return rc;
}

static int
by_guid(struct put_ctx *p, int64_t *ret_doc, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	char scope[24];
	int64_t doc_id;

	if (p->candidate.guid == NULL)
		return 0;
	snprintf(scope, sizeof(scope), "%lld", (long long)p->source.id);
	if (store_alias_find(p->s, ALIAS_GUID, scope, p->candidate.guid, &doc_id, reterr) < 0)
		return -1;
	if (doc_id <= 0)
		return 0;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (!dates_contradict(p, &d) && (same_title(p, &d) || likeness(p, &d) >= GUID_LIKENESS)) {
		*ret_doc = doc_id;
		return 1;
	}
	/* One GUID, two documents: it names nothing from now on. */
	return store_run(p->s, store_bind(p->s, STMT_ALIAS_DOUBT, "tt", p->candidate.guid, scope),
	    reterr);
}

static int
by_text(struct put_ctx *p, int64_t *ret_doc, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	int64_t doc_id;

	if (p->keys.text[0] == '\0' || p->site == NULL)
		return 0;
	if (store_alias_find(p->s, ALIAS_TEXT, p->site, p->keys.text, &doc_id, reterr) < 0)
		return -1;
	if (doc_id <= 0)
		return 0;
	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (dates_contradict(p, &d))
		return 0;
	*ret_doc = doc_id;
	return 1;
}

/*
 * The key under which the page's claim is kept, or NULL when it can be no evidence. Caller frees.
 */
static char *
claim_key(const struct put_ctx *p)
{
	const char *canonical = p->put->doc->canonical;
	char *key;

	if (canonical == NULL || url_is_home(canonical) || !url_same_site(canonical, p->url))
		return NULL;
	key = url_key(canonical);
	if (key != NULL && strcmp(key, p->final_key) == 0) {	/* itself: says nothing */
		free(key);
		return NULL;
	}
	return key;
}

static int
claim_fits(struct put_ctx *p, int64_t doc_id, bool claimed, bool *ret, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row d = { 0 };
	double alike;

	if (store_doc_row(p->s, doc_id, &d, reterr) < 0)
		return -1;
	if (p->words < STORE_ALIAS_WORDS && listed_titles_differ(p, &d))
		return 0;
	if (p->text == NULL || d.text == NULL || !url_same_site(d.url, p->url) || !same_title(p, &d) || dates_contradict(p, &d))
		return 0;
	alike = likeness(p, &d);
	*ret = alike >= (claimed ? MOVED_LIKENESS : CLAIM_LIKENESS) && only_reading_differs(p, &d, alike, claimed);
	return 0;
}

/*
 * A canonical address that two documents of different text claim is a mistake of the site's
 * template and counts for nothing. Else it is the document of that address, or the one that claims
 * it, if title and text agree.
 */
static int
by_claim(struct put_ctx *p, int64_t *ret_doc, struct err *reterr)
{
	CLEANUP(freep) char *key = claim_key(p);
	int64_t named, claimant = 0;
	sqlite3_stmt *q;
	bool fits = false;
	int rc, claims;

	if (key == NULL)
		return 0;
	q = store_bind(p->s, STMT_CLAIM_TEXTS, "t", key);
	if ((rc = store_step(p->s, q, reterr)) < 0)
		return -1;
	claims = rc > 0 ? sqlite3_column_int(q, 0) : 0;
	claimant = rc > 0 ? sqlite3_column_int64(q, 1) : 0;
	sqlite3_reset(q);
	if (claims >= 2)
		return 0;
	if (store_alias_find(p->s, ALIAS_URL, "", key, &named, reterr) < 0)
		return -1;
	if (named <= 0)
		named = claimant;
	if (named <= 0)
		return 0;
	if (claim_fits(p, named, true, &fits, reterr) < 0)
		return -1;
	if (!fits)
		return 0;
	*ret_doc = named;
	return 1;
}

/*
 * Moved and touched up on the way: title and date are the same, the text is but for a few words that are no number, name or
 * "not". Anything more is left to the reader as a carrier of the same story.
 */
static int
by_near(struct put_ctx *p, int64_t *ret_doc, struct err *reterr)
{
	size_t i;
	bool fits = false;

	if (p->title == NULL || store_put_near(p, 0, reterr) < 0)
		return p->title == NULL ? 0 : -1;
	for (i = 0; i < p->near.count && p->near.list[i].likeness >= CLAIM_LIKENESS && !fits; i++) {
		if (claim_fits(p, p->near.list[i].doc_id, false, &fits, reterr) < 0)
			return -1;
		if (fits)
			*ret_doc = p->near.list[i].doc_id;
	}
	return fits;
}

int
store_identify(struct put_ctx *p, int64_t *ret_doc, bool *ret_same, struct err *reterr)
{
	int rc;

	*ret_doc = 0;
	*ret_same = false;
	if ((rc = by_final_url(p, ret_doc, ret_same, reterr)) != 0 ||
	    (rc = by_asked_url(p, ret_doc, ret_same, reterr)) != 0 ||
	    (rc = by_twins(p, ret_doc, reterr)) != 0 ||
	    (rc = by_guid(p, ret_doc, reterr)) != 0 ||
	    (rc = by_text(p, ret_doc, reterr)) != 0 ||
	    (rc = by_claim(p, ret_doc, reterr)) != 0 ||
	    (rc = by_near(p, ret_doc, reterr)) != 0)
		return rc < 0 ? -1 : 0;
	return 0;
}

/* ---- writing names down ---- */

static int
url_name(struct put_ctx *p, const char *url, int64_t doc_id, const char *own_url,
    struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(url);

	if (key == NULL)
		return 0;
	return store_alias_add(p->s, ALIAS_URL, "", key, doc_id,
	    own_url != NULL && strcmp(url, own_url) == 0 ? NULL : url, reterr);
}

int
store_names_add(struct put_ctx *p, int64_t doc_id, const char *own_url, struct err *reterr)
{
	char scope[24];
	size_t i;

	if (url_name(p, p->url, doc_id, own_url, reterr) < 0 ||
	    url_name(p, p->put->url, doc_id, own_url, reterr) < 0 ||
	    (p->candidate.url != NULL && url_name(p, p->candidate.url, doc_id, own_url, reterr) < 0))
		return -1;
	/*
	 * The home page and a consent gate on the way are nobody's name; they are only taken when
	 * free.
	 */
	for (i = 0; i < p->put->hops_count; i++)
		if (!url_is_home(p->put->hops[i]) &&
		    url_name(p, p->put->hops[i], doc_id, own_url, reterr) < 0)
			return -1;
	if (p->candidate.guid == NULL)
		return 0;
	snprintf(scope, sizeof(scope), "%lld", (long long)p->source.id);
	return store_alias_add(p->s, ALIAS_GUID, scope, p->candidate.guid, doc_id, NULL, reterr);
}

void
store_text_keys_of_plain(const char *title, const char *text, unsigned words, struct text_keys *ret)
{
	uint64_t parts[2];

	ret->text[0] = '\0';
	if (words < STORE_ALIAS_WORDS)
		return;
	parts[0] = fingerprint_of_plain("", text);
	parts[1] = fingerprint_of_plain(title, "");
	snprintf(ret->text, sizeof(ret->text), "%016llx",
	    (unsigned long long)digest_xxh64(parts, sizeof(parts), 0));
}

void
store_text_keys(const char *title, const char *text, unsigned words, struct text_keys *ret)
{
	CLEANUP(freep) char *t = normal_compare(title != NULL ? title : "", title != NULL ? strlen(title) : 0);
	CLEANUP(freep) char *b = normal_compare(text != NULL ? text : "", text != NULL ? strlen(text) : 0);

	store_text_keys_of_plain(t, b, text != NULL ? words : 0, ret);
}

int
store_text_names_add(struct store *s, const struct text_keys *keys, const char *url, int64_t doc_id,
    struct err *reterr)
{
	CLEANUP(freep) char *site = NULL;

	if (keys->text[0] == '\0')
		return 0;
	site = url_site(url);
	return site == NULL ? 0 : store_alias_add(s, ALIAS_TEXT, site, keys->text, doc_id, NULL, reterr);
}

int
store_claim_add(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	CLEANUP(freep) char *claim = claim_key(p);

	if (claim == NULL)
		return 0;
	return store_run(p->s, store_bind(p->s, STMT_CLAIM_ADD, "ti", claim, doc_id), reterr);
}
