/* standin: phrases of error pages in the languages that we meet, and how far a text is from the one before. */
#include "document/standin.h"

#include <string.h>
#include "base/cleanup.h"
#include "base/unicode.h"
#include "document/similar.h"
#include "base/banned.h"

#define SHORT_WORDS 150		/* a page that says more than this speaks of something */
#define HEAD_BYTES 800		/* where such a page says what it is */
#define ALIKE 0.3		/* shared shingles from which a text is an edit of the other */
#define STRANGE 0.05		/* below: they have nothing in common */
#define STUMP 5			/* times shorter than before */

static const char not_found[] = "the page says that it was not found";
static const char maintenance[] = "the page speaks of maintenance";
static const char login[] = "the page asks to log in";
static const char challenge[] = "the page wants proof of a person at the browser";
static const char denied[] = "the page denies access";
static const char broken[] = "the page tells of an error";
static const char consent[] = "the page asks for consent";

struct phrase {
	const char *folded;	/* as unicode_fold() leaves it */
	const char *why;
};

/* A title that is this and no more, but for a site's name after a separator. */
static const struct phrase titles[] = {
	{ "404", not_found }, { "error 404", not_found }, { "404 error", not_found }, { "404 not found", not_found },
	{ "not found", not_found }, { "page not found", not_found }, { "error", broken }, { "server error", broken },
	{ "oops", broken }, { "erreur", broken }, { "fehler", broken }, { "maintenance", maintenance }, { "wartung", maintenance },
	{ "login", login }, { "log in", login }, { "sign in", login }, { "signin", login }, { "anmelden", login },
	{ "connexion", login }, { "iniciar sesion", login }, { "forbidden", denied }, { "access denied", denied },
	{ "403 forbidden", denied }, { "unauthorized", denied }, { "just a moment", challenge }, { "attention required", challenge },
	{ "one moment, please", challenge }, { "please wait", challenge }, { "robot check", challenge }, { "503 service unavailable", maintenance },
	{ "service unavailable", maintenance }, { "502 bad gateway", broken }, { "before you continue", consent },
};

/* Anywhere in the title or in the first lines. */
static const struct phrase says[] = {
	{ "page not found", not_found }, { "could not be found", not_found }, { "page you are looking for", not_found },
	{ "page you requested", not_found }, { "page cannot be found", not_found }, { "page can't be found", not_found },
	{ "page no longer exists", not_found }, { "page does not exist", not_found }, { "page introuvable", not_found },
	{ "page demandee", not_found }, { "seite nicht gefunden", not_found }, { "seite wurde nicht gefunden", not_found },
	{ "pagina no encontrada", not_found }, { "pagina non trovata", not_found }, { "pagina nao encontrada", not_found },
	{ "страница не наидена", not_found }, { "страница не найдена", not_found }, { "ページが見つかりません", not_found },
	{ "ページは見つかりませんでした", not_found }, { "ページは存在しません", not_found }, { "页面不存在", not_found }, { "找不到页面", not_found },
	{ "找不到頁面", not_found }, { "页面未找到", not_found }, { "페이지를 찾을 수 없습니다", not_found }, { "khong tim thay trang", not_found },
	{ "under maintenance", maintenance }, { "scheduled maintenance", maintenance }, { "down for maintenance", maintenance },
	{ "undergoing maintenance", maintenance }, { "be back soon", maintenance }, { "be back shortly", maintenance },
	{ "temporarily unavailable", maintenance }, { "temporarily down", maintenance }, { "service unavailable", maintenance },
	{ "en maintenance", maintenance }, { "en cours de maintenance", maintenance }, { "wartungsarbeiten", maintenance },
	{ "en mantenimiento", maintenance }, { "in manutenzione", maintenance }, { "em manutencao", maintenance },
	{ "технические работы", maintenance }, { "メンテナンス中", maintenance }, { "ただいまメンテナンス", maintenance }, { "系统维护", maintenance },
	{ "网站维护", maintenance }, { "시스템 점검", maintenance }, { "bao tri he thong", maintenance },
	{ "please log in", login }, { "please login", login }, { "please sign in", login }, { "you must be logged in", login },
	{ "log in to continue", login }, { "sign in to continue", login }, { "session has expired", login },
	{ "session expired", login }, { "forgot your password", login }, { "bitte melden sie sich an", login },
	{ "veuillez vous connecter", login }, { "ログインしてください", login }, { "请登录", login },
	{ "checking your browser", challenge }, { "verify you are human", challenge }, { "verifying you are human", challenge },
	{ "are you a robot", challenge }, { "not a robot", challenge }, { "enable javascript and cookies", challenge },
	{ "complete the security check", challenge }, { "unusual traffic", challenge }, { "captcha", challenge },
	{ "ddos protection", challenge }, { "access denied", denied }, { "access to this page has been denied", denied },
	{ "do not have permission to access", denied }, { "you have been blocked", denied }, { "request blocked", denied },
	{ "unexpected error", broken }, { "internal server error", broken }, { "something went wrong", broken },
	{ "an error occurred", broken }, { "an error has occurred", broken }, { "bad gateway", broken },
	{ "error establishing a database connection", broken }, { "accept all cookies", consent },
};

