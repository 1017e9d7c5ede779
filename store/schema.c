/*
 * The archive is one SQLite file that sqlite3(1) can read. Times are milliseconds since 1970 UTC
 * (SELECT datetime(first_seen_ms / 1000, 'unixepoch') ...), hashes are SHA-256 as blobs (hex(...)).
 *
 *   document      a view: what most people want. One row a document, with its current text.
 *                   SELECT doc_id, source, url, title, published, text FROM document;
 *   doc_head      the same without the text: one narrow row a document. source_id is the source that
 *                 found it first; published is the date as stated (2023-02-09 or with time and offset),
 *                 published_ms its sort key; captions a JSON array; text_state 0 full, 1 none, 2 cut;
 *                 state 0 there, 1 removed by its publisher; story the doc_id of the first carrier
 *                 of the same text on any site, or
 *                 of nearly the same.
 *   doc_text      its current text in the clear.
 *   doc_check     when it is looked at again, with the validators for that, and a difference that
 *                 waits for the second look (pending_hash).
 *   revision      every version it had: number 1 is the first one. The text of the newest is in
 *                 doc_text; earlier ones are in old_text under text_hash. kinds is a bit mask:
 *                 1 title, 2 body, 4 number, 8 date, 16 name, 32 negation, 64 quotation,
 *                 128 date only, 256 form only, 512 attachment. fields: JSON, what else it said then.
 *                 pruned_ms: its text was taken out then, of which text_hash stays; pruned_raw: the hash
 *                 of a response that was.
 *   old_text      earlier texts, zstd; when base is not NULL, the text of that hash is the prefix
 *                 (zstd --patch-from).
 *   raw           responses as they came, zstd, the same way; revision.raw_hash names them.
 *   alias         every name a document has. kind url: key is the address without scheme, tracking
 *                 parameters and fragment (address: as met, where it is not the document's own);
 *                 guid: scope is source_id; text: title and text on one site (scope). doc_id NULL: an address known from the first visit but not fetched, or
 *                 a GUID that turned out to name several documents.
 *   claim         canonical addresses that documents claim: evidence, not names.
 *   source        the sources of the configuration with their health. state 0 new, 1 ok, 2 failing,
 *                 3 blocked, 4 empty, 5 quiet, 6 ended, 7 redesigned. guids: 0 none, 1 trusted,
 *                 2 doubtful, 3 rotating. hints_right, hints_wrong: what its "changed" was worth. paused:
 *                 somebody said pause.
 *   look          the log of looking: runs of looks at a source with one outcome (kind 0 nothing had
 *                 changed, 1 the list was read, 2 failed), first to last, how many, the longest pause
 *                 between two; merged 1: all of a day with that outcome. The run that goes on stands
 *                 in source (run_..., last_visit_ms).
 *   entrance      what answers of a source say of where else it is: hub (WebSub), and the address that a
 *                 permanent redirect of moved_from leads to, met moved_seen times in a row since moved_ms.
 *   candidate     addresses found and not fetched yet. quiet: 1 found by the first visit, 2 held
 *                 because too many were new at once.
 *   held          documents that were held so: nobody was told of them yet.
 *   event         what was told, append only: body is the CloudEvents object without the text of the
 *                 document, which is text_hash and belongs at byte text_at (0: none). hash is the
 *                 SHA-256 of the hash of the row before (32 zero bytes before the first), body,
 *                 text_at in decimal and text_hash (when there is one).
 *   delivery      an event for a channel: state 0 waiting, 1 told, 2 given up, 3 held until
 *                 not_before_ms (hold: 1 for a digest, 2 by quiet hours, 3 by the storm guard). batch:
 *                 the message that tells it together with others, NULL when it is told alone.
 *   batch         such messages; id is the one they are sent under, kind as hold.
 *   channel       notices told alone in an hour (since 1970), since when it fails (0: it does not),
 *                 and whether that was told.
 *   search        the full-text index (FTS5 with a tokenizer of our own: only presswatch reads it).
 *   near          bands of the sketch of each text (MinHash), for near-duplicates.
 *   window        the list of each source as its last good visit found it: 8 bytes an item, in order;
 *                 more is the next page while a gap is being filled.
 *   same_change   the same words that went and came on several documents of a site.
 *   unindexed     documents that wait for search and near.
 *   old_search    the full-text index of earlier revisions and of what edits took out of them; a row
 *                 is doc_id * 65536 + number. unindexed_revision: those that wait for it.
 *   removed       the words that the edit which ended a revision took out.
 *   meta          notes of the program.
 */
