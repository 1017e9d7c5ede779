#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/url.h"
#include "notify/mailer.h"
#include "base/banned.h"

#define CONNECT_MS 10000L
#define THREADS 16		/* mails under way; others wait for their turn */
#define PER_SERVER 2		/* of them to one server, so that one that hangs holds up its own mails alone */
#define FAREWELL_S 2		/* mailer_free waits so long for threads to notice */
#define REPLY_MAX 160		/* bytes kept of a server's line */
#define TALK_MAX (64 << 10)	/* bytes that a server may say in one dialogue: a few hundred are usual */

/*
 * libcurl 7.88 waits for the server's last reply, after the message was sent, without giving the loop back (poll for
 * a second at a time, also under the multi interface), and again for QUIT. So each mail has a thread; it touches its
 * own mail only and hands it back through the done list and an eventfd.
 */
struct mailer {
	struct event_base *base;
	struct event *ev_done;
	int efd;
	struct mail *waiting;		/* the loop's */
	struct mail *started;		/* the loop's: all that have a thread */
	unsigned running;		/* the loop's: length of started */
	pthread_mutex_t lock;		/* of what follows */
	pthread_cond_t ended;
	struct mail *done;
	unsigned threads;
};

struct mail {
	struct mailer *mailer;
	CURL *easy;
	struct curl_slist *to;
	char *server, *message;
	size_t len, sent, heard;
	mail_done_fn *done;		/* NULL: cancelled */
	void *arg;
	atomic_bool stop;
	bool has_thread;
	CURLcode rc;
	bool refused_itself;		/* the message, for good: no other message would have been */
	const char *broken;		/* static: why its server is none, or NULL */
	char asked[REPLY_MAX];		/* the command under way */
	char reply[REPLY_MAX];		/* last line of the server with a code of 400 or more */
	char refused[REPLY_MAX];	/* first recipient that it would not take, with its words */
	char curl_text[CURL_ERROR_SIZE];
	struct mail *prev, *next;	/* in waiting or started */
	struct mail *done_next;
};

static void
mail_free(struct mail *mail)
{
	if (mail->easy != NULL)
		curl_easy_cleanup(mail->easy);
	curl_slist_free_all(mail->to);
	free(mail->message);
	free(mail->server);
	free(mail);
}

static void
describe(const struct mail *mail, struct err *ret)
{
	CURLcode rc = mail->rc;

	if (rc == CURLE_OK && mail->refused[0] == '\0')
		(void)err_set(ret, ERR_NONE, "accepted");
	else if (rc == CURLE_OK)
		(void)err_set(ret, ERR_NONE, "accepted, but not for everyone: %s", mail->refused);
	else if (mail->broken != NULL)
		(void)err_set(ret, ERR_TEMPORARY, "%s", mail->broken);
	else if (mail->refused[0] != '\0')
		(void)err_set(ret, ERR_TEMPORARY, "the mail server refused: %s", mail->refused);
	else if (mail->reply[0] != '\0')
		(void)err_set(ret, mail->refused_itself ? ERR_PERMANENT : ERR_TEMPORARY, "the mail server said: %s", mail->reply);
	else
		(void)err_set(ret, ERR_TEMPORARY, "%s", mail->curl_text[0] != '\0' ?
		    mail->curl_text : curl_easy_strerror(rc));
}

