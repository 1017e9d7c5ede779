#include "fetchers/diagnosis.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

#define LOOK_BYTES ((size_t)512 << 10)	/* of a page that are read */
#define FEW_LETTERS 1200		/* visible ones of a page that is little more than a form or a shell */
#define SHELL_LETTERS 400		/* and of one whose words are still to come */
#define TITLE_BYTES 200

struct look {			/* what a page shows, without its tree */
	size_t letters;		/* outside of tags, scripts and styles */
	size_t scripts;
	char title[TITLE_BYTES];
	bool password;
};

/* Behind the end tag of script or style, or n. */
static size_t
past_raw(const char *p, size_t n, size_t i, const char *name)
{
	size_t len = strlen(name);

	for (; i + 2 + len <= n; i++)
		if (p[i] == '<' && p[i + 1] == '/' && strncasecmp(p + i + 2, name, len) == 0)
			return i;
	return n;
}

static bool
is_tag(const char *p, size_t n, const char *name)
{
	size_t len = strlen(name);

	return n > len + 1 && *p == '<' && strncasecmp(p + 1, name, len) == 0 && !isalnum((unsigned char)p[len + 1]);
}

static void
take_title(struct look *l, const char *p, size_t n)
{
	const char *end = memchr(p, '<', n);

	n = end != NULL ? (size_t)(end - p) : n;
	n = n < sizeof(l->title) ? n : sizeof(l->title) - 1;
	memcpy(l->title, p, n);
	l->title[n] = '\0';
}

static struct look
look_at(const char *p, size_t n)
{
	struct look l = { 0 };
	size_t i = 0, end;

	while (i < n) {
		if (p[i] != '<') {
			l.letters += isalpha((unsigned char)p[i]) || (unsigned char)p[i] >= 0xc0;
			i++;
			continue;
		}
		end = i;
		while (end < n && p[end] != '>')
			end++;
		if (is_tag(p + i, n - i, "script")) {
			l.scripts++;
			end = past_raw(p, n, end, "script");
		} else if (is_tag(p + i, n - i, "style")) {
			end = past_raw(p, n, end, "style");
		} else if (is_tag(p + i, n - i, "title") && end < n && l.title[0] == '\0') {
			take_title(&l, p + end + 1, n - end - 1);
			end = past_raw(p, n, end, "title");
		} else if (is_tag(p + i, n - i, "input") && end < n) {
			for (size_t k = i; k + 8 < end; k++)
				l.password |= strncasecmp(p + k, "password", 8) == 0;
		}
		i = end < n && p[end] == '>' ? end + 1 : end > i ? end : i + 1;
	}
	return l;
}

static bool
holds(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (; n >= len; p++, n--)
		if (strncasecmp(p, word, len) == 0)
			return true;
	return false;
}

static const char *
challenge(const char *mitigated, const char *p, size_t n)
{
	static const struct {
		const char *mark, *words;
	} marks[] = {
		{ "/cdn-cgi/challenge-platform/", "the site shows Cloudflare's challenge page in place of its own" },
		{ "cf-challenge", "the site shows Cloudflare's challenge page in place of its own" },
		{ "_Incapsula_Resource", "the site shows a challenge page (Imperva) in place of its own" },
		{ "g-recaptcha", "the site asks for a captcha in place of showing its page" },
		{ "h-captcha", "the site asks for a captcha in place of showing its page" },
		{ "px-captcha", "the site asks for a captcha in place of showing its page" },
	};

	if (mitigated != NULL && strcmp(mitigated, "challenge") == 0)
		return marks[0].words;
	for (size_t i = 0; p != NULL && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(p, n, marks[i].mark, strlen(marks[i].mark)) != NULL)
			return marks[i].words;
	return NULL;
}

static bool
says_not_found(const char *title)
{
	static const char *const words[] = { "404", "not found", "page not available", "no longer available", "nicht gefunden",
		"introuvable", "no encontrada", "non trouv", "non trovata", "hittades inte", "\xe8\xa6\x8b\xe3\x81\xa4\xe3\x81\x8b\xe3\x82\x8a",
		"kh\xc3\xb4ng t\xc3\xacm th\xe1\xba\xa5y", NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (holds(title, strlen(title), words[i]))
			return true;
	return false;
}

/* A shell that a script fills: hardly a word, or a word that asks for JavaScript. */
static bool
is_shell(const struct look *l, const char *p, size_t n)
{
	static const char *const marks[] = { "id=\"root\"", "id=\"app\"", "id=\"__next\"", "id=\"__nuxt\"", "ng-app", "<app-root", "data-reactroot",
		"enable javascript", "javascript is required", "requires javascript", "javascript aktivieren", "activer javascript", NULL };

	if (l->scripts == 0 || l->letters > FEW_LETTERS)
		return false;
	if (l->letters < SHELL_LETTERS / 4)
		return true;
	for (size_t i = 0; marks[i] != NULL; i++)
		if (holds(p, n, marks[i]))
			return true;
	return l->letters < SHELL_LETTERS && l->scripts >= 3;
}

struct diagnosis
diagnosis_of(const char *mitigated, const char *bytes, size_t len)
{
	const char *words = challenge(mitigated, bytes, len);
	struct look l;

	if (words != NULL)
		return (struct diagnosis){ DIAGNOSIS_CHALLENGE, words,
		    "ask the publisher to let us in, or look for a feed; visiting more often makes it worse" };
	if (bytes == NULL)
		return (struct diagnosis){ 0 };
	len = len < LOOK_BYTES ? len : LOOK_BYTES;
	l = look_at(bytes, len);
	if (says_not_found(l.title))
		return (struct diagnosis){ DIAGNOSIS_NOT_FOUND, "the page says that it was not found, though its status is 200",
		    "look for the new address of this page and change `url`" };
	if (l.password && l.letters < FEW_LETTERS)
		return (struct diagnosis){ DIAGNOSIS_LOGIN, "the page asks for a login in place of a list",
		    "give the source `cookies-file` or `headers` of a session, or look for a public address" };
	if (is_shell(&l, bytes, len))
		return (struct diagnosis){ DIAGNOSIS_SCRIPT, "the page needs JavaScript: it comes without words and a script fills it",
		    "look for a feed or a sitemap, or let a browser fetch it: see `fetch-with`" };
	return (struct diagnosis){ 0 };
}
