#ifndef DAEMON_CONTROL_INT_H
#define DAEMON_CONTROL_INT_H
/* control_int: what the files of the control socket share: a client, its answer, and the rows of commands. */
#include <jansson.h>
#include "daemon/control.h"

struct bufferevent;
struct client;

struct control_command {
	const char *name;
	void (*run)(struct client *cl, const json_t *cmd);
};
/* Ends with a row without a name. */
extern const struct control_command control_channel_commands[];

/* A new client at the other end of bev, which it owns from now on. */
void control_serve(struct control *c, struct bufferevent *bev);
struct daemon *client_daemon(struct client *cl);
/* Takes the reference. */
void client_answer(struct client *cl, json_t *obj);
/* The client stays until client_release(), whatever the peer does: for answers that come later. */
void client_hold(struct client *cl);
void client_release(struct client *cl);
json_t *control_good(void);
json_t *control_bad(const char *text);

#endif
