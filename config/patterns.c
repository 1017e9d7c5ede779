/*
 * patterns: include and exclude of a source. A compiled expression takes ten kilobytes and more, and is needed only when a
 * list changed: so sources keep the text, and the few expressions used last stay compiled for all sources together.
 */
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "config/config_int.h"
#include "base/banned.h"

#define COMPILED_MAX 64

struct compiled {
	char *text;
	regex_t re;
	UT_hash_handle hh;
};

static struct compiled *compiled;	/* in order of use, the latest last; configurations are read on one thread */

static void
forget(struct compiled *c)
{
	HASH_DEL(compiled, c);
	regfree(&c->re);
	free(c->text);
	free(c);
}

const regex_t *
config_pattern(const char *text, char *why, size_t why_size)
{
	struct compiled *c;
	int rc;

	HASH_FIND_STR(compiled, text, c);
	if (c != NULL) {
		HASH_DEL(compiled, c);
		HASH_ADD_KEYPTR(hh, compiled, c->text, strlen(c->text), c);
		return &c->re;
	}
	c = xcalloc(1, sizeof(*c));
	if ((rc = regcomp(&c->re, text, REG_EXTENDED | REG_NOSUB)) != 0) {
		if (why != NULL)
			regerror(rc, &c->re, why, why_size);
		free(c);
		return NULL;
	}
	if (HASH_COUNT(compiled) >= COMPILED_MAX)
		forget(compiled);
	c->text = xstrdup(text);
	HASH_ADD_KEYPTR(hh, compiled, c->text, strlen(c->text), c);
	return &c->re;
}

static bool
matches(const char *text, const char *url)
{
	const regex_t *re = config_pattern(text, NULL, 0);

	return re != NULL && regexec(re, url, 0, NULL, 0) == 0;
}

bool
config_takes(const struct cfg_source *src, const char *url)
{
	bool in = src->include_count == 0;

	for (size_t i = 0; i < src->include_count && !in; i++)
		in = matches(src->include[i], url);
	for (size_t i = 0; i < src->exclude_count && in; i++)
		in = !matches(src->exclude[i], url);
	return in;
}
