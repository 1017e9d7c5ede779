/* judge: values that only other rooms understand (selectors, search queries), judged where their line and column are known. */
#include <string.h>
#include "base/file.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

static config_judge_fn *judge_selector, *judge_query, *judge_template;

void
config_judge_with(config_judge_fn *selector, config_judge_fn *query, config_judge_fn *template)
{
	judge_template = template;
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

/* A name, a file (it begins with / or .), or the template itself. */
int
config_template(struct config_reader *r, const struct config_key *key, const struct config_item *items, size_t n,
    void *base)
{
	CLEANUP(freep) char *path = NULL, *text = NULL;
	char **field = (char **)((char *)base + key->at);
	struct buf b = BUF_INIT((size_t)key->max);
	struct err err = { 0 };
	int rc = 0;

	if (items->text[0] == '/' || items->text[0] == '.') {
		path = file_beside(r->file, items->text);
		rc = file_read(path, &b, &err);
		text = xstrdup(buf_str(&b));
	} else {
		text = xstrdup(items->text);
	}
	buf_done(&b);
	if (rc == 0 && judge_template != NULL)
		rc = judge_template(text, &err);
	if (rc < 0) {
		config_bad(r, items, key, "%s", err.text);
		return -1;
	}
	free(*field);
	*field = text;
	text = NULL;
	return 0;
}