/* A thread's life: one mail. curl_easy_cleanup() says QUIT, and waits for the answer, so it is done here too. */
static void *
mail_thread(void *arg)
{
	struct mail *mail = arg;
	struct mailer *m = mail->mailer;

	mail->rc = curl_easy_perform(mail->easy);
	curl_easy_cleanup(mail->easy);
	mail->easy = NULL;
	pthread_mutex_lock(&m->lock);
	mail->done_next = m->done;
	m->done = mail;
	m->threads--;
	eventfd_write(m->efd, 1);
	pthread_cond_signal(&m->ended);
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

/* Signals are for the loop's thread. Returns 0 or an error number. */
static int
start_thread(struct mail *mail)
{
	pthread_attr_t attr;
	pthread_t id;
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&id, &attr, mail_thread, mail);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

/* The oldest mail whose server has less than its share, or NULL. */
static struct mail *
next_waiting(const struct mailer *m)
{
	struct mail *mail, *other;

	DL_FOREACH(m->waiting, mail) {
		unsigned n = 0;

		DL_FOREACH(m->started, other)
			n += strcmp(other->server, mail->server) == 0;
		if (n < PER_SERVER)
			return mail;
	}
	return NULL;
}

static void
start_waiting(struct mailer *m)
{
	struct mail *mail;

	while (m->running < THREADS && (mail = next_waiting(m)) != NULL) {
		DL_DELETE(m->waiting, mail);
		DL_APPEND(m->started, mail);
		mail->has_thread = true;
		m->running++;
		pthread_mutex_lock(&m->lock);
		m->threads++;
		pthread_mutex_unlock(&m->lock);
		if (start_thread(mail) == 0)
			continue;
		pthread_mutex_lock(&m->lock);	/* no thread: it ends as if it had tried */
		m->threads--;
		mail->rc = CURLE_FAILED_INIT;
		mail->done_next = m->done;
		m->done = mail;
		eventfd_write(m->efd, 1);
		pthread_mutex_unlock(&m->lock);
	}
}

static struct mail *
take_done(struct mailer *m)
{
	struct mail *list;

	pthread_mutex_lock(&m->lock);
	list = m->done;
	m->done = NULL;
	pthread_mutex_unlock(&m->lock);
	return list;
}

/* done only notes the answer (see mailer.h), so the list stays ours while it is walked. */
static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct mailer *m = arg;
	struct mail *mail, *next;
	struct err err;
	eventfd_t n;

	eventfd_read(m->efd, &n);
	for (mail = take_done(m); mail != NULL; mail = next) {
		next = mail->done_next;
		DL_DELETE(m->started, mail);
		m->running--;
		describe(mail, &err);
		if (mail->done != NULL)
			mail->done(&err, mail->arg);
		mail_free(mail);
	}
	start_waiting(m);
}

struct mailer *
mailer_new(struct event_base *base)
{
	struct mailer *m = xcalloc(1, sizeof(*m));

	m->base = base;
	m->efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->efd < 0) {
		free(m);
		return NULL;
	}
	pthread_mutex_init(&m->lock, NULL);
	pthread_cond_init(&m->ended, NULL);
	m->ev_done = event_new(base, m->efd, EV_READ | EV_PERSIST, on_done, m);
	event_add(m->ev_done, NULL);
	return m;
}

/* True when no thread is left. */
static bool
wait_for_threads(struct mailer *m)
{
	struct timespec until;
	bool none;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += FAREWELL_S;
	pthread_mutex_lock(&m->lock);
	while (m->threads > 0)
		if (pthread_cond_timedwait(&m->ended, &m->lock, &until) != 0)
			break;
	none = m->threads == 0;
	pthread_mutex_unlock(&m->lock);
	return none;
}

void
mailer_free(struct mailer *m)
{
	struct mail *mail, *next;

	if (m == NULL)
		return;
	event_free(m->ev_done);
	DL_FOREACH_SAFE(m->waiting, mail, next)
		mail_free(mail);
	DL_FOREACH(m->started, mail)
		atomic_store(&mail->stop, true);
	/* A thread that hangs in the resolver keeps its memory: the process ends anyway. */
	if (!wait_for_threads(m))
		return;
	DL_FOREACH_SAFE(m->started, mail, next)
		mail_free(mail);
	close(m->efd);
	pthread_cond_destroy(&m->ended);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static int
on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct mail *mail = arg;

	return atomic_load(&mail->stop);
}

static size_t
read_message(char *p, size_t size, size_t n, void *arg)
{
	struct mail *mail = arg;
	size_t room = size * n, left = mail->len - mail->sent;

	if (left > room)
		left = room;
	memcpy(p, mail->message + mail->sent, left);
	mail->sent += left;
	return left;
}

static void
keep(char out[REPLY_MAX], const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	snprintf(out, REPLY_MAX, "%.*s", n < REPLY_MAX ? (int)n : REPLY_MAX - 1, p);
}

static bool
begins_with_code(const char *p, size_t n)
{
	return n >= 3 && p[0] >= '0' && p[0] <= '9' && p[1] >= '0' && p[1] <= '9' && p[2] >= '0' && p[2] <= '9';
}

/*
 * A server that talks without end costs a processor until the time is over, and one that speaks no SMTP costs the time: libcurl cuts
 * long lines, skips those without a code, and goes on.
 */
