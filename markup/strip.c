/* strip: a page without what libxml2 would copy letter by letter and nobody reads in the tree. */
#include <string.h>
#include <strings.h>
#include "base/digest.h"
#include "base/mem.h"
#include "markup/markup_int.h"
#include "base/banned.h"

/* One pass over the text; what stands before done has been copied or left out. */
struct strip {
	const char *p;
	size_t n, done;
	size_t hashed;			/* what stands before it is in the shape, or left out */
	uint64_t shape;
	struct buf *out;
	struct html_scripts *scripts;
};

static void
copy_to(struct strip *s, size_t at)
{
	buf_add(s->out, s->p + s->done, at - s->done);
	s->done = at;
}

/* What stands there says nothing of the page's lists, and is often new at each visit. */
static void
leave_out(struct strip *s, size_t from, size_t to)
{
	if (from > s->hashed)
		s->shape = digest_xxh64(s->p + s->hashed, from - s->hashed, s->shape);
	s->hashed = to;
}

/* Behind the next '>' from i on, or n. */
static size_t
behind_gt(const struct strip *s, size_t i)
{
	const char *gt = i < s->n ? memchr(s->p + i, '>', s->n - i) : NULL;

	return gt != NULL ? (size_t)(gt - s->p) + 1 : s->n;
}

/* Where the "--" stands that ends the comment whose content begins at i; n: it has no end. */
static size_t
comment_end(const struct strip *s, size_t i)
{
	const char *p = s->p, *dashes;

	while (i < s->n && (dashes = memmem(p + i, s->n - i, "--", 2)) != NULL) {
		i = (size_t)(dashes - p);
		if (i + 2 < s->n && (p[i + 2] == '>' || (p[i + 2] == '!' && i + 3 < s->n && p[i + 3] == '>')))
			return i;
		i++;
	}
	return s->n;
}

static size_t
skip_comment(struct strip *s, size_t i)
{
	size_t begin = i + 4, end;

	end = comment_end(s, begin);	/* libxml2 2.9 does not take "<!-->" for a whole comment */
	if (end == s->n)
		return s->n;	/* it swallows the rest of the page, as libxml2 has it */
	copy_to(s, begin);
	leave_out(s, begin, end);
	s->done = end;
	return behind_gt(s, end);
}

/* Where "</name" stands from i on, or n. */
static size_t
raw_text_end(const struct strip *s, size_t i, const char *name, size_t len)
{
	const char *p = s->p, *lt;

	while (i < s->n && (lt = memchr(p + i, '<', s->n - i)) != NULL) {
		i = (size_t)(lt - p);
		if (s->n - i >= len + 2 && p[i + 1] == '/' && strncasecmp(p + i + 2, name, len) == 0)
			return i;
		i++;
	}
	return s->n;
}

/* A script that holds data for machines or writes a part of the page itself. */
static bool
says_more(const struct strip *s, const struct markup_tag *tag, size_t begin, size_t end)
{
	for (size_t i = tag->name; i + 7 < begin; i++) {
		if (strncasecmp(s->p + i, "ld+json", 7) == 0)
			return true;
	}
	return memmem(s->p + begin, end - begin, "document.write", 14) != NULL;
}

static void
keep_script(struct strip *s, size_t begin, size_t end)
{
	struct html_scripts *scripts = s->scripts;

	buf_addf(s->out, "%zu", scripts->count);
	scripts->off = xgrow(scripts->off, &scripts->cap, scripts->count + 1, sizeof(*scripts->off));
	scripts->off[scripts->count++] = scripts->text.len;
	buf_add(&scripts->text, s->p + begin, end - begin);
	buf_addc(&scripts->text, '\0');
}

/* Behind a start tag that ended at i: raw text is skipped. */
static size_t
skip_raw_text(struct strip *s, const struct markup_tag *tag, size_t i)
{
	const char *name = s->p + tag->name;
	bool script = tag->name_len == 6 && strncasecmp(name, "script", 6) == 0;
	size_t end;

	if (!script && (tag->name_len != 5 || strncasecmp(name, "style", 5) != 0))
		return i;
	if (i >= s->n || s->p[i] != '>' || tag->empty)
		return i;
	end = raw_text_end(s, ++i, script ? "script" : "style", tag->name_len);
	if (end > i) {
		copy_to(s, i);
		if (!script || !says_more(s, tag, i, end))
			leave_out(s, i, end);
		if (script)
			keep_script(s, i, end);
		else
			buf_addc(s->out, ' ');
		s->done = end;
	}
	return end;
}

/* Elements that hold no text and whose attributes are tokens, counters and states. */
static bool
is_volatile(const struct strip *s, const struct markup_tag *tag)
{
	const char *name = s->p + tag->name;

	return (tag->name_len == 4 && strncasecmp(name, "meta", 4) == 0) ||
	    (tag->name_len == 5 && strncasecmp(name, "input", 5) == 0);
}

int
markup_strip(const char *p, size_t n, size_t max_attrs, size_t max_tags, struct buf *out,
    struct html_scripts *scripts, uint64_t *ret_shape, struct err *reterr)
{
	struct strip s = { .p = p, .n = n, .out = out, .scripts = scripts };
	size_t i = 0, tags = 0;
	struct markup_tag tag;
	const char *lt;

	buf_reserve(out, n);
	while (i < n && (lt = memchr(p + i, '<', n - i)) != NULL) {
		i = (size_t)(lt - p);
		if (i + 1 >= n)
			break;
		if (p[i + 1] == '!' && n - i >= 4 && p[i + 2] == '-' && p[i + 3] == '-') {
			i = skip_comment(&s, i);
		} else if (p[i + 1] == '!' || p[i + 1] == '?' ||
		    (p[i + 1] == '/' && i + 2 < n && markup_is_letter(p[i + 2]))) {
			i = behind_gt(&s, i + 2);
		} else if (!markup_is_letter(p[i + 1])) {
			i++;
		} else {
			if (++tags > max_tags)
				return err_set(reterr, ERR_LIMIT, "more than %zu elements", max_tags);
			i = markup_scan_tag(p, i + 1, n, &tag);
			if (markup_refuse_tag(p, &tag, max_attrs, reterr) < 0)
				return -1;
			if (is_volatile(&s, &tag))
				leave_out(&s, tag.name, i);
			i = skip_raw_text(&s, &tag, i);
		}
	}
	copy_to(&s, n);
	leave_out(&s, n, n);
	*ret_shape = s.shape | 1;
	return 0;
}
