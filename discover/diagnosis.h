#ifndef DISCOVER_DIAGNOSIS_H
#define DISCOVER_DIAGNOSIS_H
/*
 * diagnosis: why a page that came shows nothing of what was looked for. Pure; reads the bytes without parsing them. Asked only of
 * pages on which nothing was found: a page may hold a captcha in a corner and a list beside it.
 */
#include <stdbool.h>
#include <stddef.h>

enum diagnosis {
	DIAGNOSIS_NONE,		/* nothing special: an empty list */
	DIAGNOSIS_CLOUDFLARE,	/* are you human? */
	DIAGNOSIS_IMPERVA,
	DIAGNOSIS_CAPTCHA,
	DIAGNOSIS_FIREWALL,	/* checks the browser, or says that it refused the request */
	DIAGNOSIS_LOGIN,	/* a form that wants a password */
	DIAGNOSIS_NOT_FOUND,	/* says so with status 200 */
	DIAGNOSIS_SCRIPT,	/* its words come by JavaScript */
	DIAGNOSIS_COUNT
};

/* content_type may be NULL; with the bytes it says in which charset the page names what it is. */
enum diagnosis diagnosis_of(const char *bytes, size_t len, const char *content_type);
/* By the value of the header cf-mitigated, or NULL. */
enum diagnosis diagnosis_of_header(const char *mitigated);

/* The site asks for a human in place of showing its page. */
bool diagnosis_is_challenge(enum diagnosis d);
/* What it is, and what the reader can do; static, NULL for NONE. */
const char *diagnosis_words(enum diagnosis d);
const char *diagnosis_advice(enum diagnosis d);

#endif
