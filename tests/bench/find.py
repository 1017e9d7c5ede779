#!/usr/bin/env python3
"""Measure discovery on the shared replay corpus: recall, other links, titles and dates of listings,
feeds and sitemaps.   find.py DRIVER [--only PREFIX] [--show] [--kind listing|feed|sitemap]"""
import argparse
import datetime
import html
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import unicodedata
from urllib.parse import quote, unquote, urljoin, urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("PRESSWATCH_SHARED") or os.path.join(HERE, "..", "..", "..", "shared")


def key(url):
    url = (url or "").strip()
    mark = url.partition("#presswatch-item=")[2]
    url = url.split("#")[0] + ("?item=" + mark if mark else "")
    parts = urlsplit(url)
    path = quote(unquote(parts.path), safe="/") or "/"
    query = quote(unquote(parts.query.replace("+", " ")), safe="=&")
    return "%s%s%s" % (parts.netloc.lower(), path, "?" + query if query else "")


def instant(iso):
    try:
        d = datetime.datetime.fromisoformat((iso or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return d if d.tzinfo else None


def words(text):
    text = re.sub(r"<[a-zA-Z/][^>]*>", " ", html.unescape(text or ""))
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"\w+", text.replace("’", "'").replace("'", ""))


def title_agrees(got, item):
    """A stated title of a court is a harmonised case name: most of its words must be there."""
    want = item.get("title") or item.get("title_stated") or item.get("anchor_text")
    if not want:
        return None
    if not got:
        return False
    g, w = words(got), words(want)
    if "title" in item:
        return g == w
    if not w:
        return None
    w = [x for x in w if x not in ("v", "vs", "versus", "the", "of", "in", "re", "and", "a")]
    if not w:
        return None
    return sum(x in g for x in w) / len(w) >= 0.6


# Differences that we hold to be right: (file, field), with the reason.
RIGHT = {
    ("files/podcast-4f470cfa.xml", "date"): "\"+3000\" is no offset that exists: read without one, where the case adds 30 hours",
}


def rows_of(site):
    folder = os.path.join(SHARED, "sites", site)
    rows = []
    for name in ("pages.jsonl",):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            rows += [json.loads(line) for line in open(path, encoding="utf-8")]
    path = os.path.join(folder, "steps.json")
    if os.path.exists(path):
        steps = json.load(open(path, encoding="utf-8"))
        for step in steps["steps"] if isinstance(steps, dict) else steps:
            rows += step.get("set", [])
    meta = {}
    if os.path.exists(os.path.join(folder, "META.json")):
        meta = json.load(open(os.path.join(folder, "META.json"), encoding="utf-8"))
    seen = set()
    for row in rows:
        if row["role"] not in ("listing", "feed", "sitemap") or (row["file"], row["url"]) in seen:
            continue
        seen.add((row["file"], row["url"]))
        host = (meta.get("hosts") or ["127.0.0.1:8097"])[0]
        original = row.get("origin_url") or meta.get("original_url") or ""
        for item in (row.get("expected") or {}).get("items") or []:
            there = urlsplit(item.get("url") or "").netloc
            if there in (meta.get("hosts") or []):
                host = there
                break
        base = "https://%s%s" % (host, row["url"])
        if original.startswith("http") and row["role"] == "listing":
            base = original
        if site == "feeds-feedparser":
            base = "http://127.0.0.1:8097" + row["url"]
        yield folder, row, base


def run(driver, jobs):
    """One process for all; where it hangs or falls, that job alone is an error and the rest go on."""
    answers = []
    while len(answers) < len(jobs):
        text = "".join(json.dumps(job) + "\n" for job in jobs[len(answers):])
        with tempfile.TemporaryFile() as out:
            try:
                code = subprocess.run([driver], input=text.encode(), stdout=out, timeout=60).returncode
            except subprocess.TimeoutExpired:
                code = "time"
            out.seek(0)
            answers += [json.loads(line) for line in out.read().decode().splitlines()]
        if len(answers) < len(jobs):
            answers.append({"error": "driver ended: %s" % code})
    return answers


def judge(row, got):
    expected = row.get("expected") or {}
    items = expected.get("items")
    if items is None:
        items = expected.get("urls") or []
    base = row["base"]
    found = {}
    for c in got.get("list", []):
        found.setdefault(key(c["url"]), c)
    result = dict(items=0, hit=0, title=[0, 0], date=[0, 0], missed=[], wrong=[])
    wanted = set()
    # what is stated without an address, or with a name in its place, is known by its name and title
    by_id = {(c.get("guid"), " ".join(words(c.get("title")))): key(c["url"]) for c in got.get("list", [])}
    for item in items:
        name = (item.get("id"), " ".join(words(item.get("title"))))
        if not item.get("url"):
            if row["role"] != "feed" or not item.get("title"):
                continue
            k = by_id.get(name, "no item of this title: %s" % item["title"])
        else:
            k = key(urljoin(base, item["url"]))
            if not re.match("[hH][tT][tT][pP]", item["url"]) and item["url"] == item.get("id"):
                k = by_id.get(name, k)
        if k in wanted:
            continue
        wanted.add(k)
        result["items"] += 1
        c = found.get(k)
        if c is None:
            result["missed"].append(item)
            continue
        result["hit"] += 1
        ok = title_agrees(c.get("title"), item)
        if ok is not None and row["role"] != "sitemap":
            result["title"][0] += ok
            result["title"][1] += 1
            if not ok:
                result["wrong"].append(("title", c.get("title"), item.get("title") or item.get("title_stated")))
        date = item.get("date") or item.get("date_stated")
        if date:
            iso = ((c.get("published") or {}).get("iso") or "")
            ok = iso[:10] == date[:10] or (instant(iso) is not None and instant(iso) == instant(date))
            result["date"][0] += ok
            result["date"][1] += 1
            if not ok:
                result["wrong"].append(("date", iso, date, c.get("title"), RIGHT.get((row["file"], "date"), "")))
    result["others"] = [c for k, c in found.items() if k not in wanted]
    return result


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("driver")
    ap.add_argument("--only", default="")
    ap.add_argument("--kind", default="listing")
    ap.add_argument("--show", action="store_true")
    args = ap.parse_args()
    sites = sorted(s for s in os.listdir(os.path.join(SHARED, "sites")) if s.startswith(args.only))
    jobs, rows = [], []
    for site in sites:
        if not os.path.isdir(os.path.join(SHARED, "sites", site)) or site == "feeds-feedparser":
            continue
        for folder, row, base in rows_of(site):
            if row["role"] != args.kind:
                continue
            row["site"], row["base"] = site, base
            rows.append(row)
            jobs.append({"file": os.path.join(folder, row["file"]), "url": base, "kind": args.kind,
                         "content_type": row.get("content_type"), "now_ms": 1800000000000})
    answers = run(args.driver, jobs)
    groups = {}
    for row, got in zip(rows, answers):
        r = judge(row, got)
        family = row["site"].split("-")[0] if row["site"].startswith(("court", "congress")) else row["site"]
        g = groups.setdefault(family, dict(items=0, hit=0, t=[0, 0], d=[0, 0], other=[], n=0, sec=0, parse=0, oth=0, page=[]))
        g["n"] += 1
        g["items"] += r["items"]
        g["hit"] += r["hit"]
        for i in (0, 1):
            g["t"][i] += r["title"][i]
            g["d"][i] += r["date"][i]
        g["oth"] += len(r["others"])
        if r["items"]:
            g["other"].append(len(r["others"]) / r["items"])
            g["page"].append(100.0 * r["hit"] / r["items"])
        g["sec"] += got.get("seconds", 0)
        g["parse"] += got.get("parse_seconds", 0)
        if args.kind == "listing" or args.show or r["missed"] or r["wrong"] or got.get("error"):
            print("%-34s %-44s %3d/%3d other %3d title %3d/%3d date %3d/%3d  %.1f ms (parse %.1f) %s" % (
                row["site"][:34], row["file"][6:50], r["hit"], r["items"], len(r["others"]), *r["title"],
                *r["date"], 1000 * got.get("seconds", 0), 1000 * got.get("parse_seconds", 0),
                got.get("error", "")))
        if args.kind == "feed" and not args.show:
            for w in r["wrong"]:
                print("    differs", w)
        if args.show:
            for m in r["missed"][:6]:
                print("    missed", m.get("url"), "|", m.get("anchor_text"), "|", m.get("title") or m.get("title_stated"))
            for w in r["wrong"][:6]:
                print("    wrong", w)
            for c in r["others"][:12]:
                print("    other", c["url"], "|", c.get("title"), "|", c.get("why"))
    print()
    for family, g in sorted(groups.items()):
        pct = lambda a, b: "%6.2f%%" % (100.0 * a / b) if b else "   -   "
        print("%-30s pages %3d items %5d recall %s (mean of pages %6.2f%%) precision %s other/item median %.2f title %s date %s  find/parse %.2f" % (
            family, g["n"], g["items"], pct(g["hit"], g["items"]),
            statistics.mean(g["page"] or [0]), pct(g["hit"], g["hit"] + g["oth"]),
            statistics.median(g["other"] or [0]), pct(*g["t"]), pct(*g["d"]), g["sec"] / g["parse"] if g["parse"] else 0))


if __name__ == "__main__":
    sys.exit(main())