#include "store/store_int.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/banned.h"

/* Append only: migration[i] takes user_version from i to i + 1. */
static const char *const migration[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE source(source_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
	"  url TEXT NOT NULL, kind INTEGER NOT NULL DEFAULT 0, labels TEXT NOT NULL DEFAULT '[]',"
	"  configured INTEGER NOT NULL DEFAULT 1, baseline INTEGER NOT NULL DEFAULT 0,"
	"  page_title TEXT, etag TEXT, last_modified TEXT, body_hash BLOB,"
	"  list_hash INTEGER NOT NULL DEFAULT 0, last_visit_ms INTEGER NOT NULL DEFAULT 0,"
	"  last_good_ms INTEGER NOT NULL DEFAULT 0, next_visit_ms INTEGER NOT NULL DEFAULT 0,"
	"  last_new_ms INTEGER NOT NULL DEFAULT 0, last_full_ms INTEGER NOT NULL DEFAULT 0,"
	"  last_gap_ms INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
	"  state INTEGER NOT NULL DEFAULT 0, state_since_ms INTEGER NOT NULL DEFAULT 0, cause TEXT,"
	"  told INTEGER NOT NULL DEFAULT 0, parked INTEGER NOT NULL DEFAULT 0,"
	"  visits INTEGER NOT NULL DEFAULT 0,"
	"  http_status INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0) STRICT;"

	"CREATE TABLE candidate(candidate_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  source_id INTEGER NOT NULL REFERENCES source, key TEXT NOT NULL UNIQUE,"
	"  url TEXT NOT NULL, guid TEXT, title TEXT, published TEXT, updated TEXT,"
	"  published_source INTEGER NOT NULL DEFAULT 0, language TEXT, summary TEXT,"
	"  quiet INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,"
	"  not_before_ms INTEGER NOT NULL DEFAULT 0, found_ms INTEGER NOT NULL,"
	"  last_error TEXT) STRICT;"

	"CREATE TABLE doc_head(doc_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  source_id INTEGER NOT NULL REFERENCES source, url TEXT NOT NULL, title TEXT,"
	"  published TEXT, published_ms INTEGER, modified TEXT, language TEXT, section TEXT,"
	"  author TEXT, dateline TEXT, captions TEXT, text_state INTEGER NOT NULL,"
	"  words INTEGER NOT NULL, revision INTEGER NOT NULL DEFAULT 1,"
	"  first_seen_ms INTEGER NOT NULL, last_changed_ms INTEGER NOT NULL,"
	"  state INTEGER NOT NULL DEFAULT 0, gone_since_ms INTEGER, story INTEGER) STRICT;"
	"CREATE INDEX doc_head_source ON doc_head(source_id);"
	"CREATE INDEX doc_head_story ON doc_head(story) WHERE story IS NOT NULL;"

	"CREATE TABLE doc_text(doc_id INTEGER PRIMARY KEY REFERENCES doc_head, text TEXT NOT NULL)"
	"  STRICT;"

	"CREATE TABLE doc_check(doc_id INTEGER PRIMARY KEY REFERENCES doc_head,"
	"  next_check_ms INTEGER NOT NULL DEFAULT 0, last_check_ms INTEGER NOT NULL DEFAULT 0,"
	"  checks INTEGER NOT NULL DEFAULT 0, gone_checks INTEGER NOT NULL DEFAULT 0,"
	"  failures INTEGER NOT NULL DEFAULT 0, http_status INTEGER NOT NULL DEFAULT 0,"
	"  etag TEXT, last_modified TEXT, body_hash BLOB, pending_hash BLOB, pending_due_ms INTEGER,"
	"  listed_title TEXT, listed_published TEXT, listed_updated TEXT, last_error TEXT) STRICT;"
	"CREATE INDEX doc_check_due ON doc_check(next_check_ms) WHERE next_check_ms > 0;"

	"CREATE VIEW document AS SELECT h.doc_id AS doc_id, s.name AS source, h.url AS url,"
	"  h.title AS title, h.published AS published, h.modified AS modified,"
	"  h.language AS language, h.section AS section, h.author AS author,"
	"  h.dateline AS dateline, h.captions AS captions, h.text_state AS text_state,"
	"  h.words AS words, h.revision AS revision, h.first_seen_ms AS first_seen_ms,"
	"  h.last_changed_ms AS last_changed_ms, h.state AS state, h.story AS story,"
	"  t.text AS text FROM doc_head h JOIN source s ON s.source_id = h.source_id"
	"  LEFT JOIN doc_text t ON t.doc_id = h.doc_id;"

	"CREATE TABLE revision(doc_id INTEGER NOT NULL REFERENCES doc_head, number INTEGER NOT NULL,"
	"  seen_ms INTEGER NOT NULL, title TEXT, text_hash BLOB NOT NULL,"
	"  compare_hash BLOB NOT NULL, simhash INTEGER NOT NULL, text_state INTEGER NOT NULL,"
	"  words INTEGER NOT NULL, words_inserted INTEGER NOT NULL DEFAULT 0,"
	"  words_deleted INTEGER NOT NULL DEFAULT 0, kinds INTEGER NOT NULL DEFAULT 0,"
	"  extractor TEXT, raw_hash BLOB, content_type TEXT, fields TEXT,"
	"  PRIMARY KEY(doc_id, number)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE old_text(hash BLOB NOT NULL UNIQUE, base BLOB, depth INTEGER NOT NULL,"
	"  size INTEGER NOT NULL, zstd BLOB NOT NULL) STRICT;"
	"CREATE TABLE raw(hash BLOB NOT NULL UNIQUE, base BLOB, depth INTEGER NOT NULL,"
	"  size INTEGER NOT NULL, content_type TEXT, zstd BLOB NOT NULL) STRICT;"

	"CREATE TABLE alias(kind TEXT NOT NULL, key TEXT NOT NULL, scope TEXT NOT NULL,"
	"  doc_id INTEGER REFERENCES doc_head, address TEXT, PRIMARY KEY(kind, key, scope))"
	"  STRICT, WITHOUT ROWID;"
	"CREATE INDEX alias_other ON alias(doc_id) WHERE address IS NOT NULL;"
	"CREATE TABLE claim(key TEXT NOT NULL, doc_id INTEGER NOT NULL REFERENCES doc_head,"
	"  PRIMARY KEY(key, doc_id)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE,"
	"  kind INTEGER NOT NULL, source_id INTEGER NOT NULL REFERENCES source, doc_id INTEGER,"
	"  time_ms INTEGER NOT NULL, text_hash BLOB, text_at INTEGER NOT NULL, body TEXT NOT NULL,"
	"  hash BLOB NOT NULL) STRICT;"
	"CREATE INDEX event_doc ON event(doc_id) WHERE doc_id IS NOT NULL;"
	"CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event"
	"  BEGIN SELECT RAISE(ABORT, 'event is append only'); END;"
	"CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event"
	"  BEGIN SELECT RAISE(ABORT, 'event is append only'); END;"

	"CREATE TABLE delivery(channel TEXT NOT NULL, source_id INTEGER NOT NULL,"
	"  seq INTEGER NOT NULL REFERENCES event, state INTEGER NOT NULL DEFAULT 0,"
	"  attempts INTEGER NOT NULL DEFAULT 0, first_ms INTEGER NOT NULL,"
	"  not_before_ms INTEGER NOT NULL, done_ms INTEGER, last_error TEXT,"
	"  PRIMARY KEY(channel, source_id, seq)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX delivery_waiting ON delivery(channel, source_id, seq) WHERE state = 0;"
	"CREATE INDEX delivery_event ON delivery(seq);"

	"CREATE TABLE near(band INTEGER NOT NULL, doc_id INTEGER NOT NULL, simhash INTEGER NOT NULL,"
	"  PRIMARY KEY(band, doc_id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE unindexed(doc_id INTEGER PRIMARY KEY REFERENCES doc_head) STRICT;"
	"CREATE VIRTUAL TABLE search USING fts5(title, text, content='document',"
	"  content_rowid='doc_id', tokenize='presswatch', detail=full);"
	"INSERT INTO search(search, rank) VALUES('automerge', 0);"
	"INSERT INTO search(search, rank) VALUES('usermerge', 8);"
	"INSERT INTO search(search, rank) VALUES('rank', 'bm25(8.0, 1.0)');",

	"CREATE INDEX doc_head_gone ON doc_head(source_id, gone_since_ms)"
	"  WHERE gone_since_ms IS NOT NULL;"
	"ALTER TABLE source ADD COLUMN rhythm_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN quiet_after_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN shrunk INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN lies INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN watched_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE doc_check ADD COLUMN pending_looks INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE window(source_id INTEGER PRIMARY KEY REFERENCES source, keys BLOB NOT NULL,"
	"  more TEXT, pages INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE same_change(site TEXT NOT NULL, words INTEGER NOT NULL,"
	"  doc_id INTEGER NOT NULL REFERENCES doc_head, at_ms INTEGER NOT NULL, told INTEGER NOT NULL,"
	"  PRIMARY KEY(site, words, doc_id)) STRICT, WITHOUT ROWID;",

	"ALTER TABLE source ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE held(doc_id INTEGER PRIMARY KEY REFERENCES doc_head,"
	"  source_id INTEGER NOT NULL REFERENCES source, at_ms INTEGER NOT NULL) STRICT;"
	"CREATE INDEX held_source ON held(source_id, doc_id);",

	"CREATE VIRTUAL TABLE old_search USING fts5(title, text, removed, content='',"
	"  tokenize='presswatch', detail=full);"
	"INSERT INTO old_search(old_search, rank) VALUES('rank', 'bm25(8.0, 1.0, 1.0)');"
	"CREATE TABLE removed(doc_id INTEGER NOT NULL REFERENCES doc_head, number INTEGER NOT NULL,"
	"  words TEXT NOT NULL, PRIMARY KEY(doc_id, number)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE unindexed_revision(doc_id INTEGER NOT NULL REFERENCES doc_head,"
	"  number INTEGER NOT NULL, PRIMARY KEY(doc_id, number)) STRICT, WITHOUT ROWID;"
	"INSERT INTO unindexed_revision SELECT r.doc_id, r.number FROM revision r"
	"  JOIN doc_head h ON h.doc_id = r.doc_id WHERE r.number < h.revision AND r.number < 65536;",

	"DROP TABLE near;"
	"DELETE FROM alias WHERE kind = 'story';"
	"CREATE TABLE near(band INTEGER NOT NULL, doc_id INTEGER NOT NULL, PRIMARY KEY(band, doc_id))"
	"  STRICT, WITHOUT ROWID;"
	"INSERT INTO meta(key, value) SELECT 'near_below', max(doc_id) + 1 FROM doc_head"
	"  HAVING max(doc_id) IS NOT NULL;",

	"ALTER TABLE source ADD COLUMN run_first_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN run_count INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN run_bytes INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN run_pause_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN run_kind INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN run_fresh INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE look(source_id INTEGER NOT NULL REFERENCES source,"
	"  merged INTEGER NOT NULL DEFAULT 0, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
	"  count INTEGER NOT NULL, status INTEGER NOT NULL, kind INTEGER NOT NULL,"
	"  state INTEGER NOT NULL, bytes INTEGER NOT NULL, fresh INTEGER NOT NULL,"
	"  pause_ms INTEGER NOT NULL, reason TEXT, PRIMARY KEY(source_id, merged, first_ms, kind, status))"
	"  STRICT, WITHOUT ROWID;",

	"ALTER TABLE source ADD COLUMN guids INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN guid_turns INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN hints_right INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN hints_wrong INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE source ADD COLUMN habit BLOB;"
	"ALTER TABLE doc_check ADD COLUMN hinted INTEGER NOT NULL DEFAULT 0;",

	"ALTER TABLE revision ADD COLUMN pruned_ms INTEGER;"
	"ALTER TABLE revision ADD COLUMN pruned_raw BLOB;",

	"CREATE TABLE entrance(source_id INTEGER PRIMARY KEY REFERENCES source(source_id), hub TEXT,"
	"  moved_from TEXT, moved_to TEXT, moved_seen INTEGER NOT NULL DEFAULT 0,"
	"  moved_ms INTEGER NOT NULL DEFAULT 0) STRICT;",

	"ALTER TABLE delivery ADD COLUMN batch INTEGER;"
	"ALTER TABLE delivery ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX delivery_held ON delivery(channel, not_before_ms, seq) WHERE state = 3;"
	"CREATE INDEX delivery_held_seq ON delivery(channel, seq) WHERE state = 3;"
	"CREATE INDEX delivery_batch ON delivery(channel, batch, seq)"
	"  WHERE state = 0 AND batch IS NOT NULL;"
	"CREATE TABLE batch(batch_id INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
	"  channel TEXT NOT NULL, kind INTEGER NOT NULL, made_ms INTEGER NOT NULL) STRICT;"
	"CREATE TABLE channel(name TEXT PRIMARY KEY, storm_hour INTEGER NOT NULL DEFAULT 0,"
	"  storm_count INTEGER NOT NULL DEFAULT 0, failing_ms INTEGER NOT NULL DEFAULT 0,"
	"  told INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;",

	"ALTER TABLE source DROP COLUMN habit;",

	"ALTER TABLE revision DROP COLUMN simhash;",

	"CREATE INDEX delivery_dead ON delivery(channel, seq) WHERE state = 2;",
};

#define VERSION_NOW ((int)(sizeof(migration) / sizeof(migration[0])))

static int
version_of(struct store *s, int *ret, struct err *reterr)
{
	sqlite3_stmt *q = NULL;
	int rc;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) != SQLITE_OK)
		return store_fail(s, "open", reterr);
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return rc == SQLITE_ROW ? 0 : store_fail(s, "open", reterr);
}

