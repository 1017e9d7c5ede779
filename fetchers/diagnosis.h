#ifndef FETCHERS_DIAGNOSIS_H
#define FETCHERS_DIAGNOSIS_H
/*
 * diagnosis: why a page that came shows nothing of what was looked for. Pure; reads the bytes without parsing them. Asked only of
 * pages on which nothing was found: a page may hold a captcha in a corner and a list beside it.
 */
#include <stdbool.h>
#include <stddef.h>

enum diagnosis_kind {
	DIAGNOSIS_NONE,		/* nothing special: an empty list */
	DIAGNOSIS_CHALLENGE,	/* are you human? */
	DIAGNOSIS_LOGIN,	/* a form that wants a password */
	DIAGNOSIS_NOT_FOUND,	/* says so with status 200 */
	DIAGNOSIS_SCRIPT,	/* its words come by JavaScript */
};

struct diagnosis {
	enum diagnosis_kind kind;
	const char *words;	/* what it is; static; NULL for NONE */
	const char *advice;	/* static; NULL for NONE */
};

/* mitigated: the header cf-mitigated, or NULL. bytes may be NULL. */
struct diagnosis diagnosis_of(const char *mitigated, const char *bytes, size_t len);

#endif
