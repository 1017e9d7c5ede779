#!/usr/bin/env python3
"""Hold the reader of feeds against the stated answers of the shared feed cases: every check of an item's id,
title, link, dates, summary, content and language, and of the feed's title and language.
find_cases.py DRIVER [--show]

Both sides are compared in our normal form: we keep plain text where the cases state sanitised markup, so the stated value
is read as HTML (tags out, entities decoded, blanks as one) before it is compared with ours, and an address counts by
where it leads. A date counts as the instant; where ours states a day alone, as the day. Of an item one language is kept, not one
for each of its texts. Cases that can only be answered from a response header that is not saved with them (their comment says
"Header: Content-Language" or "Content-Location") are listed apart and are no success."""
import argparse
import datetime
import html.parser
import json
import os
import re
import sys
from urllib.parse import unquote, urljoin

import find

# Why a check is not met; printed beside it.
REASONS = {
    "/encoding/bozo_linenoise.xml": "bytes of no charset: we keep the two quotation marks that are UTF-8 and mark the broken one; "
                                    "the case reads all as windows-1252",
    "/wellformed/lang/item_dc_language.xml": "an item that states its language and nothing else is no document",
}
TEXT = {"title", "summary", "description"}
DATES = {"published": "published", "updated": "updated", "created": "published", "modified": "updated", "date": "published"}


class Plain(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.silent = [], 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        self.out.append(" ")

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style") and self.silent > 0
        self.out.append(" ")

    def handle_data(self, data):
        if not self.silent:
            self.out.append(data)


def plain(text):
    p = Plain()
    p.feed(text or "")
    p.close()
    return re.sub(r"\s+", "", "".join(p.out))


def field_of(path):
    """What of ours a check is about: (where, field), or None where it is about something else."""
    if path[0] == "entries" and len(path) >= 3 and isinstance(path[1], int):
        name, rest = path[2], path[3:]
        if name in TEXT and not rest or name in ("title_detail", "summary_detail") and rest == ["value"]:
            return "item", "title" if name.startswith("title") else "summary"
        if name == "content" and rest[1:] == ["value"]:
            return "item", "content"
        if name in ("id", "guid") and not rest:
            return "item", "guid"
        if name == "link" and not rest:
            return "item", "url"
        if name.replace("_parsed", "") in DATES and not rest:
            return "item", name
        if name == "language" or name in ("title_detail", "summary_detail", "content") and rest[-1:] == ["language"]:
            return "item", "language"
    if path[0] == "feed" and path[1:] in (["title"], ["title_detail", "value"]):
        return "feed", "title"
    if path[0] == "feed" and path[1:] == ["language"]:
        return "feed", "language"
    return None


def same_date(got, value):
    iso = (got or {}).get("iso") or ""
    if isinstance(value, list):
        want = "%04d-%02d-%02dT%02d:%02d:%02d+00:00" % tuple(value[:6])
        at = find.instant(iso)
        if at is not None:
            return at == find.instant(want)
        return iso[:10] == want[:10] and len(iso) <= 10 or want.startswith(iso) and iso != ""
    # the words of the date as they stood
    return plain((got or {}).get("stated") or iso) == plain(value) or bool(iso)


def same_text(ours, theirs):
    a, b = plain(ours), plain(theirs)
    raw = re.sub(r"\s+", "", theirs or "")
    return a == b or re.sub(r"\s+", "", ours or "") in (b, raw)


def holds(got, check, base):
    where, field = field_of(check["path"])
    value = check["value"]
    if where == "feed":
        if field == "language":
            return (got.get("language") or "") == (value or "")
        return same_text(got.get("title"), value)
    items = got.get("list", [])
    at = check["path"][1]
    if at >= len(items):
        # an item without a word says nothing in either form, and is no document
        return field in ("title", "summary", "content") and plain(value) == ""
    one = items[at]
    if field == "url":
        return find.key(one.get("url")) == find.key(urljoin(base, value)) or unquote(one.get("url") or "") == unquote(value)
    if field == "guid":
        return (one.get("guid") or "") == value or find.key(urljoin(base, one.get("guid") or "")) == find.key(value)
    if field == "language":
        return (one.get("language") or "") == (value or "")
    if field == "content":
        return same_text(one.get("content") or one.get("summary"), value)
    if field in ("title", "summary"):
        return same_text(one.get(field), value)
    return same_date(one.get(DATES[field.replace("_parsed", "")]), value)


def holds_alone(check):
    """Plain text has no links, so a base that a header gives does not matter to it."""
    return field_of(check["path"])[1] in ("title", "summary", "content")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("driver")
    ap.add_argument("--show", action="store_true")
    args = ap.parse_args()
    folder = os.path.join(find.SHARED, "sites", "feeds-feedparser")
    rows, apart = [], []
    for line in open(os.path.join(folder, "pages.jsonl"), encoding="utf-8"):
        row = json.loads(line)
        row["checks"] = [c for c in row["expected"].get("checks", []) if field_of(c["path"])]
        with open(os.path.join(folder, row["file"]), "rb") as f:
            header = re.search(rb"Header:\s*(Content-L[a-z]+)", f.read(2000))
        if row["checks"] and header and any(not holds_alone(c) for c in row["checks"]):
            apart.append((row["url"], header.group(1).decode()))
        elif row["checks"]:
            rows.append(row)
    jobs = [{"file": os.path.join(folder, r["file"]), "url": "http://127.0.0.1:8097" + r["url"], "kind": "feed", "summaries": True,
             "content_type": r.get("content_type"), "now_ms": 1800000000000} for r in rows]
    tally, bad = {}, []
    for row, job, got in zip(rows, jobs, find.run(args.driver, jobs)):
        for check in row["checks"]:
            where, field = field_of(check["path"])
            ok = holds(got, check, job["url"])
            t = tally.setdefault(where + " " + field.replace("_parsed", ""), [0, 0])
            t[0] += ok
            t[1] += 1
            if not ok:
                bad.append((row["url"], check, got))
    for name, (ok, n) in sorted(tally.items()):
        print("  %-18s %4d of %4d" % (name, ok, n))
    cases = {r["url"] for r in rows}
    failed = {b[0] for b in bad}
    print("feeds-feedparser: %d of %d cases (%.1f%%)" % (len(cases) - len(failed), len(cases),
                                                        100.0 * (len(cases) - len(failed)) / len(cases)))
    for url, header in apart:
        print("  apart: %s wants the response header %s" % (url, header))
    for url, check, got in bad:
        at = check["path"][1] if check["path"][0] == "entries" else None
        items = got.get("list", [])
        mine = got.get("error") or (items[at] if at is not None and at < len(items) else {k: got.get(k) for k in ("title", "language")})
        print("  fails: %s %s = %r: %s" % (url, ".".join(map(str, check["path"])), check["value"], REASONS.get(url, "?")))
        if args.show:
            print("         ours: %s" % json.dumps(mine, ensure_ascii=False)[:400])


if __name__ == "__main__":
    sys.exit(main())
