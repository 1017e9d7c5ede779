#ifndef NOTIFY_EXEC_ENV_H
#define NOTIFY_EXEC_ENV_H
/*
 * exec_env: the environment of a user's command: a few variables of ours that programs expect, and the parts of
 * the event. Values are one line without control characters and bounded, whatever a page says, so a
 * careless script cannot be led astray and execve() never fails for length.
 */
#include "notify/notify_int.h"

/* NULL-terminated; exec_env_free(). */
char **exec_env_new(const struct delivery *d);
void exec_env_free(char **env);

#endif
