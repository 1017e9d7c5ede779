#include "discover/diagnosis.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "markup/charset.h"
#include "base/banned.h"

#define LOOK_BYTES ((size_t)512 << 10)	/* of a page that are read */
#define FEW_LETTERS 1200		/* visible ones of a page that is little more than a form or a shell */
#define SHELL_LETTERS 400		/* and of one whose words are still to come */
#define TITLE_BYTES 200
#define NOSCRIPTS 8			/* that are read: one without an end is searched to the end of the page */

struct look {			/* what a page shows, without its tree */
	size_t letters;		/* outside of tags, scripts and styles */
	size_t scripts;
	char title[TITLE_BYTES], heading[TITLE_BYTES];	/* heading: the first h1 */
	bool password;
	bool wants_script;	/* says so to who has none */
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
take_title(char title[TITLE_BYTES], const char *p, size_t n)
{
	const char *end = memchr(p, '<', n);

	n = end != NULL ? (size_t)(end - p) : n;
	n = n < TITLE_BYTES ? n : TITLE_BYTES - 1;
	memcpy(title, p, n);
	title[n] = '\0';
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

static struct look
look_at(const char *p, size_t n)
{
	struct look l = { 0 };
	size_t i = 0, end, noscripts = 0;

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
			take_title(l.title, p + end + 1, n - end - 1);
			end = past_raw(p, n, end, "title");
		} else if (is_tag(p + i, n - i, "h1") && end < n && l.heading[0] == '\0') {
			take_title(l.heading, p + end + 1, n - end - 1);
		} else if (is_tag(p + i, n - i, "noscript") && noscripts++ < NOSCRIPTS) {
			size_t to = past_raw(p, n, end, "noscript");

			/* the language is written alike in nearly all others */
			l.wants_script |= holds(p + end, to - end, "javascript");
		} else if (is_tag(p + i, n - i, "input") && end < n) {
			for (size_t k = i; k + 8 <= end; k++)
				l.password |= strncasecmp(p + k, "password", 8) == 0;
		}
		i = end < n && p[end] == '>' ? end + 1 : end > i ? end : i + 1;
	}
	return l;
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
		{ "h-captcha", DIAGNOSIS_CAPTCHA }, { "px-captcha", DIAGNOSIS_CAPTCHA }, { "cf-turnstile", DIAGNOSIS_CAPTCHA },
		{ "captcha-delivery.com", DIAGNOSIS_CAPTCHA }, { "awsWafCookieDomainList", DIAGNOSIS_FIREWALL },
		{ "sucuri_cloudproxy", DIAGNOSIS_FIREWALL }, { "/.well-known/ddos-guard/", DIAGNOSIS_FIREWALL },
		{ "anubis_challenge", DIAGNOSIS_FIREWALL }, { "Request Rejected", DIAGNOSIS_FIREWALL },
		{ "Pardon Our Interruption", DIAGNOSIS_FIREWALL }, { "errors.edgesuite.net", DIAGNOSIS_FIREWALL },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(p, n, marks[i].mark, strlen(marks[i].mark)) != NULL)
			return marks[i].which;
	return DIAGNOSIS_NONE;
}