static void
judge_talk(struct mail *mail, curl_infotype type, const char *p, size_t n)
{
	static const char cut[] = "Excessive server response line";

	if (type == CURLINFO_TEXT && n > sizeof(cut) && memcmp(p, cut, sizeof(cut) - 1) == 0)
		mail->broken = "the mail server talks without end";
	if (type == CURLINFO_HEADER_IN) {
		mail->heard += n;
		if (mail->heard > TALK_MAX)
			mail->broken = "the mail server talks without end";
		else if (mail->broken == NULL && !begins_with_code(p, n))
			mail->broken = "what answers there speaks no SMTP";
	}
	if (mail->broken != NULL)
		atomic_store(&mail->stop, true);
}

/*
 * Is it the message itself that is refused for good: its size, or what it says? A mailbox, a sender or a password that is
 * refused may be mended, and then all that waits goes out.
 */
static bool
refuses_message(const struct mail *mail)
{
	if (mail->reply[0] != '5')
		return false;
	return mail->sent > 0 || (strncasecmp(mail->asked, "MAIL FROM:", 10) == 0 && strncmp(mail->reply, "552", 3) == 0);
}

/*
 * The dialogue with the server tells what libcurl's error codes do not: whom it refused, and in which words.
 */
static int
on_dialogue(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
	struct mail *mail = arg;

	judge_talk(mail, type, p, n);
	if (type == CURLINFO_HEADER_OUT) {
		keep(mail->asked, p, n);
	} else if (type == CURLINFO_HEADER_IN && n >= 3 && (p[0] == '4' || p[0] == '5')) {
		keep(mail->reply, p, n);
		mail->refused_itself = refuses_message(mail);
		if (strncasecmp(mail->asked, "RCPT TO:", 8) == 0 && mail->refused[0] == '\0')
			snprintf(mail->refused, sizeof(mail->refused), "%.60s: %.90s",
			    mail->asked + 8, mail->reply);
	}
	return 0;
}

static bool
is_loopback(const char *server)
{
	CLEANUP(freep) char *host = url_host(server);

	return host != NULL && (strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
	    strcmp(host, "[::1]") == 0);
}

/*
 * A password goes over verified TLS only, but on loopback, where there is nobody to hide from. Else TLS is taken when
 * the server offers it, as mail servers do among themselves; unverified TLS is better than none.
 */
static void
set_security(CURL *easy, const struct mail_opts *o)
{
	bool local = is_loopback(o->server), smtps = strncasecmp(o->server, "smtps:", 6) == 0;
	const char *authorities = getenv("SSL_CERT_FILE");

	if (authorities != NULL && authorities[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, authorities);
	if (smtps || (o->user != NULL && !local)) {
		curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	} else {
		curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (o->user != NULL) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, o->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, o->password != NULL ? o->password : "");
	}
}

static void
set_options(struct mail *mail, const struct mail_opts *o)
{
	CURL *easy = mail->easy;

	curl_easy_setopt(easy, CURLOPT_URL, o->server);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
	curl_easy_setopt(easy, CURLOPT_READDATA, mail);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->len);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, o->from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, mail->to);
	/* One mailbox that is gone must not silence the others; describe() names it. */
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, mail);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, mail->curl_text);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_dialogue);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, mail);
	set_security(easy, o);
}

struct mail *
mailer_send(struct mailer *m, const struct mail_opts *o, const char *message, size_t len,
    mail_done_fn *done, void *arg, struct err *reterr)
{
	struct mail *mail;
	size_t i;

	if (strncasecmp(o->server, "smtp://", 7) != 0 && strncasecmp(o->server, "smtps://", 8) != 0) {
		(void)err_set(reterr, ERR_CONFIG, "\"%s\" is no mail server of the form smtp://host:25",
		    o->server);
		return NULL;
	}
	mail = xcalloc(1, sizeof(*mail));
	mail->mailer = m;
	mail->server = xstrdup(o->server);
	mail->message = xmemdup(message, len);
	mail->len = len;
	mail->done = done;
	mail->arg = arg;
	for (i = 0; o->to[i] != NULL; i++)
		mail->to = curl_slist_append(mail->to, o->to[i]);
	mail->easy = curl_easy_init();
	if (mail->easy == NULL) {
		mail_free(mail);
		(void)err_set(reterr, ERR_LOCAL, "libcurl could not start");
		return NULL;
	}
	set_options(mail, o);
	DL_APPEND(m->waiting, mail);
	start_waiting(m);
	return mail;
}

void
mailer_cancel(struct mail *mail)
{
	if (!mail->has_thread) {
		DL_DELETE(mail->mailer->waiting, mail);
		mail_free(mail);
		return;
	}
	mail->done = NULL;	/* the thread reads neither */
	atomic_store(&mail->stop, true);
}
