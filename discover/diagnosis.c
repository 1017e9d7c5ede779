#include "discover/diagnosis.h"

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
			for (size_t k = i; k + 8 <= end; k++)
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

static enum diagnosis
challenge(const char *p, size_t n)
{
	static const struct {
		const char *mark;
		enum diagnosis which;
	} marks[] = {
		{ "/cdn-cgi/challenge-platform/", DIAGNOSIS_CLOUDFLARE }, { "cf-challenge", DIAGNOSIS_CLOUDFLARE },
		{ "_Incapsula_Resource", DIAGNOSIS_IMPERVA }, { "g-recaptcha", DIAGNOSIS_CAPTCHA },
		{ "h-captcha", DIAGNOSIS_CAPTCHA }, { "px-captcha", DIAGNOSIS_CAPTCHA },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(p, n, marks[i].mark, strlen(marks[i].mark)) != NULL)
			return marks[i].which;
	return DIAGNOSIS_NONE;
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

enum diagnosis
diagnosis_of(const char *bytes, size_t len)
{
	enum diagnosis d;
	struct look l;

	if (bytes == NULL)
		return DIAGNOSIS_NONE;
	len = len < LOOK_BYTES ? len : LOOK_BYTES;
	d = challenge(bytes, len);
	if (d != DIAGNOSIS_NONE)
		return d;
	l = look_at(bytes, len);
	if (says_not_found(l.title))
		return DIAGNOSIS_NOT_FOUND;
	if (l.password && l.letters < FEW_LETTERS)
		return DIAGNOSIS_LOGIN;
	return is_shell(&l, bytes, len) ? DIAGNOSIS_SCRIPT : DIAGNOSIS_NONE;
}

enum diagnosis
diagnosis_of_header(const char *mitigated)
{
	return mitigated != NULL && strcmp(mitigated, "challenge") == 0 ? DIAGNOSIS_CLOUDFLARE : DIAGNOSIS_NONE;
}

bool
diagnosis_is_challenge(enum diagnosis d)
{
	return d == DIAGNOSIS_CLOUDFLARE || d == DIAGNOSIS_IMPERVA || d == DIAGNOSIS_CAPTCHA;
}

const char *
diagnosis_words(enum diagnosis d)
{
	static const char *const words[DIAGNOSIS_COUNT] = {
		[DIAGNOSIS_CLOUDFLARE] = "the site shows Cloudflare's challenge page in place of its own",
		[DIAGNOSIS_IMPERVA] = "the site shows a challenge page (Imperva) in place of its own",
		[DIAGNOSIS_CAPTCHA] = "the site asks for a captcha in place of showing its page",
		[DIAGNOSIS_LOGIN] = "the page asks for a login in place of a list",
		[DIAGNOSIS_NOT_FOUND] = "the page says that it was not found, though its status is 200",
		[DIAGNOSIS_SCRIPT] = "the page needs JavaScript: it comes without words and a script fills it",
	};

	return words[d];
}

const char *
diagnosis_advice(enum diagnosis d)
{
	static const char *const advice[DIAGNOSIS_COUNT] = {
		[DIAGNOSIS_LOGIN] = "give the source `cookies-file` or `headers` of a session, or look for a public address",
		[DIAGNOSIS_NOT_FOUND] = "look for the new address of this page and change `url`",
		[DIAGNOSIS_SCRIPT] = "look for a feed or a sitemap, or let a browser fetch it: see `fetch-with`",
	};

	return !diagnosis_is_challenge(d) ? advice[d] :
	    "ask the publisher to let us in, or look for a feed; visiting more often makes it worse";
}
