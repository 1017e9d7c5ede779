/*
 * stmt: all SQL. Prepared at open, so one that no longer fits the schema fails at start and not at
 * night.
 */
#include <stddef.h>
#include "store/stmt.h"
#include "base/banned.h"

#define SOURCE_COLUMNS                                                                             \
	"source_id, name, url, kind, labels, etag, last_modified, body_hash, list_hash,"           \
	" last_visit_ms, last_good_ms, next_visit_ms, last_new_ms, last_full_ms, failures, state," \
	" state_since_ms, cause, visits, baseline, configured, told, last_gap_ms, rhythm_ms,"    \
	" quiet_after_ms, watched_ms, shrunk, lies, paused, http_status, run_first_ms, run_count," \
	" run_bytes, run_pause_ms, run_kind, run_fresh, guids, guid_turns, hints_right,"           \
	" hints_wrong"

#define CANDIDATE_COLUMNS                                                                          \
	"c.candidate_id, s.name, c.url, c.guid, c.title, c.published, c.updated,"                  \
	" c.published_source, c.language, c.summary, c.quiet, c.attempts, c.not_before_ms,"        \
	" c.found_ms, c.last_error FROM candidate c JOIN source s ON s.source_id = c.source_id"

#define DOC_COLUMNS                                                                                \
	"h.doc_id, s.name, h.url, h.title, h.published, h.published_ms, h.modified, h.language,"   \
	" h.section, h.author, h.dateline, h.captions, h.text_state, h.words, h.revision,"         \
	" h.first_seen_ms, h.last_changed_ms, h.state, h.story, s.labels"                          \
	" FROM doc_head h CROSS JOIN source s ON s.source_id = h.source_id"

/* A document as a look at it wants it; see recheck_read(). */
#define LOOK_COLUMNS                                                                               \
	"h.doc_id, s.name, h.url, c.etag, c.last_modified, h.title, h.published,"                  \
	" r.extractor, r.content_type, c.listed_title, c.listed_published, r.raw_hash,"            \
	" c.body_hash, h.first_seen_ms, h.last_changed_ms, c.last_check_ms,"                       \
	" c.pending_hash IS NOT NULL, h.text_state, h.gone_since_ms, c.checks"
/* Texts that a response is kept of; ?1: of this source, or NULL. */
#define DERIVED                                                                                    \
	" JOIN source s ON s.source_id = h.source_id"                                              \
	" JOIN revision r ON r.doc_id = h.doc_id AND r.number = h.revision"                        \
	" WHERE r.raw_hash IS NOT NULL AND (?1 IS NULL OR s.name = ?1)"

/* since, until, sources, lang, after, before, langs, not langs, urls, not urls, changed from, changed until, stories: numbers of
 * the values. */
#define FILTERS(SI, UN, SO, LA, AF, BE, LS, NL, UR, NU, CF, CU, ST)                                \
	" h.first_seen_ms >= ?" SI " AND h.first_seen_ms < ?" UN                                   \
	" AND (?" SO " IS NULL OR h.source_id IN (SELECT value FROM json_each(?" SO ")))"          \
	" AND (?" LA " IS NULL OR h.language = ?" LA " OR h.language LIKE ?" LA " || '-%')"        \
	" AND coalesce(h.published_ms, h.first_seen_ms) >= ?" AF                                   \
	" AND coalesce(h.published_ms, h.first_seen_ms) < ?" BE                                    \
	" AND (?" LS " IS NULL OR EXISTS (SELECT 1 FROM json_each(?" LS ") j"                      \
	"  WHERE h.language = j.value OR h.language LIKE j.value || '-%'))"                        \
	" AND (?" NL " IS NULL OR h.language IS NULL OR NOT EXISTS"                                \
	"  (SELECT 1 FROM json_each(?" NL ") j"                                                    \
	"  WHERE h.language = j.value OR h.language LIKE j.value || '-%'))"                        \
	" AND (?" UR " IS NULL OR EXISTS (SELECT 1 FROM json_each(?" UR ") j"                      \
	"  WHERE instr(lower(h.url), j.value) > 0))"                                               \
	" AND (?" NU " IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(?" NU ") j"                  \
	"  WHERE instr(lower(h.url), j.value) > 0))"                                               \
	" AND (?" CF " IS NULL OR (h.revision > 1 AND EXISTS (SELECT 1 FROM revision v"            \
	"  WHERE v.doc_id = h.doc_id AND v.number > 1 AND v.seen_ms >= ?" CF                       \
	"  AND v.seen_ms < ?" CU ")))"                                                             \
	" AND (?" ST " IS NULL OR h.story IN (SELECT value FROM json_each(?" ST "))"               \
	"  OR h.doc_id IN (SELECT value FROM json_each(?" ST ")))"

#define LIST_FILTERS FILTERS("2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14")
#define SEARCH_FILTERS                                                                             \
	FILTERS("4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16")

/* The oldest waiting event of each channel and source, by two short looks into the index each. */
#define HEADS(CHANNEL)                                                                             \
	"WITH RECURSIVE turn(source_id) AS ("                                                      \
	" SELECT min(source_id) FROM delivery WHERE state = 0 AND channel = " CHANNEL              \
	" UNION ALL SELECT (SELECT min(d.source_id) FROM delivery d WHERE d.state = 0"             \
	"  AND d.channel = " CHANNEL " AND d.source_id > turn.source_id)"                          \
	" FROM turn WHERE turn.source_id IS NOT NULL),"                                            \
	" head(seq, source_id) AS (SELECT (SELECT min(d.seq) FROM delivery d WHERE d.state = 0"    \
	"  AND d.channel = " CHANNEL " AND d.source_id = turn.source_id), source_id"               \
	" FROM turn WHERE turn.source_id IS NOT NULL)"