static bool
says_not_found(const char *title)
{
	static const char *const words[] = { "404", "not found", "cannot be found", "can't be found", "could not be found", "does not exist",
		"doesn't exist", "page not available", "no longer available", "nicht gefunden", "existiert nicht", "introuvable",
		"non trouv", "n'existe pas", "n\xe2\x80\x99" "existe pas", "no encontrad", "no existe", "non trovat", "non esiste",
		"n\xc3\xa3o encontrad", "n\xc3\xa3o existe", /* pt */ "niet gevonden", "bestaat niet", /* nl */
		"hittades inte", "finns inte", /* sv */ "ikke fundet", /* da */ "ikke funnet", /* no */ "ei l\xc3\xb6y", /* fi */
		"nie znalezion", "nie istnieje", /* pl */ "nenalezen", "neexistuje", /* cs */ "nen\xc3\xa1jden", /* sk */
		"nem tal\xc3\xa1lhat\xc3\xb3", /* hu */ "nu a fost g\xc4\x83sit", /* ro */ "nije prona\xc4\x91" "en", /* hr */
		"ni bila najdena", /* sl */
		"\xd0\xbd\xd0\xb5 \xd0\xb5 \xd0\xbd\xd0\xb0\xd0\xbc\xd0\xb5\xd1\x80\xd0\xb5\xd0\xbd", /* bg */
		"\xd0\xbd\xd0\xb5 \xd0\xbd\xd0\xb0\xd0\xb9\xd0\xb4\xd0\xb5\xd0\xbd",
		"\xd0\xbd\xd0\xb5 \xd1\x81\xd1\x83\xd1\x89\xd0\xb5\xd1\x81\xd1\x82\xd0\xb2\xd1\x83\xd0\xb5\xd1\x82", /* ru */
		"\xd0\xbd\xd0\xb5 \xd0\xb7\xd0\xbd\xd0\xb0\xd0\xb9\xd0\xb4\xd0\xb5\xd0\xbd", /* uk */
		"\xce\xb4\xce\xb5\xce\xbd \xce\xb2\xcf\x81\xce\xad\xce\xb8\xce\xb7\xce\xba\xce\xb5", /* el */
		"bulunamad\xc4\xb1", /* tr */ "\xd8\xba\xd9\x8a\xd8\xb1 \xd9\x85\xd9\x88\xd8\xac\xd9\x88\xd8\xaf",
		"\xd9\x84\xd9\x85 \xd9\x8a\xd8\xaa\xd9\x85 \xd8\xa7\xd9\x84\xd8\xb9\xd8\xab\xd9\x88\xd8\xb1", /* ar */
		"\xdb\x8c\xd8\xa7\xd9\x81\xd8\xaa \xd9\x86\xd8\xb4\xd8\xaf", /* fa */
		"\xd7\x9c\xd7\x90 \xd7\xa0\xd7\x9e\xd7\xa6\xd7\x90", /* he */
		"\xe0\xa4\xa8\xe0\xa4\xb9\xe0\xa5\x80\xe0\xa4\x82 \xe0\xa4\xae\xe0\xa4\xbf\xe0\xa4\xb2", /* hi */
		"\xe0\xb9\x84\xe0\xb8\xa1\xe0\xb9\x88\xe0\xb8\x9e\xe0\xb8\x9a", /* th */
		"kh\xc3\xb4ng t\xc3\xacm th\xe1\xba\xa5y", /* vi */ "tidak ditemukan", /* id */
		"\xe8\xa6\x8b\xe3\x81\xa4\xe3\x81\x8b\xe3\x82\x8a",
		"\xe5\xad\x98\xe5\x9c\xa8\xe3\x81\x97\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93", /* ja */
		"\xec\xb0\xbe\xec\x9d\x84 \xec\x88\x98 \xec\x97\x86", /* ko */ "\xe6\x9c\xaa\xe6\x89\xbe\xe5\x88\xb0",
		"\xe6\x89\xbe\xe4\xb8\x8d\xe5\x88\xb0", "\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8", /* zh */
		NULL };

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
	if (l->wants_script)
		return true;
	for (size_t i = 0; marks[i] != NULL; i++)
		if (holds(p, n, marks[i]))
			return true;
	return l->letters < SHELL_LETTERS && l->scripts >= 3;
}

static enum diagnosis
diagnose(const char *bytes, size_t len)
{
	enum diagnosis d;
	struct look l = look_at(bytes, len);

	/* a page with words of its own may hold a captcha in a form, or what Cloudflare puts into every page */
	if (l.letters < FEW_LETTERS && (d = challenge(bytes, len)) != DIAGNOSIS_NONE)
		return d;
	if (says_not_found(l.title) || says_not_found(l.heading))
		return DIAGNOSIS_NOT_FOUND;
	if (l.password && l.letters < FEW_LETTERS)
		return DIAGNOSIS_LOGIN;
	return is_shell(&l, bytes, len) ? DIAGNOSIS_SCRIPT : DIAGNOSIS_NONE;
}

enum diagnosis
diagnosis_of(const char *bytes, size_t len, const char *content_type)
{
	struct buf utf8 = BUF_INIT(4 * LOOK_BYTES);
	struct charset_result charset;
	char named[64];
	enum diagnosis d;

	if (bytes == NULL)
		return DIAGNOSIS_NONE;
	len = len < LOOK_BYTES ? len : LOOK_BYTES;
	charset_decide_html(bytes, len, charset_of_content_type(content_type, named), &charset);
	if (strcmp(charset.name, "UTF-8") != 0 && charset_to_utf8(bytes, len, &charset, &utf8, NULL) == 0)
		d = diagnose(buf_str(&utf8), utf8.len);
	else
		d = diagnose(bytes, len);
	buf_done(&utf8);
	return d;
}

enum diagnosis
diagnosis_of_header(const char *mitigated)
{
	return mitigated != NULL && strcmp(mitigated, "challenge") == 0 ? DIAGNOSIS_CLOUDFLARE : DIAGNOSIS_NONE;
}

bool
diagnosis_is_challenge(enum diagnosis d)
{
	return d == DIAGNOSIS_CLOUDFLARE || d == DIAGNOSIS_IMPERVA || d == DIAGNOSIS_CAPTCHA ||
	    d == DIAGNOSIS_FIREWALL;
}

const char *
diagnosis_words(enum diagnosis d)
{
	static const char *const words[DIAGNOSIS_COUNT] = {
		[DIAGNOSIS_CLOUDFLARE] = "the site shows Cloudflare's challenge page in place of its own",
		[DIAGNOSIS_IMPERVA] = "the site shows a challenge page (Imperva) in place of its own",
		[DIAGNOSIS_CAPTCHA] = "the site asks for a captcha in place of showing its page",
		[DIAGNOSIS_FIREWALL] = "a firewall's page stands in place of the site's own",
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
