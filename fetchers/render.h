#ifndef FETCHERS_RENDER_H
#define FETCHERS_RENDER_H
/*
 * render: a user's command as the page. What it writes to stdout before it ends with exit status 0 is the
 * answer that a server would have given; the address is its last argument and $PRESSWATCH_URL. Turns, pauses and
 * robots.txt are fetch.c's, as for any request.
 */
#include <event2/event.h>
#include "net/http.h"

#define RENDER_MS 60000
#define RENDER_MAX_OUT ((size_t)32 << 20)
#define RENDER_AT_ONCE 4	/* browsers are large */

struct renderer;
struct render;

struct renderer *renderer_new(struct event_base *base);
void renderer_free(struct renderer *r);		/* ends what runs; no callback comes */
/*
 * done is called once, from the loop, never from within, with an answer of status 200 and type text/html, or one whose
 * err is set: ERR_TEMPORARY (the command failed or took over RENDER_MS), ERR_CONFIG (it cannot be run), ERR_LIMIT. All
 * is copied.
 */
struct render *render_start(struct renderer *r, const char *const *argv, const char *url, http_done_fn *done,
    void *arg);
void render_cancel(struct render *x);		/* no callback */

#endif
