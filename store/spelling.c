/*
 * spelling: names that are written in several ways. A query that has one of them finds the others too. The shipped table holds
 * names of countries and pairs of British and American spelling; the configuration's `spellings` adds to it. A short form that is a
 * common word in some language (US, UN, EU) is not in it: to find such words as names, quote the long form.
 */
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/store_int.h"
#include "base/banned.h"

#define WORDS_MAX 12		/* of one way of writing */
#define COMBINATIONS_MAX 16	/* of a phrase that has several such names */

/* Each line one name; ways parted by "|". Case and diacritics are no difference, so "Việt Nam" is there already. */
static const char *const shipped[] = {
	"Viet Nam|Vietnam", "Türkiye|Turkey", "Czechia|Czech Republic", "Côte d'Ivoire|Ivory Coast", "Kyiv|Kiev",
	"Cabo Verde|Cape Verde", "Eswatini|Swaziland", "Timor-Leste|East Timor", "North Macedonia|Republic of North Macedonia",
	"Myanmar|Burma", "United States|United States of America|USA|U.S.A.|U.S.", "United Kingdom|UK|U.K.",
	"Republic of Korea|South Korea", "Democratic People's Republic of Korea|DPRK|North Korea",
	"Lao PDR|Laos", "Russian Federation|Russia", "Syrian Arab Republic|Syria", "Viet Namese|Vietnamese",
	"Beijing|Peking", "Mumbai|Bombay", "Kolkata|Calcutta", "Chennai|Madras", "Hochiminh City|Ho Chi Minh City",
	"Hà Nội|Hanoi", "Sài Gòn|Saigon", "Đà Nẵng|Danang", "Hải Phòng|Haiphong", "Odesa|Odessa", "Kharkiv|Kharkov",
	"organisation|organization", "organisations|organizations", "programme|program", "programmes|programs",
	"defence|defense", "labour|labor", "harbour|harbor", "harbours|harbors", "centre|center", "centres|centers",
	"cooperation|co-operation", "coordination|co-ordination", "licence|license", "licences|licenses", "aluminium|aluminum",
	"neighbour|neighbor", "neighbours|neighbors", "behaviour|behavior", "favour|favor", "colour|color",
	"sulphur|sulfur", "grey|gray", "cybersecurity|cyber-security|cyber security",
	"email|e-mail", "Covid-19|Covid 19",
};

struct way {
	char *words;		/* folded, one blank between */
	size_t count;
	size_t group;
};

struct spellings {
	struct way *ways;
	size_t count, cap, groups;
};

/* ---- words ---- */

struct words { struct buf b; size_t count; };

static int
add_word(void *arg, int flags, const char *token, int len, int start, int end)
{
	struct words *w = arg;

	if (w->count++ > 0)
		buf_addc(&w->b, ' ');
	buf_add(&w->b, token, (size_t)len);
	return 0;
}

/* As the index has them, with one blank between. Caller frees. */
static char *
words_of(const char *s, size_t n, size_t *ret_count)
{
	struct words w = { .b = BUF_INIT(QUERY_MAX * 4) };

	store_tokens(s, n, &w, add_word);
	*ret_count = w.count;
	return buf_take(&w.b, NULL);
}

/* ---- the table ---- */

static void
add_way(struct spellings *all, const char *s, size_t n)
{
	size_t count;
	char *words = words_of(s, n, &count);

	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->ways[i].words, words) == 0) {
			/* Said again: the new line joins the old group. */
			for (size_t k = i + 1; k < all->count; k++)
				if (all->ways[k].group == all->groups)
					all->ways[k].group = all->ways[i].group;
			all->groups = all->ways[i].group;
			count = 0;
		}
	if (count == 0 || count > WORDS_MAX) {
		free(words);
		return;
	}
	all->ways = xgrow(all->ways, &all->cap, all->count + 1, sizeof(*all->ways));
	all->ways[all->count++] = (struct way){ words, count, all->groups };
}

static size_t
next_group(const struct spellings *all)
{
	size_t next = 0;

	for (size_t i = 0; i < all->count; i++)
		if (all->ways[i].group >= next)
			next = all->ways[i].group + 1;
	return next;
}

struct spellings *
spellings_new(char *const *const *more)
{
	struct spellings *all = xcalloc(1, sizeof(*all));

	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		all->groups = next_group(all);
		for (const char *p = shipped[i]; *p != '\0'; p += *p == '|') {
			size_t n = strcspn(p, "|");

			add_way(all, p, n);
			p += n;
		}
	}
	for (; more != NULL && *more != NULL; more++) {
		all->groups = next_group(all);
		for (char *const *p = *more; *p != NULL; p++)
			add_way(all, *p, strlen(*p));
	}
	return all;
}

void
spellings_free(struct spellings *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->count; i++)
		free(all->ways[i].words);
	free(all->ways);
	free(all);
}

/* ---- asking ---- */

static bool
begins_with(const char *s, const char *words)
{
	size_t n = strlen(words);

	return strncmp(s, words, n) == 0 && (s[n] == '\0' || s[n] == ' ');
}

/* The longest way at the beginning of s, or NULL. */
static const struct way *
way_at(const struct spellings *all, const char *s)
{
	const struct way *best = NULL;

	for (size_t i = 0; all != NULL && i < all->count; i++)
		if (begins_with(s, all->ways[i].words) && (best == NULL || all->ways[i].count > best->count))
			best = &all->ways[i];
	return best;
}

struct alternatives { const struct spellings *all; char **list; size_t count; };

/* done: what stands before rest, the words not looked at yet. */
static void
expand(struct alternatives *a, const char *done, const char *rest)
{
	const struct way *w = *rest != '\0' ? way_at(a->all, rest) : NULL;
	size_t n = w != NULL ? strlen(w->words) : strcspn(rest, " ");

	if (a->count >= COMBINATIONS_MAX)
		return;
	if (*rest == '\0') {
		a->list[a->count++] = xstrdup(done);
		return;
	}
	for (size_t i = 0; i < (w != NULL ? a->all->count : 1); i++) {
		CLEANUP(freep) char *line = NULL;

		if (w != NULL && a->all->ways[i].group != w->group)
			continue;
		line = xasprintf("%s%s%.*s", done, *done != '\0' ? " " : "", w != NULL ? (int)strlen(a->all->ways[i].words) : (int)n,
		    w != NULL ? a->all->ways[i].words : rest);
		expand(a, line, rest + n + (rest[n] == ' '));
	}
}

size_t
spellings_of(const struct spellings *all, const char *s, size_t n, char ***ret)
{
	struct alternatives a = { .all = all };
	size_t count;
	CLEANUP(freep) char *words = words_of(s, n, &count);

	a.list = xcalloc(COMBINATIONS_MAX, sizeof(*a.list));
	if (all != NULL)
		expand(&a, "", words);
	*ret = a.list;
	return a.count;
}

bool
spellings_has(const struct spellings *all, const char *s, size_t n)
{
	size_t count;
	CLEANUP(freep) char *words = words_of(s, n, &count);
	const struct way *w = way_at(all, words);

	return w != NULL && count > 1 && strcmp(w->words, words) == 0;
}
