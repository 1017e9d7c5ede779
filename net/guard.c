/*
 * guard: the special-purpose registries of IANA as a table, and the administrator's exceptions.
 * Both families are held as 16 bytes; IPv4 stands in its mapped form ::ffff:a.b.c.d.
 */
#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/banned.h"

#define MAPPED_BITS 96

struct rule {
	uint8_t net[16];
	unsigned bits;		/* of net that count, 0..128 */
	unsigned port;		/* 0: every port */
};

struct guard {
	struct rule *rules;
	size_t count, cap;
};

/* RFC 6890 and the IANA IPv4 special-purpose registry; not globally reachable, or not unicast. */
static const struct {
	uint32_t net;
	unsigned bits;
} v4_refused[] = {
	{ 0x00000000, 8 },	/* "this network", unspecified */
	{ 0x0a000000, 8 },	/* private */
	{ 0x64400000, 10 },	/* carrier NAT */
	{ 0x7f000000, 8 },	/* loopback */
	{ 0xa9fe0000, 16 },	/* link-local, cloud metadata */
	{ 0xac100000, 12 },	/* private */
	{ 0xc0000000, 24 },	/* IETF assignments */
	{ 0xc0000200, 24 },	/* documentation */
	{ 0xc0586300, 24 },	/* 6to4 relays, deprecated */
	{ 0xc0a80000, 16 },	/* private */
	{ 0xc6120000, 15 },	/* benchmarks */
	{ 0xc6336400, 24 },	/* documentation */
	{ 0xcb007100, 24 },	/* documentation */
	{ 0xe0000000, 4 },	/* multicast */
	{ 0xf0000000, 4 },	/* reserved, broadcast */
};

/* Inside 2000::/3; everything outside is refused but the translated forms below. */
static const struct {
	uint8_t net[6];
	unsigned bits;
} v6_refused[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 },		/* IETF assignments; Teredo is judged before */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },		/* documentation */
	{ { 0x3f, 0xff, 0x00, 0x00 }, 20 },		/* documentation, RFC 9637 */
	{ { 0x3f, 0xfe, 0x00, 0x00 }, 16 },		/* 6bone, returned */
};

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
static const uint8_t nat64_local[6] = { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 };

static bool
has_prefix(const uint8_t *a, const uint8_t *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, net, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ net[whole]) >> (8 - rest)) == 0;
}

struct guard *
guard_new(void)
{
	return xcalloc(1, sizeof(struct guard));
}

struct guard *
guard_copy(const struct guard *g)
{
	struct guard *copy = guard_new();

	if (g != NULL && g->count > 0) {
		copy->rules = xmemdup(g->rules, g->count * sizeof(g->rules[0]));
		copy->count = copy->cap = g->count;
	}
	return copy;
}

void
guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	free(g->rules);
	free(g);
}

/* Digits only, at most max. Returns -1 otherwise. */
static int
small_number(const char *s, unsigned max, unsigned *ret)
{
	unsigned n = 0;

	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + (unsigned)(*s - '0');
		if (n > max)
			return -1;
	}
	*ret = n;
	return 0;
}

/* Address without brackets into 16 bytes. Returns its own number of bits, or 0. */
static unsigned
read_address(const char *s, uint8_t out[16])
{
	struct in_addr v4;

	if (inet_pton(AF_INET, s, &v4) == 1) {
		memcpy(out, mapped, 12);
		memcpy(out + 12, &v4, 4);
		return 32;
	}
	return inet_pton(AF_INET6, s, out) == 1 ? 128 : 0;
}

static void
clear_host_bits(struct rule *r)
{
	for (unsigned bit = r->bits; bit < 128; bit++)
		r->net[bit / 8] &= (uint8_t)~(0x80u >> (bit % 8));
}

/* Cut "[a]:port", "a:port" (IPv4) or "a/bits[:port]" into its parts, in place. */
static void
split_rule(char *s, char **ret_addr, char **ret_bits, char **ret_port)
{
	char *addr = s, *end, *slash, *colon;

	*ret_bits = *ret_port = NULL;
	if (*s == '[' && (end = strchr(s, ']')) != NULL) {
		addr = end[1] == '\0' || end[1] == '/' || end[1] == ':' ? s + 1 : end + 1;
		*end++ = '\0';
	} else
		end = s;
	if ((slash = strchr(end, '/')) != NULL) {
		*slash = '\0';
		*ret_bits = slash + 1;
		end = slash + 1;
	}
	colon = strchr(end, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL) {	/* two colons: a bare IPv6 address */
		*colon = '\0';
		*ret_port = colon + 1;
	}
	*ret_addr = addr;
}

