#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H
/*
 * control: the socket through which the command speaks to the daemon. One JSON object a line each way:
 * {"cmd":"status"} {"cmd":"sources"} {"cmd":"poll","source":NAME} {"cmd":"poll","all":true} {"cmd":"reload"}
 * {"cmd":"test-channel","channel":NAME} {"cmd":"redeliver","dead":true} {"cmd":"redeliver","event":ID,"channel":NAME}
 * {"cmd":"pause","name":NAME} {"cmd":"resume","name":NAME} {"cmd":"release","name":NAME,"all":true}, with "source" or "channel"
 * in place of "name" where both have it;
 * answers are {"ok":true,...} or {"ok":false,"error":"..."}.
 */
#include "daemon/daemon.h"

#define CONTROL_LINE_MAX 65536

/* ERR_CONFIG: the folder of path is missing or not ours; ERR_LOCAL. */
int control_new(struct daemon *d, const char *path, struct control **ret, struct err *reterr);
void control_free(struct control *c);

#endif
