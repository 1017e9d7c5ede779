#ifndef TESTS_UNIT_SERVER_H
#define TESTS_UNIT_SERVER_H
/*
 * server: a small HTTP server for tests, on 127.0.0.1 and a port the system picks; a thread for each
 * connection, at most SERVER_MAX of them. The test's function gets each request's head and writes what it likes; it
 * returns whether the connection stays open. Requests are kept with their time.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"

#define SERVER_MAX 256
#define SERVER_LOG 256

struct server;
typedef bool server_fn(struct server *s, int fd, const char *path, const char *head);

struct server {
	server_fn *fn;
	int fd, port;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_t threads[SERVER_MAX];
	int fds[SERVER_MAX];
	unsigned count;
	volatile bool ending;
	struct {
		char path[256], head[2048];
		int64_t ms;
	} log[SERVER_LOG];
	unsigned requests;
	unsigned open, most_open;
};

struct server_conn {
	struct server *s;
	int fd;
};

static inline __attribute__((unused)) void
server_send(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

		if (k <= 0)
			return;
		at += k;
		n -= (size_t)k;
	}
}

static inline __attribute__((unused, format(printf, 2, 3))) void
server_say(int fd, const char *fmt, ...)
{
	char text[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	server_send(fd, text, (size_t)n);
}

static inline __attribute__((unused)) bool
server_answer(int fd, const char *status, const char *headers, const char *body)
{
	server_say(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen(body), headers, body);
	return true;
}

static inline void *
server_serve(void *arg)
{
	struct server_conn *c = arg;
	struct server *s = c->s;
	int fd = c->fd;
	char head[2048], path[256];
	size_t len = 0;
	bool stay = true;

	free(c);
	while (stay) {
		ssize_t k;
		char *end;

		head[len] = '\0';
		if ((end = strstr(head, "\r\n\r\n")) == NULL) {
			if (len == sizeof(head) - 1 || (k = read(fd, head + len, sizeof(head) - 1 - len)) <= 0)
				break;
			len += (size_t)k;
			continue;
		}
		path[0] = '\0';
		sscanf(head, "%*s %255s", path);
		pthread_mutex_lock(&s->lock);
		if (s->requests < SERVER_LOG) {
			memcpy(s->log[s->requests].path, path, sizeof(path));
			memcpy(s->log[s->requests].head, head, sizeof(head));
			s->log[s->requests++].ms = clock_mono_ms();
		}
		if (++s->open > s->most_open)
			s->most_open = s->open;
		pthread_mutex_unlock(&s->lock);
		stay = s->fn(s, fd, path, head);
		pthread_mutex_lock(&s->lock);
		s->open--;
		pthread_mutex_unlock(&s->lock);
		len = 0;
	}
	shutdown(fd, SHUT_RDWR);
	return NULL;
}

static inline void *
server_accept(void *arg)
{
	struct server *s = arg;

	for (;;) {
		int fd = accept(s->fd, NULL, NULL);
		struct server_conn *c;

		if (s->ending || s->count == SERVER_MAX) {
			if (fd >= 0)
				close(fd);
			if (s->ending)
				return NULL;
			continue;
		}
		if (fd < 0)
			continue;
		c = malloc(sizeof(*c));
		*c = (struct server_conn){ s, fd };
		s->fds[s->count] = fd;
		pthread_create(&s->threads[s->count++], NULL, server_serve, c);
	}
}

static inline __attribute__((unused)) void
server_start(struct server *s, server_fn *fn)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->fn = fn;
	pthread_mutex_init(&s->lock, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s->fd, (struct sockaddr *)&a, n) != 0 || listen(s->fd, 64) != 0)
		abort();
	getsockname(s->fd, (struct sockaddr *)&a, &n);
	s->port = ntohs(a.sin_port);
	pthread_create(&s->thread, NULL, server_accept, s);
}

static inline __attribute__((unused)) void
server_stop(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)s->port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	s->ending = true;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		abort();
	pthread_join(s->thread, NULL);
	close(fd);
	for (unsigned i = 0; i < s->count; i++)
		shutdown(s->fds[i], SHUT_RDWR);
	for (unsigned i = 0; i < s->count; i++) {
		pthread_join(s->threads[i], NULL);
		close(s->fds[i]);
	}
	close(s->fd);
	pthread_mutex_destroy(&s->lock);
}

/* Requests whose path begins so; the time of the nth (from 0) in *ret_ms when not NULL. */
static inline __attribute__((unused)) unsigned
server_count(struct server *s, const char *prefix)
{
	unsigned n = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->requests; i++)
		n += strncmp(s->log[i].path, prefix, strlen(prefix)) == 0;
	pthread_mutex_unlock(&s->lock);
	return n;
}

#endif