int
guard_allow(struct guard *g, const char *rule, struct err *reterr)
{
	CLEANUP(freep) char *copy = xstrdup(rule);
	char *addr, *bits, *port;
	struct rule r = { .port = 0 };
	unsigned width, n;

	split_rule(copy, &addr, &bits, &port);
	if ((width = read_address(addr, r.net)) == 0)
		return err_set(reterr, ERR_CONFIG, "\"%s\" is not an address or network such as "
		    "10.1.2.0/24, ::1/128 or 127.0.0.2:8080", rule);
	n = width;
	if (bits != NULL && small_number(bits, width, &n) < 0)
		return err_set(reterr, ERR_CONFIG, "\"%s\": the prefix length is not a number "
		    "from 0 to %u", rule, width);
	if (port != NULL && (small_number(port, 65535, &r.port) < 0 || r.port == 0))
		return err_set(reterr, ERR_CONFIG, "\"%s\": the port is not a number from 1 to "
		    "65535", rule);
	r.bits = width == 32 ? n + MAPPED_BITS : n;
	clear_host_bits(&r);
	g->rules = xgrow(g->rules, &g->cap, g->count + 1, sizeof(g->rules[0]));
	g->rules[g->count++] = r;
	return 0;
}

static bool
v4_public(const uint8_t *p)
{
	uint32_t a = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];

	for (size_t i = 0; i < sizeof(v4_refused) / sizeof(v4_refused[0]); i++)
		if ((a ^ v4_refused[i].net) >> (32 - v4_refused[i].bits) == 0)
			return false;
	return true;
}

/* An IPv4 address inside an IPv6 one is what the packet ends up at: judge that. */
static bool
v6_public(const uint8_t a[16])
{
	static const uint8_t teredo[4] = { 0x20, 0x01, 0x00, 0x00 };
	static const uint8_t zero[4];

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return v4_public(a + 12);
	if (memcmp(a, nat64_local, 6) == 0)	/* RFC 8215; only the /96 form says where it goes */
		return memcmp(a + 8, zero, 4) == 0 && v4_public(a + 12);
	if (a[0] == 0x20 && a[1] == 0x02)	/* 6to4 */
		return v4_public(a + 2);
	if (memcmp(a, teredo, 4) == 0) {	/* server, and the client with its bits turned */
		uint8_t client[4];

		for (int i = 0; i < 4; i++)
			client[i] = (uint8_t)~a[12 + i];
		return v4_public(a + 4) && v4_public(client);
	}
	if ((a[0] & 0xe0) != 0x20)
		return false;
	for (size_t i = 0; i < sizeof(v6_refused) / sizeof(v6_refused[0]); i++)
		if (has_prefix(a, v6_refused[i].net, v6_refused[i].bits))
			return false;
	return true;
}

static bool
permits(const struct guard *g, const uint8_t a[16], unsigned port)
{
	if (v6_public(a))
		return true;
	for (size_t i = 0; g != NULL && i < g->count; i++) {
		const struct rule *r = &g->rules[i];

		if ((r->port == 0 || r->port == port) && has_prefix(a, r->net, r->bits))
			return true;
	}
	return false;
}

bool
guard_permits(const struct guard *g, const struct sockaddr *sa)
{
	uint8_t a[16];

	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;

		memcpy(a, mapped, 12);
		memcpy(a + 12, &in->sin_addr, 4);
		return permits(g, a, ntohs(in->sin_port));
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;

		memcpy(a, &in6->sin6_addr, 16);
		return permits(g, a, ntohs(in6->sin6_port));
	}
	return false;
}

static bool
read_text(const char *text, uint8_t a[16], unsigned *ret_port)
{
	CLEANUP(freep) char *copy = xstrdup(text);
	char *addr, *bits, *port;

	split_rule(copy, &addr, &bits, &port);
	*ret_port = 0;
	return bits == NULL && read_address(addr, a) != 0 &&
	    (port == NULL || small_number(port, 65535, ret_port) == 0);
}

bool
guard_is_address(const char *text)
{
	uint8_t a[16];
	unsigned port;

	return read_text(text, a, &port);
}

bool
guard_permits_text(const struct guard *g, const char *text)
{
	uint8_t a[16];
	unsigned port;

	return read_text(text, a, &port) && permits(g, a, port);
}
