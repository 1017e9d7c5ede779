#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H
/* control: one question to the daemon over its socket: a line of JSON there, a line of JSON back. */
#include <jansson.h>
#include "base/err.h"

/*
 * Sends request and waits for the answer at most timeout_ms. Returns 0 and *ret (new reference, an object whose "ok"
 * is true); -1: ERR_TEMPORARY nobody answers at path, ERR_PERMANENT the daemon said no (its own sentence).
 */
int control_ask(const char *path, const json_t *request, int timeout_ms, json_t **ret, struct err *reterr);

#endif
