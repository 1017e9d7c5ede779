/*
 * robots: robots.txt read into agents and rules, and asked. Patterns and paths are brought into one form
 * first: escapes decoded where that loses nothing, so that comparing is comparing bytes. Beyond the RFC
 * stand a few generosities that the large crawlers share: a missing colon, common misspellings of
 * disallow, an Allow of index.html opening its folder.
 */
#include "fetchers/robots.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/banned.h"

#define ANY '\001'		/* "*" of a pattern; no decoded path holds control characters */
#define END '\002'		/* "$" at the end of a pattern */
#define MAX_WORK (4u << 20)	/* bytes of a path searched for pieces of patterns for one answer: some 10 ms */
#define MAX_SITEMAPS 500
#define MAX_SITEMAP_LEN 2048

struct agent {
	size_t name, len;	/* in text */
	size_t group;
};

struct rule {
	size_t pattern, len;	/* in text */
	bool allow;
};

struct group {
	size_t first, end;	/* rules */
	double delay_s;		/* -1: none */
};

struct robots {
	struct buf text;
	struct agent *agents;
	struct rule *rules;
	struct group *groups;
	char **sitemaps;
	size_t agents_count, agents_cap, rules_count, rules_cap, groups_count, groups_cap;
	size_t sitemaps_count, sitemaps_cap;
	bool closed;		/* while parsing: the group has rules, the next agent begins another */
};

enum key { K_NONE, K_UNKNOWN, K_AGENT, K_ALLOW, K_DISALLOW, K_DELAY, K_SITEMAP };

static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{ "user-agent", K_AGENT }, { "user agent", K_AGENT }, { "useragent", K_AGENT },
	{ "allow", K_ALLOW },
	{ "disallow", K_DISALLOW }, { "dissallow", K_DISALLOW }, { "dissalow", K_DISALLOW },
	{ "disalow", K_DISALLOW }, { "diasllow", K_DISALLOW }, { "disallaw", K_DISALLOW },
	{ "crawl-delay", K_DELAY }, { "crawl delay", K_DELAY }, { "crawldelay", K_DELAY },
	{ "sitemap", K_SITEMAP }, { "site-map", K_SITEMAP },
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static void
trim(const char **p, size_t *n)
{
	while (*n > 0 && is_blank(**p)) {
		(*p)++;
		(*n)--;
	}
	while (*n > 0 && is_blank((*p)[*n - 1]))
		(*n)--;
}

/* Cut a line into key and value; the value may follow a colon or, carelessly, a blank. */
static enum key
split_line(const char *p, size_t n, const char **ret_value, size_t *ret_len)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t len = strlen(keys[i].name), at = len;

		if (n <= len || strncasecmp(p, keys[i].name, len) != 0)
			continue;
		while (at < n && is_blank(p[at]))
			at++;
		if (at == len && p[at] != ':')
			continue;
		if (at < n && p[at] == ':')
			at++;
		*ret_value = p + at;
		*ret_len = n - at;
		trim(ret_value, ret_len);
		return keys[i].key;
	}
	return memchr(p, ':', n) != NULL ? K_UNKNOWN : K_NONE;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/*
 * One form for patterns and paths (RFC 9309 2.2.2): escapes become their byte unless that byte parts an
 * address or is a control character; those stay escapes, in upper case.
 */
static void
put_normal(struct buf *out, const char *p, size_t n, bool pattern)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool escaped = false;

		if (c == '%' && i + 2 < n && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
			c = (unsigned char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			escaped = true;
			i += 2;
		}
		if (pattern && !escaped && c == '*')
			buf_addc(out, ANY);
		else if (pattern && !escaped && c == '$' && i + 1 == n)
			buf_addc(out, END);
		else if (c < 0x20 || c == 0x7f || (escaped && (c == '/' || c == '%' || c == '?' || c == '#')))
			buf_addf(out, "%%%02X", c);
		else
			buf_addc(out, (char)c);
	}
}

static void
add_agent(struct robots *r, const char *p, size_t n)
{
	const char *slash;

	if (n == 0)
		return;
	if (r->groups_count == 0 || r->closed) {
		r->groups = xgrow(r->groups, &r->groups_cap, r->groups_count + 1, sizeof(r->groups[0]));
		r->groups[r->groups_count++] = (struct group){ r->rules_count, r->rules_count, -1 };
		r->closed = false;
	}
	if (p[0] == '*' && (n == 1 || is_blank(p[1])))
		n = 1;
	if (n > 1 && (slash = memchr(p, '/', n)) != NULL && slash > p)
		n = (size_t)(slash - p);	/* product/version */
	r->agents = xgrow(r->agents, &r->agents_cap, r->agents_count + 1, sizeof(r->agents[0]));
	r->agents[r->agents_count++] = (struct agent){ r->text.len, n, r->groups_count - 1 };
	buf_add(&r->text, p, n);
}

