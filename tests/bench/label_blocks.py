#!/usr/bin/env python3
"""Label the blocks of pages as body or not, from the truth of a set (development half).

usage: label_blocks.py TRUTH.jsonl ROWS WEIGHT [no-lists] >> LABELLED

ROWS: what extract_manifest --rows wrote, tab separated: id, block, kind (1: in a list, 2: headline or
caption, which have fields of their own), text as JSON, numbers.
Output, a line a row in the same order: site label weight numbers; label -1: unknown, not trained on.
no-lists: the truth leaves list items out by habit, so an item that it lacks is unknown.
"""
import hashlib
import json
import re
import sys
import urllib.parse
from collections import defaultdict

UNI = re.compile(r'[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|'
                 r'[^\W\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+', re.UNICODE)
RUN = 4


def site(truth):
    """A number for the site: pages of one site are alike, so they are learnt from or tried on together."""
    host = (urllib.parse.urlsplit(truth.get('url') or '').hostname or truth['id']).split('.')
    keep = 3 if len(host) > 2 and len(host[-2]) <= 3 and len(host[-1]) == 2 else 2
    return int(hashlib.sha1('.'.join(host[-keep:]).encode()).hexdigest()[2:8], 16)


def norm(s):
    return re.sub(r'\s+', ' ', s).strip()


def by_body(body, blocks):
    """Share of each block's runs of words found in the truth, in order as far as possible."""
    truth = UNI.findall(body)
    where = defaultdict(list)
    for i in range(len(truth) - RUN + 1):
        where[tuple(truth[i:i + RUN])].append(i)
    spans, used = [], set()
    for tokens in blocks:
        best, hits = None, 0
        if len(tokens) >= RUN:
            for i in range(len(tokens) - RUN + 1):
                for at in where.get(tuple(tokens[i:i + RUN]), ()):
                    if at not in used:
                        hits += 1
                        used.add(at)
                        if best is None:
                            best = at - i
                        break
            spans.append((hits / (len(tokens) - RUN + 1), best))
        else:
            spans.append((None, None))
    # Short blocks: the words that follow the last match, or come before the next.
    share = [s for s, _ in spans]
    end = None
    for i, tokens in enumerate(blocks):
        s, at = spans[i]
        if s is not None:
            if s > 0.5 and at is not None:
                end = at + len(tokens)
        elif tokens and end is not None and truth[end:end + len(tokens)] == tokens:
            share[i] = 1.0
            end += len(tokens)
    begin = None
    for i in range(len(blocks) - 1, -1, -1):
        s, at = spans[i]
        tokens = blocks[i]
        if s is not None:
            if s > 0.5 and at is not None:
                begin = at
        elif tokens and share[i] is None and begin is not None and begin >= len(tokens) \
                and truth[begin - len(tokens):begin] == tokens:
            share[i] = 1.0
            begin -= len(tokens)
    out = []
    for i, s in enumerate(share):
        s = 0.0 if s is None else s
        label = 1 if s >= 0.6 else 0 if s <= 0.25 else -1
        out.append((label, (len(blocks[i]) + 2) / (len(truth) + 60)))
    return out


def by_segments(must, must_not, texts):
    out = []
    for t in texts:
        t = norm(t)
        label = -1
        if any(m in t or (len(t) > 20 and t in m) for m in must):
            label = 1
        elif any(m in t or (len(t) > 20 and t in m) for m in must_not):
            label = 0
        out.append((label, 0.12))
    return out


def main():
    truth = {}
    with open(sys.argv[1], encoding='utf-8') as f:
        for line in f:
            t = json.loads(line)
            truth[t['id']] = t
    scale, no_lists = float(sys.argv[3]), 'no-lists' in sys.argv[4:]
    pages, order = defaultdict(list), []
    with open(sys.argv[2], encoding='utf-8', errors='replace') as f:
        for line in f:
            page, _, in_list, text, numbers = line.rstrip('\n').split('\t')
            if page not in pages:
                order.append(page)
            pages[page].append((in_list, json.loads(text, strict=False), numbers))
    for page in order:
        rows, t = pages[page], truth[page]
        number = site(t)
        if t.get('body'):
            labels = by_body(t['body'], [UNI.findall(r[1]) for r in rows])
        elif t.get('must') or t.get('must_not'):
            labels = by_segments([norm(x) for x in t.get('must', [])],
                                 [norm(x) for x in t.get('must_not', [])], [r[1] for r in rows])
        else:
            labels = [(-1, 0)] * len(rows)
        bad = sum(w for lab, w in labels if lab == 0)
        for (in_list, _, numbers), (label, w) in zip(rows, labels):
            if in_list == '2' or (label == 0 and no_lists and in_list == '1'):
                label = -1
            if label == 0 and bad > 2:
                w *= 2 / bad
            print(number, label, '%.5f' % min(w * scale, 0.5 * scale), numbers)


if __name__ == '__main__':
    main()