static bool
title_is(const char *folded, const char *name)
{
	size_t n = strlen(name);
	const char *rest;

	if (strncmp(folded, name, n) != 0)
		return false;
	rest = folded + n + strspn(folded + n, " .!:");
	return *rest == '\0' || strchr("|-", *rest) != NULL || strncmp(rest, "–", strlen("–")) == 0;
}

static const char *
says_any(const char *folded)
{
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (strstr(folded, says[i].folded) != NULL)
			return says[i].why;
	return NULL;
}

static int
count_long(const char *word, size_t len, size_t offset, void *arg)
{
	size_t *words = arg;

	return ++*words > SHORT_WORDS;
}

const char *
standin_says(const char *title, const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0, words = 0;
	CLEANUP(freep) char *name = title != NULL ? unicode_fold(title, strlen(title)) : NULL;
	CLEANUP(freep) char *head = NULL;
	const char *why = NULL;

	if (unicode_words(text, len < 64 * SHORT_WORDS ? len : 64 * SHORT_WORDS, count_long, &words) != 0)
		return NULL;
	for (size_t i = 0; name != NULL && i < sizeof(titles) / sizeof(titles[0]); i++)
		if (title_is(name, titles[i].folded))
			return titles[i].why;
	if (name != NULL && (why = says_any(name)) != NULL)
		return why;
	if (len > 0) {
		head = unicode_fold(text, utf8_cut(text, len, HEAD_BYTES));
		why = says_any(head);
	}
	return why;
}

/* Is one title the other, or within it? A site's name may come and go. */
static bool
same_title(const char *a, const char *b)
{
	CLEANUP(freep) char *fa = NULL, *fb = NULL;

	if (a == NULL || b == NULL || *a == '\0' || *b == '\0')
		return false;
	fa = unicode_fold(a, strlen(a));
	fb = unicode_fold(b, strlen(b));
	return strstr(fa, fb) != NULL || strstr(fb, fa) != NULL;
}

enum standin
standin_judge(const char *old_title, const char *old_text, const char *title, const char *text, const char **ret_why)
{
	size_t old_len = strlen(old_text), len = strlen(text);
	double alike = similar_jaccard(old_text, old_len, text, len);
	const char *why;

	*ret_why = NULL;
	if (alike >= ALIKE)
		return STANDIN_NO;
	/* A document that spoke of it before may go on to. */
	if ((why = standin_says(title, text)) != NULL && standin_says(old_title, old_text) == NULL) {
		*ret_why = why;
		return STANDIN_YES;
	}
	if (alike > STRANGE || same_title(old_title, title))
		return STANDIN_NO;
	if (len * STUMP < old_len) {
		*ret_why = "the text shrank to a stump under another title";
		return STANDIN_ODD;
	}
	*ret_why = "another title and another text stand at the same address";
	return STANDIN_OTHER;
}
