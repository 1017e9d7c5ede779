#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/unicode.h"
#include "net/command.h"
#include "notify/exec_env.h"
#include "base/banned.h"

#define ENV_MAX 32
#define TITLE_CHARS 512
#define URL_CHARS 2048
#define WORD_CHARS 128

/* A cut is made at a character; nothing is set for an empty value. */
static void
put(char **env, size_t *n, const char *name, const char *value, size_t max_chars)
{
	CLEANUP(freep) char *line = unicode_line(value, strlen(value));

	if (line[0] == '\0' || *n + 1 >= ENV_MAX)
		return;
	line[utf8_cut_chars(line, strlen(line), max_chars)] = '\0';
	env[(*n)++] = xasprintf("PRESSWATCH_%s=%s", name, line);
}

static void
put_number(char **env, size_t *n, const char *name, int64_t value)
{
	if (value > 0 && *n + 1 < ENV_MAX)
		env[(*n)++] = xasprintf("PRESSWATCH_%s=%" PRId64, name, value);
}

char **
exec_env_new(const struct delivery *d)
{
	char **env = xcalloc(ENV_MAX, sizeof(*env));
	struct summary s;
	size_t n = 0;

	command_env(env, &n);
	summary_read(d->body, d->body_len, &s);
	put(env, &n, "EVENT_ID", d->id, WORD_CHARS);
	put(env, &n, "EVENT_TYPE", d->type, WORD_CHARS);
	put(env, &n, "CHANNEL", d->channel, WORD_CHARS);
	put(env, &n, "SOURCE", s.source, WORD_CHARS);
	put(env, &n, "URL", s.url, URL_CHARS);
	put(env, &n, "TITLE", s.title, TITLE_CHARS);
	put(env, &n, "LANGUAGE", s.language, WORD_CHARS);
	put(env, &n, "PUBLISHED", s.published, WORD_CHARS);
	put_number(env, &n, "COUNT", d->batch);
	put_number(env, &n, "REVISION", s.revision);
	put_number(env, &n, "ATTEMPT", d->attempt);
	summary_done(&s);
	return env;
}

void
exec_env_free(char **env)
{
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
}
