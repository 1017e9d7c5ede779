/*
 * visit_list: a list that was read, row by row. Rows that nobody knows become candidates, oldest first; rows of documents that we
 * have may ask for a look; and the list as a whole is held against the one before it: no item in common is a gap.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/store_int.h"
#include "base/banned.h"

#define GAP_LIST_MIN 3		/* shorter lists lose all their items every day */
#define GAP_PAUSE_MS 86400000	/* between two notices of one source */
#define NOISE_MIN 5		/* so many changed rows, and more than half of all: the list is made anew each time */

struct fresh {				/* a row of the list that nobody knows */
	const struct store_candidate *c;
	char *key;
	size_t place;
};

struct met {				/* a row of a document that we have */
	const struct store_candidate *c;
	int64_t doc_id;
	size_t place;
};

struct list {				/* one store_visit_read() */
	struct store *s;
	const struct store_visit *v;
	const struct store_visit_opts *opts;
	const struct store_candidate *rows;
	size_t rows_count;
	struct store_source src;
	struct store_visit_result result;
	struct window before, now;
	struct fresh *fresh;
	size_t fresh_count, fresh_cap;
	struct met *met;
	size_t met_count, met_cap;
	int64_t *changed;		/* documents whose row says something else than last time */
	size_t changed_count, changed_cap;
	struct guid_count guids;
};

static void
list_done(struct list *l)
{
	size_t i;

	for (i = 0; i < l->fresh_count; i++)
		free(l->fresh[i].key);
	free(l->fresh);
	free(l->met);
	free(l->changed);
	store_window_done(&l->before);
	store_window_done(&l->now);
	store_source_done(&l->src);
}

static bool
list_trusts_guids(const struct list *l)
{
	return l->opts->trust_guid && l->src.guids != GUIDS_ROTATING;
}

static bool
differs(const char *now, const char *before)
{
	return now != NULL && before != NULL && strcmp(now, before) != 0;
}

/* An item without an address whose list says something else of it than before waits as if it were new. */
static int
list_item(struct list *l, const struct store_candidate *c, int64_t doc_id, bool differs, struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(c->url);
	sqlite3_stmt *q;

	if (!differs && store_item_differs(l->s, doc_id, c->summary, &differs, reterr) < 0)
		return -1;
	if (!differs)
		return 0;
	if (store_run(l->s, store_bind(l->s, STMT_LISTED_SET, "ittt", doc_id, c->title, c->published, c->updated), reterr) < 0)
		return -1;
	q = store_bind(l->s, STMT_CANDIDATE_ADD, "itttttttdtiii", l->src.id, key, c->url, NULL, c->title, c->published,
	    c->updated, c->language, c->published_source, c->summary, (int64_t)0, (int64_t)0, l->v->at_ms);
	l->result.touched++;
	return store_run(l->s, q, reterr);
}

/*
 * A known document: does its row say something else than last time? Only rows of the source that
 * found it count.
 */
static int
list_known(struct list *l, const struct store_candidate *c, int64_t doc_id, struct err *reterr)
{
	struct store *s = l->s;
	sqlite3_stmt *q = store_bind(s, STMT_LISTED, "ii", doc_id, l->src.id);
	bool title, date, updated, learn;
	int rc = store_step(s, q, reterr);

	if (rc <= 0)
		return rc;
	if (url_is_item(c->url)) {	/* there is no page to look at: the row itself is read again */
		title = differs(c->title, (const char *)sqlite3_column_text(q, 0));
		sqlite3_reset(q);
		return list_item(l, c, doc_id, title, reterr);
	}
	title = differs(c->title, (const char *)sqlite3_column_text(q, 0));
	date = differs(c->published, (const char *)sqlite3_column_text(q, 1));
	updated = differs(c->updated, (const char *)sqlite3_column_text(q, 2));
	learn = c->updated != NULL && sqlite3_column_type(q, 2) == SQLITE_NULL;
	sqlite3_reset(q);
	if (!title && !date && !updated && !learn)
		return 0;
	if (store_run(s, store_bind(s, STMT_LISTED_SET, "ittt", doc_id, c->title, c->published,
	    c->updated), reterr) < 0)
		return -1;
	if (title || date || updated) {
		l->changed = xgrow(l->changed, &l->changed_cap, l->changed_count + 1, sizeof(*l->changed));
		l->changed[l->changed_count++] = doc_id;
	}
	return 0;
}

