/* rules: by which rules each source's list was read, so that a change of them is a reason to read it anew. */
#include <string.h>
#include <jansson.h>
#include "base/cleanup.h"
#include "base/json.h"
#include "store/store_int.h"
#include "base/banned.h"

#define META_RULES "rules"
#define RULES_HEAD 64		/* bytes of {"#":[DIGEST,DIGEST]: no source is called "#" */

/* A number was all that earlier programs wrote. */
static bool
rule_read(const json_t *obj, const char *source, struct store_rule *ret)
{
	const json_t *value = json_object_get(obj, source);

	*ret = (struct store_rule){ .source = source };
	if (json_is_integer(value))
		ret->hash = (uint64_t)json_integer_value(value);
	else if (json_is_array(value)) {
		ret->hash = (uint64_t)json_integer_value(json_array_get(value, 0));
		ret->parts = (uint64_t)json_integer_value(json_array_get(value, 1));
	} else
		return false;
	return true;
}

/*
 * Two digests stand in front of all rules, so that ten thousand that are what they were are not read: of what lists are
 * read by, and of what else is told back.
 */
struct rules_digest { json_int_t rules, facts; };

static struct rules_digest
rules_digest(const struct store_rule *list, size_t n)
{
	uint64_t h = n, f = n;

	for (size_t i = 0; i < n; i++) {
		const uint64_t numbers[2] = { list[i].hash, list[i].parts };
		const char *facts = list[i].facts != NULL ? list[i].facts : "";

		h = digest_xxh64(numbers, sizeof(numbers), digest_xxh64(list[i].source, strlen(list[i].source), h));
		f = digest_xxh64(facts, strlen(facts), f);
	}
	return (struct rules_digest){ (json_int_t)(h >> 1), (json_int_t)(f >> 1) };
}

static bool
rules_begin_with(const char *line, const char *head, int n)
{
	return line != NULL && strncmp(line, head, (size_t)n) == 0;
}

static bool
rules_same(const char *line, const struct rules_digest *d)
{
	char head[RULES_HEAD];

	return rules_begin_with(line, head, snprintf(head, sizeof(head), "{\"#\":[%lld,", (long long)d->rules));
}

static bool
rules_and_facts_same(const char *line, const struct rules_digest *d)
{
	char head[RULES_HEAD];

	return rules_begin_with(line, head, snprintf(head, sizeof(head), "{\"#\":[%lld,%lld]", (long long)d->rules,
	    (long long)d->facts));
}

/* NULL when nothing is known. */
static json_t *
rules_read(const char *line)
{
	json_t *obj = NULL;

	return line == NULL || json_read(line, strlen(line), &obj, NULL) < 0 ? NULL : obj;
}

struct rules { struct store *s; struct err *err; int rc; };

static void
forget_vouchers(const struct store_rule *now, uint64_t old_parts, void *arg)
{
	struct rules *r = arg;

	if (r->rc == 0)
		r->rc = store_run(r->s, store_bind(r->s, STMT_SOURCE_UNREAD, "t", now->source), r->err);
}

int
store_rules_set(struct store *s, const struct store_rule *list, size_t n, struct err *reterr)
{
	CLEANUP(json_decrefp) json_t *obj = NULL;
	CLEANUP(freep) char *line = NULL, *before = store_meta_get(s, META_RULES);
	struct rules r = { .s = s, .err = reterr };
	struct rules_digest digest = rules_digest(list, n);

	if (rules_and_facts_same(before, &digest))
		return 0;
	obj = json_object();
	json_object_set_new(obj, "#", json_pack("[I,I]", digest.rules, digest.facts));
	for (size_t i = 0; i < n; i++)
		json_object_set_new(obj, list[i].source, json_pack("[I,I,s]", (json_int_t)list[i].hash,
		    (json_int_t)list[i].parts, list[i].facts != NULL ? list[i].facts : ""));
	line = json_line(obj);
	if (store_enter(s, reterr) < 0)
		return -1;
	store_rules_changed(s, list, n, forget_vouchers, &r);
	return store_leave(s, r.rc < 0 ? -1 : store_meta_set(s, META_RULES, line, reterr), reterr);
}

void
store_rules_changed(struct store *s, const struct store_rule *list, size_t n,
    void (*fn)(const struct store_rule *now, uint64_t old_parts, void *arg), void *arg)
{
	CLEANUP(freep) char *line = store_meta_get(s, META_RULES);
	CLEANUP(json_decrefp) json_t *obj = NULL;
	struct rules_digest digest = rules_digest(list, n);
	struct store_rule old;

	if (rules_same(line, &digest))
		return;
	obj = rules_read(line);
	for (size_t i = 0; i < n; i++)
		if (rule_read(obj, list[i].source, &old) && old.hash != list[i].hash)
			fn(&list[i], old.parts, arg);
}

void
store_rules_facts(struct store *s, void (*fn)(const char *source, const char *facts, void *arg), void *arg)
{
	CLEANUP(freep) char *line = store_meta_get(s, META_RULES);
	CLEANUP(json_decrefp) json_t *obj = rules_read(line);
	const char *source, *facts;
	json_t *value;

	json_object_foreach(obj, source, value)
		if ((facts = json_string_value(json_array_get(value, 2))) != NULL)
			fn(source, facts, arg);
}
