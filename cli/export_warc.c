/*
 * export_warc: the responses kept, as WARC 1.1 (ISO 28500:2017). Only bodies are kept, not header fields, so each
 * is a resource record; equal bytes of two revisions are written once.
 */
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/digest.h"
#include "cli/export.h"
#include "base/banned.h"

/* A record id that the same bytes of the same address always have: version 8 of RFC 9562 over a hash. */
static void
record_id(const char *kind, const char *url, const unsigned char hash[SHA256_LEN],
    char out[UUID_TEXT])
{
	unsigned char h[SHA256_LEN];
	char hex[SHA256_HEX];

	digest_sha256v(h, kind, strlen(kind), url, strlen(url), hash, (size_t)SHA256_LEN, NULL);
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x80);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	digest_hex(h, SHA256_LEN, hex);
	snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

static void
record(FILE *f, const char *type, const char *url, const char *content_type, int64_t at_ms,
    const void *p, size_t n)
{
	unsigned char hash[SHA256_LEN];
	char hex[SHA256_HEX], id[UUID_TEXT], date[CLOCK_TEXT_MAX];

	digest_sha256(p, n, hash);
	record_id(type, url, hash, id);
	fprintf(f,
	    "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: %s\r\n", type,
	    id, clock_rfc3339(at_ms, false, date));
	if (url[0] != '\0')
		fprintf(f, "WARC-Target-URI: %s\r\n", url);
	fprintf(f,
	    "WARC-Block-Digest: sha256:%s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	    digest_hex(hash, SHA256_LEN, hex), content_type, n);
	fwrite(p, 1, n, f);
	fputs("\r\n\r\n", f);
}

static void
begin(struct export *x)
{
	static const char info[] =
	    "software: presswatch " PRESSWATCH_VERSION "\r\nformat: WARC File Format 1.1\r\n";

	record(x->out.f, "warcinfo", "", "application/warc-fields", x->cli->now_ms, info,
	    sizeof(info) - 1);
}

/* The server's own type, unless it would break the line of the record's header. */
static const char *
clean_type(const char *type)
{
	for (const char *p = type != NULL ? type : "\r"; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "application/octet-stream";
	return type;
}

static void
write_responses(struct export *x, const struct store_doc *d)
{
	unsigned char before[SHA256_LEN] = { 0 }, hash[SHA256_LEN];

	for (unsigned revision = 1; revision <= d->revision; revision++) {
		CLEANUP(freep) char *raw = NULL, *type = NULL;
		struct err err = { 0 };
		size_t len;

		if (store_raw_of(x->cli->store, d->doc_id, revision, &raw, &len, &type, &err) < 0)
			continue;	/* none was kept of this one */
		digest_sha256(raw, len, hash);
		if (memcmp(hash, before, sizeof(hash)) != 0)
			record(x->out.f, "resource", d->url, clean_type(type),
			    revision == 1 ? d->first_seen_ms : d->last_changed_ms, raw, len);
		memcpy(before, hash, sizeof(before));
	}
}

const struct export_format export_warc = { .name = "warc", .begin = begin, .write = write_responses };