static void
add_pattern(struct robots *r, size_t start, bool allow)
{
	r->rules = xgrow(r->rules, &r->rules_cap, r->rules_count + 1, sizeof(r->rules[0]));
	r->rules[r->rules_count++] = (struct rule){ start, r->text.len - start, allow };
	r->groups[r->groups_count - 1].end = r->rules_count;
}

static void
add_rule(struct robots *r, const char *p, size_t n, bool allow)
{
	size_t start = r->text.len, len;
	const char *slash;

	if (r->groups_count == 0)
		return;
	r->closed = true;
	if (n == 0)
		return;
	if (*p != '/' && *p != '*')
		buf_addc(&r->text, '/');
	put_normal(&r->text, p, n, true);
	add_pattern(r, start, allow);
	len = r->text.len - start;
	slash = memrchr(r->text.data + start, '/', len);
	if (!allow || slash == NULL)
		return;
	n = (size_t)(slash + 1 - (r->text.data + start));
	if (len - n < 9 || strncmp(slash, "/index.htm", 10) != 0)
		return;
	start = r->text.len;
	buf_reserve(&r->text, n + 1);
	buf_add(&r->text, r->text.data + start - len, n);
	buf_addc(&r->text, END);
	add_pattern(r, start, true);
}

static void
set_delay(struct robots *r, const char *p, size_t n)
{
	double v = 0, unit = 1;
	size_t i = 0;

	if (r->groups_count == 0)
		return;
	r->closed = true;
	for (; i < n && p[i] >= '0' && p[i] <= '9' && v < 1e9; i++)
		v = v * 10 + (p[i] - '0');
	if (i == 0 && (n < 2 || p[0] != '.' || p[1] < '0' || p[1] > '9'))
		return;
	if (i < n && p[i] == '.')
		for (i++; i < n && p[i] >= '0' && p[i] <= '9' && unit > 1e-6; i++)
			v += (unit /= 10) * (p[i] - '0');
	if (v > r->groups[r->groups_count - 1].delay_s)
		r->groups[r->groups_count - 1].delay_s = v;
}

static void
add_sitemap(struct robots *r, const char *p, size_t n)
{
	if (n == 0 || n > MAX_SITEMAP_LEN || r->sitemaps_count == MAX_SITEMAPS || memchr(p, '\0', n) != NULL)
		return;
	r->sitemaps = xgrow(r->sitemaps, &r->sitemaps_cap, r->sitemaps_count + 1, sizeof(r->sitemaps[0]));
	r->sitemaps[r->sitemaps_count++] = xstrndup(p, n);
}

static void
read_line(struct robots *r, const char *p, size_t n)
{
	const char *comment = memchr(p, '#', n), *value;
	size_t len;

	if (comment != NULL)
		n = (size_t)(comment - p);
	trim(&p, &n);
	switch (split_line(p, n, &value, &len)) {
	case K_AGENT:
		add_agent(r, value, len);
		break;
	case K_ALLOW:
		add_rule(r, value, len, true);
		break;
	case K_DISALLOW:
		add_rule(r, value, len, false);
		break;
	case K_DELAY:
		set_delay(r, value, len);
		break;
	case K_SITEMAP:
		add_sitemap(r, value, len);
		break;
	case K_UNKNOWN:		/* a rule for other crawlers ends the list of agents, too */
		r->closed = true;
		break;
	case K_NONE:
		break;
	}
}

struct robots *
robots_parse(const char *p, size_t n)
{
	struct robots *r = xcalloc(1, sizeof(*r));

	buf_init(&r->text, 8u * ROBOTS_MAX_BYTES);	/* every byte escaped, every allow twice */
	if (n > ROBOTS_MAX_BYTES)
		n = ROBOTS_MAX_BYTES;
	if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		n -= 3;
	}
	while (n > 0) {
		size_t len = 0;

		while (len < n && p[len] != '\n' && p[len] != '\r')
			len++;
		if (len > 0)
			read_line(r, p, len);
		p += len < n ? len + 1 : len;
		n -= len < n ? len + 1 : len;
	}
	return r;
}

void
robots_free(struct robots *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->sitemaps_count; i++)
		free(r->sitemaps[i]);
	free(r->sitemaps);
	free(r->agents);
	free(r->rules);
	free(r->groups);
	buf_done(&r->text);
	free(r);
}

static bool
is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_' ||
	    (unsigned char)c >= 0x80;
}

/* Name with "*" in it against the whole agent; greedy, linear in practice. */
static bool
glob(const char *name, size_t n, const char *agent)
{
	size_t i = 0, j = 0, star = n, mark = 0, len = strlen(agent);

	while (j < len) {
		if (i < n && name[i] == '*') {
			star = i++;
			mark = j;
		} else if (i < n && strncasecmp(name + i, agent + j, 1) == 0) {
			i++;
			j++;
		} else if (star < n) {
			i = star + 1;
			j = ++mark;
		} else
			return false;
	}
	while (i < n && name[i] == '*')
		i++;
	return i == n;
}