int
store_schema_check(struct store *s, struct err *reterr)
{
	int version;

	if (version_of(s, &version, reterr) < 0)
		return -1;
	if (version < 0 || version > VERSION_NOW)
		return err_set(reterr, ERR_CONFIG, "%s was written by a newer presswatch (format %d, "
		    "this program knows %d): install that version; the archive is unchanged", s->path,
		    version, VERSION_NOW);
	if (s->mode == STORE_READ && version < VERSION_NOW)
		return err_set(reterr, ERR_CONFIG, "%s has the older format %d: start presswatchd "
		    "once to bring it to %d", s->path, version, VERSION_NOW);
	return 0;
}

/* One transaction each, with its version: a crash in between leaves the format before. */
int
store_schema_migrate(struct store *s, struct err *reterr)
{
	CLEANUP(freep) char *mark = NULL;
	int version;

	if (version_of(s, &version, reterr) < 0)
		return -1;
	for (; version < VERSION_NOW; version++) {
		free(mark);
		mark = xasprintf("PRAGMA user_version = %d", version + 1);
		if (store_exec(s, "BEGIN EXCLUSIVE", reterr) < 0)
			return -1;
		if (store_exec(s, migration[version], reterr) < 0 ||
		    store_exec(s, mark, reterr) < 0 || store_exec(s, "COMMIT", reterr) < 0) {
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
			return -1;
		}
	}
	return 0;
}