/* Of a channel's deliveries, in the order of store_channels(). */
#define CHANNEL_COLUMNS \
	"channel, total(state IN (0, 3)), total(state = 2), total(state = 1)," \
	" min(CASE WHEN state IN (0, 3) THEN first_ms END)," \
	" min(CASE state WHEN 0 THEN not_before_ms END)," \
	" max(CASE state WHEN 1 THEN done_ms END), total(state = 3)," \
	" min(CASE state WHEN 3 THEN not_before_ms END), max(CASE state WHEN 3 THEN hold END)"

/* All that are not told: a partial index for each state. */
#define DELIVERIES_IN(state, more) \
	"SELECT channel, state, first_ms, not_before_ms, done_ms, hold, last_error FROM delivery" \
	" WHERE state = " state more
#define OPEN_DELIVERIES(more) \
	DELIVERIES_IN("0", more) " UNION ALL " DELIVERIES_IN("2", more) " UNION ALL " DELIVERIES_IN("3", more)

const char *const store_stmt_sql[STMT_COUNT] = {
	[STMT_META_GET] = "SELECT value FROM meta WHERE key = ?1",
	[STMT_META_SET] =
	    "INSERT INTO meta(key, value) VALUES (?1, ?2)"
	    " ON CONFLICT(key) DO UPDATE SET value = excluded.value",

	/* ---- sources ---- */
	[STMT_SOURCE_BY_NAME] = "SELECT " SOURCE_COLUMNS " FROM source WHERE name = ?1",
	[STMT_SOURCE_CONFIGURED] = "SELECT source_id, url, labels, baseline, configured FROM source WHERE name = ?1",
	[STMT_SOURCE_NEXT] =
	    "SELECT " SOURCE_COLUMNS " FROM source WHERE name > ?1"
	    " AND name NOT LIKE 'channel/%' ORDER BY name LIMIT ?2",
	[STMT_SOURCE_DOCUMENTS] = "SELECT count(*) FROM doc_head WHERE source_id = ?1",
	[STMT_SOURCE_ADD] = "INSERT INTO source(name, url, labels) VALUES (?1, ?2, ?3)",
	[STMT_SOURCE_RENAME] = "UPDATE source SET name = ?2 WHERE source_id = ?1",
	[STMT_SOURCE_MOVE] =
	    "UPDATE source SET url = ?2, etag = NULL, last_modified = NULL, body_hash = NULL,"
	    " list_hash = 0, kind = 0, last_full_ms = 0, lies = 0, guids = 0,"
	    " guid_turns = 0, hints_right = 0, hints_wrong = 0 WHERE source_id = ?1 AND url != ?2",
	[STMT_SOURCE_UNREAD] =
	    "UPDATE source SET etag = NULL, last_modified = NULL, body_hash = NULL, list_hash = 0 WHERE name = ?1",
	[STMT_SOURCE_EXTRACTOR] =
	    "SELECT r.extractor FROM revision r JOIN doc_head h ON h.doc_id = r.doc_id AND r.number = h.revision"
	    " WHERE h.doc_id = (SELECT max(doc_id) FROM doc_head WHERE source_id ="
	    " (SELECT source_id FROM source WHERE name = ?1))",
	[STMT_SOURCE_SYNC] =
	    "UPDATE source SET labels = ?2, configured = 1"
	    " WHERE source_id = ?1 AND (labels != ?2 OR configured != 1)",
	[STMT_SOURCES_CONFIGURED] = "SELECT count(*) FROM source WHERE configured = 1",
	[STMT_SOURCE_UNCONFIGURE] =
	    "UPDATE source SET configured = 0 WHERE configured = 1"
	    " AND name NOT IN (SELECT value FROM json_each(?1))",
	[STMT_CHECKS_PARK] =
	    "UPDATE doc_check SET next_check_ms = -abs(next_check_ms) WHERE doc_id IN"
	    " (SELECT doc_id FROM doc_head WHERE source_id IN"
	    "  (SELECT source_id FROM source WHERE (configured = 0 OR paused = 1) AND parked = 0))",
	[STMT_CHECKS_UNPARK] =
	    "UPDATE doc_check SET next_check_ms = abs(next_check_ms) WHERE doc_id IN"
	    " (SELECT doc_id FROM doc_head WHERE source_id IN"
	    "  (SELECT source_id FROM source WHERE configured = 1 AND paused = 0 AND parked = 1))",
	[STMT_SOURCE_PARKED] =
	    "UPDATE source SET parked = configured = 0 OR paused = 1"
	    " WHERE parked != (configured = 0 OR paused = 1)",
	[STMT_ENTRANCE] = "SELECT s.name, e.hub, e.moved_from, e.moved_to, e.moved_seen, e.moved_ms"
	    " FROM entrance e JOIN source s USING (source_id) WHERE s.name = ?1",
	[STMT_ENTRANCES] = "SELECT s.name, e.hub, e.moved_from, e.moved_to, e.moved_seen, e.moved_ms"
	    " FROM entrance e JOIN source s USING (source_id) ORDER BY s.name",
	[STMT_ENTRANCE_PUT] = "INSERT OR REPLACE INTO entrance(source_id, hub, moved_from, moved_to, moved_seen, moved_ms)"
	    " SELECT source_id, ?2, ?3, ?4, ?5, ?6 FROM source WHERE name = ?1",
	[STMT_SOURCE_PAUSE] = "UPDATE source SET paused = ?2 WHERE source_id = ?1",
	[STMT_HELD_ADD] =	/* document, source, at */
	    "INSERT INTO held(doc_id, source_id, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
	[STMT_HELD_COUNT] =	/* source: documents, addresses that are not fetched yet */
	    "SELECT (SELECT count(*) FROM held WHERE source_id = ?1),"
	    " (SELECT count(*) FROM candidate WHERE source_id = ?1 AND quiet = 2)",
	[STMT_HELD_NEXT] =	/* source, after */
	    "SELECT doc_id FROM held WHERE source_id = ?1 AND doc_id > ?2 ORDER BY doc_id LIMIT 1",
	[STMT_HELD_DONE] = "DELETE FROM held WHERE doc_id = ?1",
	[STMT_UNTOLD_NEXT] =	/* source, after: documents of which nobody ever heard */
	    "SELECT h.doc_id FROM doc_head h WHERE h.source_id = ?1 AND h.doc_id > ?2"
	    " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.doc_id = h.doc_id)"
	    " ORDER BY h.doc_id LIMIT 1",
	[STMT_CANDIDATE_LOUD] =	/* source, from which kind of quiet */
	    "UPDATE candidate SET quiet = 0 WHERE source_id = ?1 AND quiet >= ?2",
	[STMT_SOURCE_VISIT] =
	    "UPDATE source SET etag = ?2, last_modified = ?3, list_hash = ?4, last_visit_ms = ?5,"
	    " last_good_ms = ?6, next_visit_ms = ?7, last_new_ms = ?8, last_full_ms = ?9,"
	    " failures = ?10, state = ?11, cause = ?12, state_since_ms = ?13, told = ?14,"
	    " page_title = coalesce(?15, page_title), http_status = ?16, kind = ?17, bytes = ?18,"
	    " baseline = ?19, shrunk = ?20, run_first_ms = ?21, run_count = ?22,"
	    " run_bytes = ?23, run_pause_ms = ?24, run_kind = ?25, run_fresh = ?26,"
	    " watched_ms = CASE WHEN watched_ms = 0 THEN ?6 ELSE watched_ms END, visits = visits + 1"
	    " WHERE source_id = ?1",
	[STMT_SOURCE_DELAYS] =	/* source, limit: with a time of day, published while we watched */
	    "SELECT d.first_seen_ms - d.published_ms FROM (SELECT first_seen_ms, published_ms, published"
	    "  FROM doc_head WHERE source_id = ?1 ORDER BY doc_id DESC LIMIT ?2) d"
	    " JOIN source s ON s.source_id = ?1 WHERE length(d.published) > 10"
	    " AND d.published_ms > s.watched_ms AND s.watched_ms > 0 AND d.first_seen_ms >= d.published_ms",
	[STMT_CANDIDATE_OLDEST] = "SELECT found_ms FROM candidate ORDER BY candidate_id LIMIT 1",
	[STMT_LOOK_ADD] =
	    "INSERT INTO look(source_id, first_ms, last_ms, count, status, kind, state, bytes, fresh,"
	    " pause_ms, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
	    " ON CONFLICT DO NOTHING",
	[STMT_LOOKS_MERGE] =	/* source, before */
	    "INSERT INTO look(source_id, merged, first_ms, last_ms, count, status, kind, state, bytes,"
	    " fresh, pause_ms, reason) SELECT source_id, 1, min(first_ms), max(last_ms), sum(count),"
	    " status, kind, state, sum(bytes), sum(fresh), max(pause_ms), reason FROM look"
	    " WHERE source_id = ?1 AND merged = 0 AND last_ms < ?2"
	    " GROUP BY first_ms / 86400000, status, kind, state, reason",
	[STMT_LOOKS_MERGED] = "DELETE FROM look WHERE source_id = ?1 AND merged = 0 AND last_ms < ?2",
	[STMT_LOOKS] =
	    "SELECT first_ms, last_ms, count, status, kind, state, bytes, fresh, pause_ms, reason, merged"
	    " FROM look WHERE source_id = ?1 AND last_ms >= ?2 ORDER BY first_ms, merged",
	[STMT_SOURCE_BODY] = "UPDATE source SET body_hash = ?2 WHERE source_id = ?1",
	[STMT_SOURCE_GUIDS] = "UPDATE source SET guids = ?2, guid_turns = ?3 WHERE source_id = ?1",
	[STMT_SOURCE_LIES] = "UPDATE source SET lies = 1 WHERE source_id = ?1",
	[STMT_SOURCE_HINT] =	/* source, right, wrong, kept */
	    "UPDATE source SET"
	    " hints_right = (hints_right + ?2) / (1 + (hints_right + hints_wrong >= ?4)),"
	    " hints_wrong = (hints_wrong + ?3) / (1 + (hints_right + hints_wrong >= ?4))"
	    " WHERE source_id = ?1",
	[STMT_HINTED] =
	    "SELECT h.source_id FROM doc_check c JOIN doc_head h ON h.doc_id = c.doc_id"
	    " WHERE c.doc_id = ?1 AND c.hinted = 1",
	[STMT_HINT_DONE] = "UPDATE doc_check SET hinted = 0 WHERE doc_id = ?1",
	[STMT_SOURCE_GAP] = "UPDATE source SET last_gap_ms = ?2 WHERE source_id = ?1",
	[STMT_SOURCE_LABELS] = "SELECT labels FROM source WHERE source_id = ?1",
	[STMT_SOURCES_LABELS] = "SELECT source_id, name, labels FROM source ORDER BY source_id",

	/* source, limit: the stated hour, else that of first sight, else the day; what was found long after has its day alone */
	[STMT_SOURCE_TIMES] =
	    "SELECT CASE WHEN stated OR late THEN published_ms ELSE first_seen_ms END, late AND NOT stated"
	    " FROM (SELECT h.doc_id, h.published_ms, h.first_seen_ms,"
	    "  coalesce(h.published LIKE '%T%', 0) AS stated, h.first_seen_ms < s.watched_ms + 3600000"
	    "  OR coalesce(h.published_ms < h.first_seen_ms - 172800000, 0) AS late"
	    "  FROM source s JOIN doc_head h ON h.source_id = s.source_id WHERE s.name = ?1"
	    "  AND (h.published_ms IS NOT NULL OR h.first_seen_ms >= s.watched_ms + 3600000)"
	    "  ORDER BY h.doc_id DESC LIMIT ?2)",
	[STMT_SOURCE_HABIT] =
	    "UPDATE source SET rhythm_ms = ?2, quiet_after_ms = ?3 WHERE source_id = ?1",
	[STMT_WINDOW_GET] = "SELECT keys, more, pages FROM window WHERE source_id = ?1",
	[STMT_WINDOW_SET] =
	    "INSERT INTO window(source_id, keys) VALUES (?1, ?2)"
	    " ON CONFLICT(source_id) DO UPDATE SET keys = excluded.keys",
	[STMT_WINDOW_MORE] = "UPDATE window SET more = ?2, pages = ?3 WHERE source_id = ?1",
	[STMT_WINDOW_FILLS] =
	    "SELECT w.source_id, s.name, w.more, w.pages FROM window w"
	    " JOIN source s ON s.source_id = w.source_id"
	    " WHERE w.source_id > ?1 AND w.more IS NOT NULL ORDER BY w.source_id LIMIT 1",

	/* ---- candidates ---- */
	[STMT_CANDIDATE_BY_ID] = "SELECT " CANDIDATE_COLUMNS " WHERE c.candidate_id = ?1",
	[STMT_CANDIDATE_BY_KEY] =
	    "SELECT c.candidate_id, s.configured FROM candidate c"
	    " JOIN source s ON s.source_id = c.source_id WHERE c.key = ?1",
	[STMT_CANDIDATE_DUE] =	/* after id, now */
	    "SELECT " CANDIDATE_COLUMNS " WHERE c.candidate_id > ?1 AND c.not_before_ms <= ?2"
	    " AND s.configured = 1 AND s.paused = 0 ORDER BY c.candidate_id LIMIT 1",
	[STMT_CANDIDATE_ADD] =
	    "INSERT INTO candidate(source_id, key, url, guid, title, published, updated, language,"
	    " published_source, summary, quiet, not_before_ms, found_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
	    " ON CONFLICT DO NOTHING",
	[STMT_CANDIDATE_ADOPT] = "UPDATE candidate SET source_id = ?2 WHERE candidate_id = ?1",
	[STMT_CANDIDATE_RETRY] =
	    "UPDATE candidate SET attempts = attempts + 1, not_before_ms = ?2, last_error = ?3"
	    " WHERE candidate_id = ?1",
	[STMT_CANDIDATE_RECORD] =
	    "INSERT INTO alias(kind, key, scope) SELECT 'url', key, '' FROM candidate"
	    " WHERE candidate_id = ?1 ON CONFLICT DO NOTHING",
	[STMT_CANDIDATE_DONE] = "DELETE FROM candidate WHERE candidate_id = ?1",

	/* ---- names ---- */
	[STMT_ALIAS_FIND] = "SELECT doc_id FROM alias WHERE kind = ?1 AND key = ?2 AND scope = ?3",
	[STMT_ALIAS_ADD] =
	    "INSERT INTO alias(kind, key, scope, doc_id, address) VALUES (?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT DO NOTHING",
	[STMT_ALIAS_FILL] =
	    "UPDATE alias SET doc_id = ?4, address = ?5"
	    " WHERE kind = ?1 AND key = ?2 AND scope = ?3 AND doc_id IS NULL",
	[STMT_ALIAS_DOUBT] =
	    "UPDATE alias SET doc_id = NULL WHERE kind = 'guid' AND key = ?1 AND scope = ?2",
	[STMT_ALIAS_COUNT] = "SELECT count(*) FROM alias WHERE doc_id = ?1 AND address IS NOT NULL",
	[STMT_ALIASES_OF] =
	    "SELECT address FROM alias WHERE doc_id = ?1 AND address IS NOT NULL ORDER BY address",
	[STMT_ADDRESSES_OF] =
	    "SELECT url FROM doc_head WHERE doc_id = ?1 UNION ALL"
	    " SELECT address FROM alias WHERE doc_id = ?1 AND address IS NOT NULL",
	[STMT_ALIAS_ADDRESS] =	/* key, document, address as met; NULL: it is the document's own */
	    "UPDATE alias SET address = ?3 WHERE kind = 'url' AND key = ?1 AND scope = '' AND doc_id = ?2",
	[STMT_CLAIM_ADD] = "INSERT INTO claim(key, doc_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
	[STMT_CLAIM_TEXTS] =	/* how many texts claim it, and the first document that does */
	    "SELECT count(DISTINCT r.compare_hash), min(c.doc_id) FROM"
	    " (SELECT doc_id FROM claim WHERE key = ?1 LIMIT 16) c"
	    " JOIN doc_head h ON h.doc_id = c.doc_id"
	    " JOIN revision r ON r.doc_id = h.doc_id AND r.number = h.revision",

	/* ---- documents ---- */
	[STMT_DOC_ROW] =
	    "SELECT h.source_id, h.url, h.title, h.published, h.published_ms, h.text_state, h.words,"
	    " h.revision, h.first_seen_ms, h.last_changed_ms, h.story, t.text, c.pending_hash,"
	    " c.pending_due_ms, c.listed_title, c.listed_published, r.text_hash, r.compare_hash,"
	    " r.raw_hash, NOT EXISTS (SELECT 1 FROM unindexed u WHERE u.doc_id = h.doc_id)"
	    " FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id"
	    " JOIN revision r ON r.doc_id = h.doc_id AND r.number = h.revision"
	    " LEFT JOIN doc_text t ON t.doc_id = h.doc_id WHERE h.doc_id = ?1",
	[STMT_DOC_GET] = "SELECT " DOC_COLUMNS " WHERE h.doc_id = ?1",
	[STMT_DOC_ADD] =
	    "INSERT INTO doc_head(source_id, url, title, published, published_ms, modified, language,"
	    " section, author, dateline, captions, text_state, words, first_seen_ms,"
	    " last_changed_ms) VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
	    " ?13, ?14, ?15)",
	[STMT_DOC_REPLACE] =
	    "UPDATE doc_head SET title = ?2, published = coalesce(?3, published),"
	    " published_ms = coalesce(nullif(?4, 0), published_ms), modified = coalesce(?5, modified),"
	    " language = coalesce(?6, language), section = coalesce(?7, section),"
	    " author = coalesce(?8, author), dateline = coalesce(?9, dateline), "
	    " captions = coalesce(?10, captions),"
	    " text_state = ?11, words = ?12, revision = ?13, last_changed_ms = ?14"
	    " WHERE doc_id = ?1",
	[STMT_DOC_URL] = "UPDATE doc_head SET url = ?2 WHERE doc_id = ?1",
	[STMT_DOC_GONE] =
	    "UPDATE doc_head SET gone_since_ms = coalesce(gone_since_ms, ?2) WHERE doc_id = ?1",
	[STMT_TEXT_GET] = "SELECT text FROM doc_text WHERE doc_id = ?1",
	[STMT_TEXT_BELOW] =
	    "SELECT doc_id, text FROM doc_text WHERE doc_id < ?1 ORDER BY doc_id DESC LIMIT 1",
	[STMT_TEXT_SET] =
	    "INSERT INTO doc_text(doc_id, text) VALUES (?1, ?2)"
	    " ON CONFLICT(doc_id) DO UPDATE SET text = excluded.text",
	[STMT_STORY_SET] = "UPDATE doc_head SET story = ?2 WHERE doc_id = ?1 AND story IS NULL",
	[STMT_STORY_MEMBERS] =
	    "SELECT doc_id FROM doc_head WHERE story = ?1 ORDER BY doc_id LIMIT ?2",
	[STMT_STORY_TOLD] =	/* document, channel */
	    "SELECT t.text FROM doc_head h JOIN doc_text t ON t.doc_id = h.doc_id WHERE h.story ="
	    " (SELECT story FROM doc_head WHERE doc_id = ?1) AND h.doc_id != ?1"
	    " AND EXISTS (SELECT 1 FROM event e JOIN delivery d ON d.seq = e.seq AND d.channel = ?2"
	    "  WHERE e.doc_id = h.doc_id) ORDER BY h.doc_id LIMIT 100",
	[STMT_LISTED] =		/* document, source: the row as this source listed it */
	    "SELECT c.listed_title, c.listed_published, c.listed_updated FROM doc_check c"
	    " JOIN doc_head h ON h.doc_id = c.doc_id WHERE c.doc_id = ?1 AND h.source_id = ?2",
	[STMT_LISTED_LAST] =	/* source, limit: the rows of its newest documents */
	    "SELECT c.listed_title, c.listed_published FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id"
	    " WHERE h.source_id = ?1 AND c.listed_title IS NOT NULL ORDER BY h.doc_id DESC LIMIT ?2",
	[STMT_LISTED_SET] =
	    "UPDATE doc_check SET listed_title = coalesce(?2, listed_title),"
	    " listed_published = coalesce(?3, listed_published),"
	    " listed_updated = coalesce(?4, listed_updated) WHERE doc_id = ?1",

	/* ---- rechecks ---- */
	[STMT_CHECK_ADD] =
	    "INSERT INTO doc_check(doc_id, next_check_ms, last_check_ms, etag, last_modified,"
	    " body_hash, listed_title, listed_published, listed_updated, http_status)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[STMT_CHECK_SET] =	/* id, next, at, pending, due, status */
	    "UPDATE doc_check SET next_check_ms = ?2, last_check_ms = ?3, pending_hash = ?4,"
	    " pending_due_ms = ?5, http_status = ?6, checks = checks + 1, failures = 0,"
	    " gone_checks = 0, last_error = NULL WHERE doc_id = ?1",
	[STMT_CHECK_AT] = "UPDATE doc_check SET next_check_ms = ?2 WHERE doc_id = ?1",
	[STMT_CHECK_HINTED] =
	    "UPDATE doc_check SET next_check_ms = ?2, hinted = 1 WHERE doc_id = ?1"
	    " AND (next_check_ms > ?2 OR next_check_ms = 0)",
	[STMT_CHECK_VALIDATORS] =
	    "UPDATE doc_check SET etag = ?2, last_modified = ?3,"
	    " body_hash = coalesce(?4, body_hash) WHERE doc_id = ?1",
	[STMT_DOCUMENT_LOOK_NEXT] =	/* source, behind document, looked at since; an imported one was never looked at */
	    "SELECT h.doc_id, h.first_seen_ms, h.last_changed_ms, max(c.last_check_ms, h.first_seen_ms), c.next_check_ms, c.checks,"
	    " c.failures, h.url, h.title, c.last_error FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id"
	    " WHERE h.source_id = ?1 AND h.doc_id > ?2 AND max(c.last_check_ms, h.first_seen_ms) >= ?3"
	    " ORDER BY h.doc_id LIMIT 1",
	[STMT_CHECK_SAME] =	/* a 304 need not repeat the validators */
	    "UPDATE doc_check SET next_check_ms = ?2, last_check_ms = ?3, pending_hash = NULL,"
	    " etag = coalesce(?4, etag), last_modified = coalesce(?5, last_modified),"
	    " checks = checks + 1, failures = 0, gone_checks = 0, last_error = NULL"
	    " WHERE doc_id = ?1",
	[STMT_CHECK_FAILED] =
	    "UPDATE doc_check SET next_check_ms = ?2, last_check_ms = ?3, http_status = ?4,"
	    " last_error = ?5, failures = failures + 1,"
	    " gone_checks = gone_checks + (?4 IN (404, 410)) WHERE doc_id = ?1",
	[STMT_CHECKS_DUE] =
	    "SELECT " LOOK_COLUMNS
	    " FROM (SELECT * FROM doc_check WHERE next_check_ms > 0 AND next_check_ms <= ?1"
	    "  ORDER BY next_check_ms LIMIT ?2) c JOIN doc_head h ON h.doc_id = c.doc_id"
	    " JOIN source s ON s.source_id = h.source_id"
	    " JOIN revision r ON r.doc_id = h.doc_id AND r.number = h.revision"
	    " WHERE s.configured = 1 ORDER BY c.next_check_ms",
	[STMT_DERIVED] =
	    "SELECT " LOOK_COLUMNS " FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id" DERIVED
	    " AND h.doc_id > ?2 ORDER BY h.doc_id LIMIT ?3",
	[STMT_COUNT_DERIVED] = "SELECT count(*) FROM doc_head h" DERIVED,

	[STMT_GONE_GET] =
	    "SELECT h.state, h.gone_since_ms, c.gone_checks, s.source_id, s.name, s.state, s.failures,"
	    " s.last_good_ms, c.last_error FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id"
	    " JOIN source s ON s.source_id = h.source_id WHERE h.doc_id = ?1",
	[STMT_GONE_LOOK] =	/* id, next, at, status, cause, does it count */
	    "UPDATE doc_check SET next_check_ms = ?2, last_check_ms = ?3, http_status = ?4,"
	    " last_error = ?5, failures = failures + 1, gone_checks = gone_checks + ?6,"
	    " pending_hash = NULL WHERE doc_id = ?1",
	[STMT_GONE_WAVE] =	/* source, from, until */
	    "SELECT count(*) FROM (SELECT 1 FROM doc_head WHERE source_id = ?1"
	    " AND gone_since_ms BETWEEN ?2 AND ?3 LIMIT 1000)",
	[STMT_GONE_WELL] =	/* source, since, limit: documents found in their place since */
	    "SELECT count(*) FROM (SELECT 1 FROM doc_head h JOIN doc_check c ON c.doc_id = h.doc_id"
	    " WHERE h.source_id = ?1 AND h.gone_since_ms IS NULL AND c.last_check_ms >= ?2"
	    " AND c.failures = 0 LIMIT ?3)",
	[STMT_CHANGE_COUNT] =	/* site, words, since: documents, and whether it was told */
	    "SELECT total(at_ms >= ?3), total(told) FROM same_change WHERE site = ?1 AND words = ?2",
	[STMT_CHANGE_RECENT] =
	    "SELECT count(*) FROM (SELECT 1 FROM same_change WHERE site = ?1 AND at_ms >= ?2 LIMIT 2)",
	[STMT_CHANGE_ADD] =
	    "INSERT INTO same_change(site, words, doc_id, at_ms, told) VALUES (?1, ?2, ?3, ?4, 0)"
	    " ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms",
	[STMT_CHANGE_PRUNE] = "DELETE FROM same_change WHERE site = ?1 AND told = 0 AND at_ms < ?2",
	[STMT_CHANGE_TOLD] = "UPDATE same_change SET told = 1 WHERE site = ?1 AND words = ?2",
	[STMT_CHECK_SISTERS] =	/* source, at, document, limit */
	    "UPDATE doc_check SET next_check_ms = ?2 WHERE next_check_ms > ?2 AND doc_id IN"
	    " (SELECT doc_id FROM doc_head WHERE source_id = ?1 AND doc_id != ?3 AND state = 0"
	    "  ORDER BY doc_id DESC LIMIT ?4)",
	[STMT_REVISION_RAW_SET] = "UPDATE revision SET raw_hash = ?3 WHERE doc_id = ?1 AND number = ?2",
	[STMT_DOC_STATE] =	/* id, state: there again or removed */
	    "UPDATE doc_head SET state = ?2, gone_since_ms = CASE ?2 WHEN 0 THEN NULL"
	    " ELSE gone_since_ms END WHERE doc_id = ?1",

	/* ---- revisions ---- */
	[STMT_REVISION_ADD] =
	    "INSERT INTO revision(doc_id, number, seen_ms, title, text_hash, compare_hash,"
	    " text_state, words, words_inserted, words_deleted, kinds, extractor, raw_hash,"
	    " content_type) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[STMT_REVISION_FIELDS] = "UPDATE revision SET fields = ?3 WHERE doc_id = ?1 AND number = ?2",
	[STMT_REVISION_REDERIVE] =
	    "UPDATE revision SET title = ?3, text_hash = ?4, compare_hash = ?5,"
	    " words = ?6, text_state = ?7, extractor = ?8 WHERE doc_id = ?1 AND number = ?2",
	[STMT_REVISION_HASH] = "SELECT text_hash FROM revision WHERE doc_id = ?1 AND number = ?2",
	[STMT_REVISION_TURNS] =	/* the newest ones, oldest first */
	    "SELECT * FROM (SELECT number, seen_ms, compare_hash FROM revision WHERE doc_id = ?1"
	    " ORDER BY number DESC LIMIT ?2) ORDER BY number",
	[STMT_REVISION_GET] =
	    "SELECT title, text_hash, text_state, words, seen_ms, fields FROM revision"
	    " WHERE doc_id = ?1 AND number = ?2",
	[STMT_REVISION_NEXT] =
	    "SELECT number, seen_ms, title, words, words_inserted, words_deleted, kinds, text_hash,"
	    " raw_hash, extractor, pruned_ms FROM revision WHERE doc_id = ?1 AND number > ?2"
	    " ORDER BY number LIMIT 1",
	[STMT_REVISION_RAW] =	/* revision 0: the newest */
	    "SELECT raw_hash, content_type FROM revision WHERE doc_id = ?1"
	    " AND (?2 = 0 OR number = ?2) ORDER BY number DESC LIMIT 1",
	[STMT_OLD_TEXT_GET] = "SELECT base, depth, size, zstd FROM old_text WHERE hash = ?1",
	[STMT_OLD_TEXT_ADD] =
	    "INSERT INTO old_text(hash, base, depth, size, zstd) VALUES (?1, ?2, ?3, ?4, ?5)",
	[STMT_RAW_GET] = "SELECT base, depth, size, zstd FROM raw WHERE hash = ?1",
	[STMT_RAW_ADD] =
	    "INSERT INTO raw(hash, base, depth, size, zstd, content_type)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",

#include "store/stmt_outbox.inc"

	[STMT_IMPORT_SOURCE] =	/* one that no configuration knows yet */
	    "INSERT INTO source(name, url, labels, configured, baseline, parked)"
	    " VALUES (?1, ?2, ?3, 0, 1, 1) ON CONFLICT DO NOTHING",
	[STMT_IMPORT_HEAD] =	/* document, revision, last changed, state */
	    "UPDATE doc_head SET revision = ?2, last_changed_ms = ?3, state = ?4 WHERE doc_id = ?1",
	[STMT_IMPORT_REVISION] =
	    "UPDATE revision SET number = ?2, seen_ms = ?3 WHERE doc_id = ?1 AND number = 1",
	[STMT_CHANNELS] = "SELECT " CHANNEL_COLUMNS " FROM delivery GROUP BY channel ORDER BY channel",
	[STMT_CHANNELS_OPEN] =	/* the same without what was told, which may be a million */
	    "SELECT " CHANNEL_COLUMNS " FROM (" OPEN_DELIVERIES("") ") GROUP BY channel ORDER BY channel",
	[STMT_CHANNEL_ERROR] =	/* of the newest failed attempt that is not made good */
	    "SELECT last_error, done_ms FROM (" OPEN_DELIVERIES(" AND channel = ?1") ")"
	    " WHERE last_error IS NOT NULL ORDER BY done_ms DESC LIMIT 1",
	[STMT_DEAD_LETTERS] =
	    "SELECT d.seq, d.channel, e.event_id, e.kind, s.name, d.attempts, d.first_ms, d.done_ms,"
	    " d.last_error FROM delivery d JOIN event e ON e.seq = d.seq"
	    " JOIN source s ON s.source_id = d.source_id WHERE d.state = 2 ORDER BY d.seq, d.channel",
	[STMT_REDELIVER_DEAD] =	/* channel or NULL, at */
	    "UPDATE delivery SET state = 0, attempts = 0, not_before_ms = ?2"
	    " WHERE state = 2 AND (?1 IS NULL OR channel = ?1)",
	[STMT_REDELIVER_EVENT] =	/* the same, event */
	    "UPDATE delivery SET state = 0, attempts = 0, not_before_ms = ?2, batch = NULL"
	    " WHERE seq = ?3 AND state IN (1, 2) AND (?1 IS NULL OR channel = ?1)",
	[STMT_REDELIVER_ADD] =
	    "INSERT INTO delivery(channel, source_id, seq, first_ms, not_before_ms)"
	    " SELECT ?1, source_id, seq, ?2, ?2 FROM event WHERE seq = ?3 ON CONFLICT DO NOTHING",

	/* ---- reading: last id, the filters, one source ---- */
	[STMT_LIST_NEXT] =
	    "SELECT " DOC_COLUMNS " WHERE h.doc_id < ?1 AND" LIST_FILTERS
	    " ORDER BY h.doc_id DESC LIMIT 1",
	[STMT_LIST_NEXT_SOURCE] =
	    "SELECT " DOC_COLUMNS " WHERE h.source_id = ?15 AND h.doc_id < ?1 AND" LIST_FILTERS
	    " ORDER BY h.doc_id DESC LIMIT 1",
	[STMT_WALK_NEXT] =
	    "SELECT " DOC_COLUMNS " WHERE h.doc_id > ?1 AND" LIST_FILTERS
	    " ORDER BY h.doc_id LIMIT 1",

	/* ---- search ---- */
	[STMT_SEARCH] =		/* expression, limit, from; to at 17 */
	    "SELECT rowid, presswatch_rank(search) FROM search WHERE search MATCH ?1"
	    " AND rowid BETWEEN ?3 AND ?17 ORDER BY rowid DESC LIMIT ?2",
	[STMT_SEARCH_NARROW] =	/* the same, between them the filters' */
	    "SELECT search.rowid, presswatch_rank(search) FROM search"
	    " CROSS JOIN doc_head h ON h.doc_id = search.rowid WHERE search MATCH ?1"
	    " AND search.rowid BETWEEN ?3 AND ?17 AND"
	    SEARCH_FILTERS
	    " ORDER BY search.rowid DESC LIMIT ?2",
	[STMT_FIND_NEWEST] =	/* expression, limit, -, then the filters' */
	    "SELECT search.rowid FROM search CROSS JOIN doc_head h ON h.doc_id = search.rowid"
	    " WHERE search MATCH ?1 AND"
	    SEARCH_FILTERS
	    " ORDER BY search.rowid DESC LIMIT ?2",
	[STMT_FIND_OLDEST] =
	    "SELECT search.rowid FROM search CROSS JOIN doc_head h ON h.doc_id = search.rowid"
	    " WHERE search MATCH ?1 AND"
	    SEARCH_FILTERS
	    " ORDER BY search.rowid LIMIT ?2",
	[STMT_SEARCH_HISTORY] =	/* the same; expression for earlier texts, order, at: both indexes, each document once */
	    "SELECT doc_id, number, min(score) FROM ("
	    "SELECT * FROM (SELECT search.rowid AS doc_id, 0 AS number, search.rank AS score FROM search"
	    " CROSS JOIN doc_head h ON h.doc_id = search.rowid WHERE search MATCH ?1"
	    " AND h.last_changed_ms <= ?19 AND" SEARCH_FILTERS " ORDER BY search.rowid DESC LIMIT ?3)"
	    " UNION ALL "
	    "SELECT * FROM (SELECT old_search.rowid / 65536, old_search.rowid % 65536, old_search.rank"
	    " FROM old_search CROSS JOIN doc_head h ON h.doc_id = old_search.rowid / 65536"
	    " WHERE old_search MATCH ?17 AND (?19 = 9223372036854775807 OR EXISTS (SELECT 1 FROM revision v"
	    "  JOIN revision n ON n.doc_id = v.doc_id AND n.number = v.number + 1"
	    "  WHERE v.doc_id = h.doc_id AND v.number = old_search.rowid % 65536 AND v.seen_ms <= ?19"
	    "  AND n.seen_ms > ?19)) AND" SEARCH_FILTERS " ORDER BY old_search.rowid DESC LIMIT ?3)"
	    ") GROUP BY doc_id ORDER BY CASE ?18 WHEN 0 THEN min(score) WHEN 1 THEN -doc_id ELSE doc_id END,"
	    " doc_id DESC LIMIT ?2",
	/* ---- pruning ---- */
	[STMT_RAW_TYPE] = "SELECT content_type FROM raw WHERE hash = ?1",
	[STMT_RAW_DROP] = "DELETE FROM raw WHERE hash = ?1",
	[STMT_OLD_TEXT_DROP] = "DELETE FROM old_text WHERE hash = ?1",
	[STMT_REVISION_PRUNED] =
	    "SELECT 1 FROM revision WHERE doc_id = ?1 AND text_hash = ?2 AND pruned_ms IS NOT NULL LIMIT 1",
	[STMT_DOC_STUB_TEXT] = "DELETE FROM doc_text WHERE doc_id = ?1",
	[STMT_DOC_STUB_HEAD] = "UPDATE doc_head SET text_state = 1 WHERE doc_id = ?1",
	[STMT_OLD_WAITS] = "SELECT 1 FROM unindexed_revision WHERE doc_id = ?1 AND number = ?2",
	[STMT_REMOVED_DROP] = "DELETE FROM removed WHERE doc_id = ?1 AND number = ?2",

	[STMT_OLD_WAIT] =
	    "INSERT INTO unindexed_revision(doc_id, number) SELECT ?1, ?2 WHERE ?2 < 65536"
	    " ON CONFLICT DO NOTHING",
	[STMT_OLD_NEXT] = "SELECT doc_id, number FROM unindexed_revision LIMIT 1",
	[STMT_OLD_DONE] = "DELETE FROM unindexed_revision WHERE doc_id = ?1 AND number = ?2",
	[STMT_OLD_ADD] = "INSERT INTO old_search(rowid, title, text, removed) VALUES (?1, ?2, ?3, ?4)",
	[STMT_OLD_REMOVE] =
	    "INSERT INTO old_search(old_search, rowid, title, text, removed)"
	    " VALUES ('delete', ?1, ?2, ?3, ?4)",
	[STMT_REMOVED_SET] =
	    "INSERT INTO removed(doc_id, number, words) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
	[STMT_REMOVED_GET] = "SELECT words FROM removed WHERE doc_id = ?1 AND number = ?2",
	[STMT_REVISION_AT] =	/* an imported document begins with a later one than the first */
	    "SELECT coalesce((SELECT max(number) FROM revision WHERE doc_id = ?1 AND seen_ms <= ?2),"
	    " (SELECT min(number) FROM revision WHERE doc_id = ?1))",
	[STMT_STATE_AT] =	/* document, at, kinds removed and restored */
	    "SELECT kind FROM event WHERE doc_id = ?1 AND time_ms <= ?2 AND kind IN (?3, ?4)"
	    " ORDER BY seq DESC LIMIT 1",
	[STMT_STORY_OF] = "SELECT coalesce(story, doc_id) FROM doc_head WHERE doc_id = ?1",
	[STMT_SNIPPET] =
	    "SELECT snippet(search, 1, char(2), char(3), '…', 32) FROM search"
	    " WHERE search MATCH ?1 AND rowid = ?2",
	[STMT_INDEX_GET] =
	    "SELECT h.title, t.text FROM doc_head h LEFT JOIN doc_text t ON t.doc_id = h.doc_id WHERE h.doc_id = ?1",
	/* One row by VALUES: after INSERT ... SELECT, FTS5 writes a segment of its own for each document. */
	[STMT_SEARCH_ADD] = "INSERT INTO search(rowid, title, text) VALUES (?1, ?2, ?3)",
	[STMT_SEARCH_REMOVE] =
	    "INSERT INTO search(search, rowid, title, text) VALUES ('delete', ?1, ?2, ?3)",
	[STMT_SEARCH_MERGE] = "INSERT INTO search(search, rank) VALUES ('merge', ?1)",
	[STMT_UNINDEXED_ADD] = "INSERT INTO unindexed(doc_id) VALUES (?1) ON CONFLICT DO NOTHING",
	[STMT_UNINDEXED_NEXT] =
	    "SELECT doc_id FROM unindexed WHERE doc_id > ?1 ORDER BY doc_id LIMIT 1",
	[STMT_UNINDEXED_DONE] = "DELETE FROM unindexed WHERE doc_id = ?1",
	[STMT_NEAR_ADD] =
	    "INSERT INTO near(band, doc_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
	[STMT_NEAR_REMOVE] = "DELETE FROM near WHERE band = ?1 AND doc_id = ?2",
	[STMT_NEAR_BAND] = "SELECT doc_id FROM near WHERE band = ?1 ORDER BY doc_id DESC LIMIT ?2",

	/* ---- counts ---- */
	[STMT_DOC_LAST] = "SELECT coalesce(max(doc_id), 0) FROM doc_head",
	[STMT_COUNT_DOCUMENTS] = "SELECT max(doc_id) FROM doc_head",	/* no row is ever taken out */
	[STMT_COUNT_REVISIONS] = "SELECT count(*) FROM revision",
	[STMT_COUNT_EVENTS] = "SELECT max(seq) FROM event",
	[STMT_COUNT_CANDIDATES] = "SELECT count(*) FROM candidate",
	[STMT_COUNT_WAITING] =
	    "SELECT (SELECT count(*) FROM delivery WHERE state = 0) + (SELECT count(*) FROM delivery WHERE state = 3)",
	[STMT_COUNT_DEAD] = "SELECT count(*) FROM delivery WHERE state = 2",
	[STMT_COUNT_RAW] = "SELECT total(length(zstd)) FROM raw",
	[STMT_COUNT_UNINDEXED] = "SELECT count(*) FROM unindexed",
};
