/* pattern: expressions in order of use, the oldest forgotten first. */
#include <string.h>
#include "base/hash.h"
#include "base/mem.h"
#include "base/pattern.h"
#include "base/banned.h"

#define COMPILED_MAX 64

struct compiled {
	char *text;
	regex_t re;
	UT_hash_handle hh;
};

static struct compiled *compiled;	/* in order of use, the latest last */

static void
forget(struct compiled *c)
{
	HASH_DEL(compiled, c);
	regfree(&c->re);
	free(c->text);
	free(c);
}

const regex_t *
pattern_compiled(const char *text, char *why, size_t why_size)
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

bool
pattern_any(char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++) {
		const regex_t *re = pattern_compiled(list[i], NULL, 0);

		if (re != NULL && regexec(re, s, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}
