#include "fetchers/render.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/unicode.h"
#include "net/command.h"
#include "base/banned.h"

struct renderer {
	struct command_set *set;
	struct render *running;
};

struct render {
	struct render *prev, *next;
	struct renderer *renderer;
	struct command *command;
	http_done_fn *done;
	void *arg;
	char *url;
	int64_t started_ms;
};

struct renderer *
renderer_new(struct event_base *base)
{
	struct renderer *r = xcalloc(1, sizeof(*r));

	r->set = command_set_new(base, RENDER_AT_ONCE);
	return r;
}

void
renderer_free(struct renderer *r)
{
	if (r == NULL)
		return;
	while (r->running != NULL)
		render_cancel(r->running);
	command_set_free(r->set);
	free(r);
}

static void
render_free(struct render *x)
{
	DL_DELETE(x->renderer->running, x);
	free(x->url);
	free(x);
}

static bool
blank(const struct buf *b)
{
	return b->len == 0 || strspn(b->data, " \t\r\n") >= b->len;
}

static void
judge(const struct command_answer *a, struct err *ret)
{
	char why[ERR_TEXT_MAX];

	command_why(a, why, sizeof(why));
	if (a->end == COMMAND_NOT_RUN)
		(void)err_set(ret, ERR_CONFIG, "%s", why);
	else if (a->end == COMMAND_LONG)
		(void)err_set(ret, ERR_LIMIT, "%s", why);
	else if (a->end != COMMAND_EXITED || a->status != 0)
		(void)err_set(ret, ERR_TEMPORARY, "%s", why);
	else if (blank(&a->out))
		(void)err_set(ret, ERR_TEMPORARY, "%s wrote no page", a->program);
}

static void
on_done(struct command_answer *a, void *arg)
{
	struct render *x = arg;
	struct http_answer page = { .status = 200, .retry_after_ms = -1, .max_age_s = -1, .started_ms = x->started_ms };
	http_done_fn *done = x->done;
	void *done_arg = x->arg;

	judge(a, &page.err);
	if (page.err.class != ERR_NONE)
		page.status = 0;
	page.url = xstrdup(x->url);
	/* A browser writes UTF-8 whatever the page's own <meta> goes on saying. */
	page.content_type = xstrdup(utf8_valid(buf_str(&a->out), a->out.len) ? "text/html; charset=utf-8" : "text/html");
	page.total_ms = clock_wall_ms() - x->started_ms;
	page.body = a->out;
	page.wire_bytes = a->out.len;
	buf_init(&a->out, 0);
	render_free(x);
	done(&page, done_arg);
	http_answer_done(&page);
}

struct render *
render_start(struct renderer *r, const char *const *argv, const char *url, http_done_fn *done, void *arg)
{
	char *env[COMMAND_ENV_MAX + 2] = { NULL };
	struct command_opts opts = { .argv = argv, .last = url, .env = (const char *const *)env,
		.max_out = RENDER_MAX_OUT, .timeout_ms = RENDER_MS, .sweep = true };
	struct render *x = xcalloc(1, sizeof(*x));
	size_t n = 0;

	x->renderer = r;
	x->done = done;
	x->arg = arg;
	x->url = xstrdup(url);
	x->started_ms = clock_wall_ms();
	DL_APPEND(r->running, x);
	command_env(env, &n);
	env[n++] = xasprintf("PRESSWATCH_URL=%s", url);
	x->command = command_start(r->set, &opts, on_done, x);
	for (size_t i = 0; i < n; i++)
		free(env[i]);
	return x;
}

void
render_cancel(struct render *x)
{
	command_cancel(x->command);
	render_free(x);
}