/* A GUID beside a known address is a name of that document too. */
static int
list_guid(struct list *l, const struct store_candidate *c, int64_t doc_id, struct err *reterr)
{
	if (!list_trusts_guids(l) || c->guid == NULL)
		return 0;
	return store_guid_met(l->s, &l->src, c->guid, doc_id, &l->guids, reterr);
}

static int
list_row(struct list *l, const struct store_candidate *c, size_t place, struct err *reterr)
{
	CLEANUP(freep) char *key = url_key(c->url);
	int64_t doc_id;
	sqlite3_stmt *q;
	int rc;

	if (key == NULL)
		return 0;
	l->result.found++;
	l->guids.stated += c->guid != NULL;
	if (l->opts->window)
		store_window_add(&l->now, key);
	if (store_alias_find(l->s, ALIAS_URL, "", key, &doc_id, reterr) < 0)
		return -1;
	if (doc_id != ALIAS_NONE) {
		l->result.known++;
		if (doc_id <= 0)
			return 0;
		l->met = xgrow(l->met, &l->met_cap, l->met_count + 1, sizeof(*l->met));
		l->met[l->met_count++] = (struct met){ .c = c, .doc_id = doc_id, .place = place };
		return list_guid(l, c, doc_id, reterr);
	}
	/* Waiting already: a source that left the configuration hands it over. */
	q = store_bind(l->s, STMT_CANDIDATE_BY_KEY, "t", key);
	if ((rc = store_step(l->s, q, reterr)) < 0)
		return -1;
	if (rc > 0) {
		int64_t id = sqlite3_column_int64(q, 0);
		bool orphan = sqlite3_column_int(q, 1) == 0;

		sqlite3_reset(q);
		l->result.known++;
		return orphan ? store_run(l->s, store_bind(l->s, STMT_CANDIDATE_ADOPT, "ii", id,
		    l->src.id), reterr) : 0;
	}
	l->fresh = xgrow(l->fresh, &l->fresh_cap, l->fresh_count + 1, sizeof(*l->fresh));
	l->fresh[l->fresh_count++] = (struct fresh){ .c = c, .key = key, .place = place };
	key = NULL;
	return 0;
}

static int
met_compare(const void *va, const void *vb)
{
	const struct met *a = va, *b = vb;

	if (a->doc_id != b->doc_id)
		return a->doc_id < b->doc_id ? -1 : 1;
	return a->place < b->place ? -1 : a->place > b->place;
}

/* A page may show one document twice, in a box and in the list: the first row speaks. */
static int
list_met(struct list *l, struct err *reterr)
{
	size_t i;

	if (l->met_count > 1)
		qsort(l->met, l->met_count, sizeof(*l->met), met_compare);
	for (i = 0; i < l->met_count; i++)
		if ((i == 0 || l->met[i].doc_id != l->met[i - 1].doc_id) &&
		    list_known(l, l->met[i].c, l->met[i].doc_id, reterr) < 0)
			return -1;
	return 0;
}

/* Newest last: by date where both rows have one to tell by, else a list stands newest first. */
static int
fresh_compare(const void *va, const void *vb)
{
	const struct fresh *a = va, *b = vb;

	return a->place < b->place ? 1 : a->place > b->place ? -1 : 0;
}

static int
fresh_compare_dated(const void *va, const void *vb)
{
	const struct fresh *a = va, *b = vb;
	int rc = strncmp(a->c->published, b->c->published, 10);

	return rc != 0 ? rc : fresh_compare(va, vb);
}

static void
fresh_sort(struct list *l)
{
	bool dated = true;
	size_t i;

	for (i = 0; i < l->fresh_count && dated; i++)
		dated = l->fresh[i].c->published != NULL;
	if (l->fresh_count > 1)
		qsort(l->fresh, l->fresh_count, sizeof(*l->fresh),
		    dated ? fresh_compare_dated : fresh_compare);
}

