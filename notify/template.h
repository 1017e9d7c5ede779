#ifndef NOTIFY_TEMPLATE_H
#define NOTIFY_TEMPLATE_H
/*
 * template: what a channel sends in place of the event's own bytes. A template is text with fields: {title}, {title:200} cut to
 * that many characters, {title|slack} with the marks of that target escaped, {title|slack:200} both. What is no such field
 * (a brace of JSON) stays as it is; there is no code. {?author}by {author}{/author} is a part that is left out when the field has no
 * value, {!author}...{/author} one that is left out when it has one. Before an empty line it may begin with lines "method: ", "url: " and
 * "content-type: ". Fields are always escaped for the content type, so no title can end a string or a tag.
 */
#include "base/buf.h"
#include "base/err.h"
#include "notify/render.h"

struct template_opts {		/* borrowed for the call */
	const char *channel, *id, *type, *webhook;
	const struct rendered *r;
};

struct template_out { char *method, *url, *content_type, *body; size_t body_len; };

/* The template of that name (slack, discord ...), or NULL. i: the name of the i-th, or NULL behind the last. */
const char *template_preset(const char *name);
const char *template_preset_name(size_t i);
/* ERR_INPUT names line and column of what is no field or filter, or says that the body is no JSON. */
int template_check(const char *text, struct err *reterr);
/* As the configuration says it: the name of a preset, or a template. ERR_INPUT lists the presets. */
int template_judge(const char *value, struct err *reterr);
const char *template_text(const char *value);
/* text passed template_check(). Free with template_out_done(). */
void template_render(const char *text, const struct template_opts *o, struct template_out *ret);
void template_out_done(struct template_out *out);

#endif