/* A token matches as a whole; in a whole User-Agent the name must stand as a word of its own. */
static bool
agent_matches(const char *name, size_t n, const char *agent)
{
	size_t len = strlen(agent);

	if (memchr(name, '*', n) != NULL)
		return n > 1 && glob(name, n, agent);
	if (n > len)
		return false;
	if (n == len)
		return strncasecmp(name, agent, n) == 0;
	if (strpbrk(agent, "/ ") == NULL)
		return false;
	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(agent + i, name, n) == 0 && (i == 0 || !is_name_char(agent[i - 1])) &&
		    !is_name_char(agent[i + n]))
			return true;
	return false;
}

/*
 * Calls fn for every group that speaks to agent: all that carry the longest matching name, else all
 * for "*" (RFC 9309 2.2.1).
 */
static void
each_group(const struct robots *r, const char *agent,
    void (*fn)(const struct robots *r, const struct group *g, void *arg), void *arg)
{
	size_t best = 0, last = SIZE_MAX;

	if (strlen(agent) > 1024)
		return;
	for (size_t i = 0; i < r->agents_count; i++) {
		const struct agent *a = &r->agents[i];

		if (a->len > best && agent_matches(r->text.data + a->name, a->len, agent))
			best = a->len;
	}
	for (size_t i = 0; i < r->agents_count; i++) {
		const struct agent *a = &r->agents[i];
		const char *name = r->text.data + a->name;

		if (a->group == last)
			continue;
		if (best == 0 ? a->len == 1 && *name == '*' :
		    a->len == best && agent_matches(name, a->len, agent)) {
			fn(r, &r->groups[a->group], arg);
			last = a->group;
		}
	}
}

struct question {
	const char *path;
	size_t len;
	bool has[256];		/* bytes of path: most pieces that are sought in vain fall by one of theirs */
	size_t best;		/* length of the deciding pattern + 1 */
	size_t work;
	bool allow;
};

static const char *
seek(struct question *q, size_t at, const char *piece, size_t n)
{
	const char *found;

	for (size_t i = 0; i < n; i++)
		if (!q->has[(unsigned char)piece[i]])
			return NULL;
	found = memmem(q->path + at, q->len - at, piece, n);
	q->work += (found != NULL ? (size_t)(found - q->path) : q->len) - at;
	return found;
}

/* Does the pattern match the front of path? Pieces between "*" are sought from left to right. */
static bool
path_matches(const char *pattern, size_t n, struct question *q)
{
	const char *path = q->path;
	size_t len = q->len;
	bool anchored = n > 0 && pattern[n - 1] == END, first = true;
	size_t at = 0;

	if (anchored)
		n--;
	for (;;) {
		const char *star = memchr(pattern, ANY, n), *found;
		size_t piece = star != NULL ? (size_t)(star - pattern) : n;

		if (first)
			found = piece <= len && memcmp(path, pattern, piece) == 0 ? path : NULL;
		else if (star == NULL && anchored && piece <= len - at)
			found = memcmp(path + len - piece, pattern, piece) == 0 ? path + len - piece : NULL;
		else
			found = seek(q, at, pattern, piece);
		if (found == NULL)
			return false;
		at = (size_t)(found - path) + piece;
		if (star == NULL)	/* "$" ends the path, or stands for itself there */
			return !anchored || at == len || (at + 1 == len && path[at] == '$');
		pattern = star + 1;
		n -= piece + 1;
		first = false;
	}
}

static void
ask_group(const struct robots *r, const struct group *g, void *arg)
{
	struct question *q = arg;

	for (size_t i = g->first; i < g->end; i++) {
		const struct rule *rule = &r->rules[i];

		if (rule->len + 1 < q->best || (rule->len + 1 == q->best && (q->allow || !rule->allow)))
			continue;
		if (q->work > MAX_WORK) {	/* who writes such rules is not read to the end */
			q->best = SIZE_MAX;
			q->allow = false;
			return;
		}
		if (!path_matches(r->text.data + rule->pattern, rule->len, q))
			continue;
		q->best = rule->len + 1;
		q->allow = rule->allow;
	}
}

bool
robots_allows(const struct robots *r, const char *agent, const char *path_query)
{
	struct buf path = BUF_INIT(64u << 10);
	struct question q = { .allow = true };

	if (*path_query != '/')
		buf_addc(&path, '/');
	put_normal(&path, path_query, strcspn(path_query, "#"), false);
	q.path = buf_str(&path);
	q.len = path.len;
	for (size_t i = 0; i < q.len; i++)
		q.has[(unsigned char)q.path[i]] = true;
	each_group(r, agent, ask_group, &q);
	buf_done(&path);
	return q.allow;
}

static void
ask_delay(const struct robots *r, const struct group *g, void *arg)
{
	double *delay = arg;

	if (g->delay_s > *delay)
		*delay = g->delay_s;
}

double
robots_crawl_delay(const struct robots *r, const char *agent)
{
	double delay = -1;

	each_group(r, agent, ask_delay, &delay);
	return delay;
}

size_t
robots_sitemaps(const struct robots *r, const char *const **ret)
{
	*ret = (const char *const *)r->sitemaps;
	return r->sitemaps_count;
}