static int
fresh_keep(struct list *l, const struct fresh *f, int64_t quiet, struct err *reterr)
{
	const struct store_candidate *c = f->c;
	const char *guid = list_trusts_guids(l) ? c->guid : NULL;
	sqlite3_stmt *q;

	q = store_bind(l->s, STMT_CANDIDATE_ADD, "itttttttdtiii", l->src.id, f->key, c->url, guid,
	    c->title, c->published, c->updated, c->language, c->published_source, c->summary,
	    quiet == 0 && c->quiet ? 1 : quiet, c->not_before_ms, l->v->at_ms);
	if (store_run(l->s, q, reterr) < 0)
		return -1;
	if (sqlite3_changes(l->s->db) > 0)	/* else it stands twice in the list */
		l->result.fresh++;
	return 0;
}

/* The fresh ones become candidates, oldest first; of a quiet baseline only the newest. */
static int
list_fresh(struct list *l, struct err *reterr)
{
	bool first = !l->src.baseline;
	bool quiet = first && !l->opts->announce;
	bool storm = !first && l->opts->max_fresh > 0 && l->fresh_count > l->opts->max_fresh;
	size_t i, skip = 0;

	if (quiet && l->opts->baseline_max > 0 && l->fresh_count > l->opts->baseline_max)
		skip = l->fresh_count - l->opts->baseline_max;
	fresh_sort(l);
	for (i = 0; i < l->fresh_count; i++) {
		if (i >= skip) {
			if (fresh_keep(l, &l->fresh[i], storm ? 2 : quiet, reterr) < 0)
				return -1;
			continue;
		}
		if (store_alias_add(l->s, ALIAS_URL, "", l->fresh[i].key, 0, NULL, reterr) < 0)
			return -1;
		l->result.recorded++;
	}
	l->result.held = storm ? l->result.fresh : 0;
	return 0;
}

/*
 * Rows that changed are due for a look, unless the list stamps all its rows with the hour of the
 * visit, or cried wolf too often.
 */
static int
list_touch(struct list *l, struct err *reterr)
{
	int64_t at_ms = l->opts->next_check_ms > 0 ? l->opts->next_check_ms : l->v->at_ms;
	size_t i;

	if (l->changed_count >= NOISE_MIN && l->changed_count * 2 > l->result.known)
		return 0;
	if (!store_hints_heard(&l->src))
		return 0;
	for (i = 0; i < l->changed_count; i++)
		if (store_hint_follow(l->s, l->changed[i], at_ms, reterr) < 0)
			return -1;
	l->result.touched += (unsigned)l->changed_count;
	return 0;
}

/* A site that moved, or names its documents in another way each time, shows what it showed, under other addresses. */
static int
list_is_same(struct list *l, bool *gap, struct err *reterr)
{
	size_t pinned = 0;
	bool same = false;

	while (pinned < l->before.count && pinned < l->now.count && l->before.keys[pinned] == l->now.keys[pinned])
		pinned++;
	for (size_t i = 0; i < l->met_count && !same; i++)
		if (l->met[i].place >= pinned &&
		    store_window_has_document(l->s, &l->before, l->met[i].doc_id, &same, reterr) < 0)
			return -1;
	if (!same && store_list_moved(l->s, l->src.id, l->rows, l->rows_count, &same, reterr) < 0)
		return -1;
	*gap = !same;
	return 0;
}

