#ifndef NET_GUARD_H
#define NET_GUARD_H
/*
 * guard: to which addresses we may connect. Loopback, private, link-local, carrier NAT, multicast,
 * documentation, unspecified and metadata addresses are refused, in IPv4, IPv6, IPv4-mapped, 6to4, Teredo and NAT64
 * forms, unless the administrator allows the network, or the address and port. Asked when a socket
 * is opened, after resolution, for every hop: no spelling and no rebinding gets past it.
 */
#include <stdbool.h>
#include <sys/socket.h>
#include "base/err.h"

struct guard;
struct guard *guard_new(void);
struct guard *guard_copy(const struct guard *g);
void guard_free(struct guard *g);
/* "10.1.2.0/24", "::1/128", "127.0.0.2:8080", "[::1]:8080", "10.0.0.1". ERR_CONFIG. */
int guard_allow(struct guard *g, const char *rule, struct err *reterr);
bool guard_permits(const struct guard *g, const struct sockaddr *sa);
/* The same of "10.0.0.1:80" or "[::1]:80", as url_hostport() writes an address literal; false when text is none. */
bool guard_permits_text(const struct guard *g, const char *text);
bool guard_is_address(const char *text);	/* such a literal, with or without port */

#endif
