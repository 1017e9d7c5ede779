/*
 * sink_exec: run a command for each event. No shell, fixed arguments; the event stands on stdin, its main
 * parts in PRESSWATCH_* variables. At the time limit it is ended with everything it started; before, it may leave
 * something running. At most EXEC_CHILDREN run at once; others wait for their turn.
 */
#include <string.h>

#include "base/mem.h"
#include "net/command.h"
#include "notify/exec_env.h"
#include "notify/notify_int.h"
#include "notify/template.h"
#include "base/banned.h"

#define EXEC_CHILDREN 16		/* a unit's TasksMax is small, and a machine has few processors */

struct exec_queue {
	struct command_set *set;
};

struct execution {
	struct command *command;	/* NULL: it is over */
	char *in;			/* the event and a newline */
};

void
exec_queue_free(struct exec_queue *q)
{
	if (q != NULL)
		command_set_free(q->set);
	free(q);
}

static void
on_done(struct command_answer *a, void *arg)
{
	struct delivery *d = arg;
	struct execution *x = d->state;
	char why[ERR_TEXT_MAX];

	x->command = NULL;
	command_why(a, why, sizeof(why));
	if (a->end == COMMAND_EXITED && a->status == 0)
		delivery_finish(d, ERR_NONE, -1, "exit status 0");
	else
		delivery_finish(d, ERR_TEMPORARY, -1, "%s", why);
}

/* The event and a newline, or what the template makes of it. */
static char *
input_of(const struct delivery *d, const struct sink_opts *o, size_t *ret_len)
{
	struct template_out made;
	struct rendered r;
	char *in;

	if (o->template == NULL) {
		in = xmalloc(d->body_len + 1);
		memcpy(in, d->body, d->body_len);
		in[d->body_len] = '\n';
		*ret_len = d->body_len + 1;
		return in;
	}
	render_event(d->id, d->type, d->body, d->body_len, &r);
	template_render(o->template, &(struct template_opts){ .channel = d->channel, .id = d->id, .type = d->type,
	    .r = &r }, &made);
	rendered_done(&r);
	in = xmemdup(made.body, made.body_len);
	*ret_len = made.body_len;
	template_out_done(&made);
	return in;
}

static void
exec_start(struct delivery *d, const struct sink_opts *o)
{
	struct command_opts opts = { .argv = o->argv,
		.timeout_ms = o->timeout_ms != 0 ? o->timeout_ms : SINK_EXEC_MS };
	struct execution *x;
	char **env;

	if (o->argv == NULL || o->argv[0] == NULL) {
		delivery_finish(d, ERR_TEMPORARY, -1, "channel %s names no command", d->channel);
		return;
	}
	if (d->n->exec == NULL) {
		d->n->exec = xcalloc(1, sizeof(*d->n->exec));
		d->n->exec->set = command_set_new(d->n->base, EXEC_CHILDREN);
	}
	x = xcalloc(1, sizeof(*x));
	x->in = input_of(d, o, &opts.in_len);
	opts.in = x->in;
	env = exec_env_new(d);
	opts.env = (const char *const *)env;
	d->state = x;
	x->command = command_start(d->n->exec->set, &opts, on_done, d);
	exec_env_free(env);
}

static void
exec_end(struct delivery *d)
{
	struct execution *x = d->state;

	if (x == NULL)
		return;
	command_cancel(x->command);
	free(x->in);
	free(x);
}

const struct sink sink_exec = { "exec", exec_start, exec_end };