/* One notice for a storm, and one when no row of the list was on the one before. */
static int
list_gap(struct list *l, const struct store_routes *routes, struct err *reterr)
{
	CLEANUP(freep) char *cause = NULL;
	CLEANUP(freep) char *release = NULL;
	const char *advice = "compare the archive with the site's own list, or visit more often";

	if (!l->src.baseline)
		return 0;
	l->result.gap = l->result.held == 0 && l->result.fresh > 0 &&
	    ((l->result.known == 0 && l->result.fresh >= GAP_LIST_MIN && l->src.last_new_ms != 0) ||
	    store_window_parted(l->before.keys, l->before.count, l->now.keys, l->now.count));
	if (l->result.gap && list_is_same(l, &l->result.gap, reterr) < 0)
		return -1;
	if (l->result.gap && l->opts->window &&
	    store_gap_fill(l->s, l->src.id, l->opts->more, 0, reterr) < 0)
		return -1;
	if (l->v->at_ms < l->src.last_gap_ms + GAP_PAUSE_MS)
		return 0;
	if (l->result.held > 0) {
		cause = xasprintf("%u new addresses at once: kept without a notice for each",
		    l->result.held);
		advice = release = xasprintf("the documents are in the archive, nobody was told of each: read them with "
		    "`presswatch list --source %s`; `presswatch release %s` tells of each; the next visit tells "
		    "of what is new again", l->src.name, l->src.name);
	} else if (l->result.gap) {
		cause = xasprintf("none of %u items was on the list before: releases in between may "
		    "have been missed", l->result.found);
		if (l->opts->window && l->opts->more != NULL)
			advice = "the next pages of the list are being read; compare with "
			    "`presswatch audit`, or visit more often";
	} else {
		return 0;
	}
	if (store_visit_tell(l->s, &l->src, l->v, EV_SOURCE_GAP, cause, advice, routes, reterr) < 0)
		return -1;
	return store_run(l->s, store_bind(l->s, STMT_SOURCE_GAP, "ii", l->src.id, l->v->at_ms), reterr);
}

/* The list as it stands now is what the next one is compared with, unless it is the stump of a rebuilt page. */
static int
list_window(struct list *l, struct err *reterr)
{
	bool is_short = store_habit_is_short(l->before.count, l->now.count);

	if (!l->opts->window)
		return 0;
	l->src.shrunk = is_short ? l->src.shrunk + 1 : 0;
	if (is_short && (l->src.shrunk == 1 || store_habit_has_shrunk(l->src.shrunk)))
		return 0;
	l->src.shrunk = 0;
	return store_window_save(l->s, l->src.id, &l->now, &l->before, reterr);
}

static int
list_read(struct list *l, const struct store_candidate *list, size_t n,
    const struct store_routes *routes, struct err *reterr)
{
	/*
	 * An empty list is a baseline only when the source is well: else the next one would be
	 * announced whole.
	 */
	bool baseline = n > 0 || l->v->state == STATE_OK || l->v->state == STATE_QUIET;
	size_t i;

	l->rows = list;
	l->rows_count = n;
	if (store_source_load(l->s, l->v->source, &l->src, reterr) < 0 ||
	    (l->opts->window && store_window_load(l->s, l->src.id, &l->before, reterr) < 0))
		return -1;
	for (i = 0; i < n; i++)
		if (list_row(l, &list[i], i, reterr) < 0)
			return -1;
	if (list_fresh(l, reterr) < 0 || list_met(l, reterr) < 0 || list_touch(l, reterr) < 0 ||
	    store_guids_judge(l->s, &l->src, &l->guids, !l->opts->trust_guid, reterr) < 0 ||
	    list_window(l, reterr) < 0 || list_gap(l, routes, reterr) < 0)
		return -1;
	if ((l->result.fresh > 0 || l->src.quiet_after_ms == 0) && store_habit_update(l->s, &l->src,
	    l->opts->zone_min, store_habit_since(&l->src, l->result.fresh > 0, l->v->at_ms), reterr) < 0)
		return -1;
	if (store_visit_row(l->s, &l->src, l->v, LOOK_READ, baseline, l->result.fresh, routes,
	    reterr) < 0)
		return -1;
	if (l->v->lied && store_source_distrust(l->s, l->src.name, l->v->at_ms, routes, reterr) < 0)
		return -1;
	return store_visit_body(l->s, &l->src, l->v, reterr);
}

int
store_visit_read(struct store *s, const struct store_visit *v, const struct store_candidate *list,
    size_t n, const struct store_visit_opts *opts, const struct store_routes *routes,
    struct store_visit_result *ret, struct err *reterr)
{
	struct list l = { .s = s, .v = v, .opts = opts };
	int rc;

	if (store_enter(s, reterr) < 0)
		return -1;
	rc = store_leave(s, list_read(&l, list, n, routes, reterr), reterr);
	if (rc == 0 && ret != NULL)
		*ret = l.result;
	list_done(&l);
	return rc;
}
