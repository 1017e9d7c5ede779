/* judge: values that only other rooms understand (selectors, search queries), judged where their line and column are known. */
#include <string.h>
#include "config/config_int.h"
#include "base/banned.h"

static config_judge_fn *judge_selector, *judge_query;

void
config_judge_with(config_judge_fn *selector, config_judge_fn *query)
{
	judge_selector = selector;
	judge_query = query;
}

/* All of items; each that is wrong is a mistake of its own. */
static int
judged(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    config_judge_fn *judge)
{
	int rc = 0;

	for (size_t i = 0; i < n && judge != NULL; i++) {
		struct err err = { 0 };

		if (judge(items[i].text, &err) == 0)
			continue;
		config_bad(r, &items[i], key, "%s", err.text);
		rc = -1;
	}
	return rc;
}

int
config_selector(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	return judged(r, key, items, 1, judge_selector) < 0 ? -1 : config_text(r, key, items, n, base);
}

int
config_selectors(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	return judged(r, key, items, n, judge_selector) < 0 ? -1 : config_texts(r, key, items, n, base);
}

int
config_query(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	return judged(r, key, items, 1, judge_query) < 0 ? -1 : config_text(r, key, items, n, base);
}
