/*
 * story: documents that tell the same: exact copies, and joint releases and wire copies in nearly the same words. Each stays a
 * document of its own; the first carrier's number is the name of the story. Two fillings of one form are no story
 * (document/tie.h), nor are texts of different weeks.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/url.h"
#include "document/fingerprint.h"
#include "document/tie.h"
#include "store/store_int.h"
#include "base/banned.h"

#define STORY_DAYS INT64_C(4)		/* what comes back every week is a form */
#define DAY_MS INT64_C(86400000)
#define CARRIERS_TOLD 20		/* in one notice */

/* When it was published, as far as anybody says. */
static int64_t
day_of(int64_t published_ms, int64_t seen_ms)
{
	return published_ms != 0 ? published_ms : seen_ms;
}

static bool
apart(const struct put_ctx *p, const struct doc_row *d)
{
	int64_t a = day_of(p->published_ms, p->put->at_ms), b = day_of(d->published_ms, d->first_seen_ms);

	return a > b ? a - b > STORY_DAYS * DAY_MS : b - a > STORY_DAYS * DAY_MS;
}

/* A text of a phrase or two is nobody's story; an exact copy may come late, on another site. */
static enum tie
tie_of(const struct put_ctx *p, const struct doc_row *d, double likeness)
{
	const struct tie_text mine = { p->title, p->text }, other = { d->title, d->text };
	bool same_site = url_same_site(d->url, p->url);
	enum tie tie;

	if (d->text == NULL || p->words < STORE_ALIAS_WORDS || d->words < STORE_ALIAS_WORDS)
		return TIE_NONE;
	tie = tie_judge(&mine, &other, likeness, same_site);
	if (apart(p, d) && (tie != TIE_EXACT || same_site))
		return TIE_FORM;
	return tie;
}

/* A chain of copies must not lead from one story to another: the first carrier is asked too. */
static int
fits_story(struct put_ctx *p, int64_t story, bool *ret, struct err *reterr)
{
	CLEANUP(store_doc_row_done) struct doc_row first = { 0 };
	size_t i;

	for (i = 0; i < p->near.count; i++)
		if (p->near.list[i].doc_id == story)
			break;
	*ret = false;
	if (i == p->near.count)
		return 0;
	if (store_doc_row(p->s, story, &first, reterr) < 0)
		return -1;
	*ret = tie_of(p, &first, p->near.list[i].likeness) != TIE_FORM &&
	    p->near.list[i].likeness >= TIE_EVENT_LIKENESS;
	return 0;
}

static int
join(struct put_ctx *p, int64_t doc_id, const struct doc_row *carrier, bool *ret, struct err *reterr)
{
	int64_t story = carrier->story != 0 ? carrier->story : carrier->doc_id;

	*ret = story == carrier->doc_id;
	if (!*ret && fits_story(p, story, ret, reterr) < 0)
		return -1;
	if (!*ret)
		return 0;
	if (store_run(p->s, store_bind(p->s, STMT_STORY_SET, "ii", story, story), reterr) < 0)
		return -1;
	return store_run(p->s, store_bind(p->s, STMT_STORY_SET, "ii", doc_id, story), reterr);
}

int
store_story_join(struct put_ctx *p, int64_t doc_id, struct err *reterr)
{
	size_t i;
	bool joined = false;

	if (store_put_near(p, doc_id, reterr) < 0)
		return -1;
	for (i = 0; i < p->near.count && p->near.list[i].likeness >= TIE_NEAR_LIKENESS && !joined; i++) {
		CLEANUP(store_doc_row_done) struct doc_row d = { 0 };

		if (store_doc_row(p->s, p->near.list[i].doc_id, &d, reterr) < 0)
			return -1;
		if (tie_of(p, &d, p->near.list[i].likeness) >= TIE_NEAR &&
		    join(p, doc_id, &d, &joined, reterr) < 0)
			return -1;
	}
	return 0;
}

/* ---- who carried it before ---- */

static json_t *
carrier_json(const struct store_doc *d)
{
	json_t *j = json_object();
	char time[CLOCK_TEXT_MAX];

	json_put_str(j, "id", d->id);
	json_put_str(j, "source", d->source);
	json_put_str(j, "url", d->url);
	json_put_str(j, "title", d->title);
	json_put_str(j, "published", d->published);
	json_put_str(j, "first_seen", clock_rfc3339(d->first_seen_ms, true, time));
	return j;
}

int
store_story_carriers(struct store *s, const struct store_doc *doc, json_t **ret, struct err *reterr)
{
	int64_t ids[CARRIERS_TOLD];
	size_t n = 0, i;
	sqlite3_stmt *q;
	int rc;

	*ret = NULL;
	if (doc->story == NULL)
		return 0;
	q = store_bind(s, STMT_STORY_MEMBERS, "ii", (int64_t)strtoll(doc->story, NULL, 10),
	    (int64_t)CARRIERS_TOLD + 1);
	while ((rc = store_step(s, q, reterr)) > 0)
		if (n < CARRIERS_TOLD && sqlite3_column_int64(q, 0) != doc->doc_id)
			ids[n++] = sqlite3_column_int64(q, 0);
	if (rc < 0 || n == 0)
		return rc;
	*ret = json_array();
	for (i = 0; i < n; i++) {
		CLEANUP(store_doc_freep) struct store_doc *d = NULL;

		if (store_doc_load(s, ids[i], false, &d, reterr) < 0)
			return -1;
		json_array_append_new(*ret, carrier_json(d));
	}
	return 0;
}

/* Has this very text been told on that channel, by another carrier? */
int
store_story_told(struct store *s, const char *channel, const struct store_doc *doc, bool *ret,
    struct err *reterr)
{
	sqlite3_stmt *q;
	uint64_t own;
	int rc;

	*ret = false;
	if (doc->story == NULL || doc->text == NULL)
		return 0;
	own = fingerprint_exact(NULL, doc->text);
	q = store_bind(s, STMT_STORY_TOLD, "it", doc->doc_id, channel);
	while ((rc = store_step(s, q, reterr)) > 0 && !*ret)
		*ret = fingerprint_exact(NULL, (const char *)sqlite3_column_text(q, 0)) == own;
	if (rc > 0)
		sqlite3_reset(q);
	return rc < 0 ? -1 : 0;
}
