#ifndef TESTS_FUZZ_ORIGIN_H
#define TESTS_FUZZ_ORIGIN_H
/* origin: a listener on loopback that answers every request with the same bytes, whatever they are, and hangs up. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct origin {
	int fd, port;
	pthread_t thread;
	pthread_mutex_t lock;
	uint8_t *data;		/* under lock */
	size_t size;
};

/* What is answered from now on; copied, because whoever asked before may have hung up in the middle. */
static void
origin_set(struct origin *o, const uint8_t *data, size_t size)
{
	pthread_mutex_lock(&o->lock);
	free(o->data);
	if ((o->data = malloc(size + 1)) == NULL)
		abort();
	memcpy(o->data, data, size);
	o->size = size;
	pthread_mutex_unlock(&o->lock);
}

static void
origin_answer(struct origin *o, int fd)
{
	char request[4096];
	size_t sent = 0;

	pthread_mutex_lock(&o->lock);
	if (recv(fd, request, sizeof(request), 0) > 0)
		while (sent < o->size) {
			ssize_t n = send(fd, o->data + sent, o->size - sent, MSG_NOSIGNAL);

			if (n <= 0)
				break;
			sent += (size_t)n;
		}
	pthread_mutex_unlock(&o->lock);
	shutdown(fd, SHUT_WR);
	while (recv(fd, request, sizeof(request), MSG_DONTWAIT) > 0)
		;
	close(fd);
}

static void *
origin_run(void *arg)
{
	struct origin *o = arg;
	int fd;

	while ((fd = accept(o->fd, NULL, NULL)) >= 0)
		origin_answer(o, fd);
	return NULL;
}

static void
origin_start(struct origin *o)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);

	signal(SIGPIPE, SIG_IGN);
	pthread_mutex_init(&o->lock, NULL);
	o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (o->fd < 0 || bind(o->fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(o->fd, 64) < 0 ||
	    getsockname(o->fd, (struct sockaddr *)&sa, &len) < 0 ||
	    pthread_create(&o->thread, NULL, origin_run, o) != 0)
		abort();
	o->port = ntohs(sa.sin_port);
}

#endif
