#!/usr/bin/env python3
"""Near-duplicates among the real texts of the shared folder: every text of 40 words and more as its publisher has it, and copies of it on other
sites as wire services make them: paragraphs cut and moved, a line of their own before and behind, words put by others, each in ten strengths. How
alike two texts are is computed here from their word 3-shingles (characters where a script has no blanks); what is found and
joined is the archive's answer.   story_pairs.py STORY_PUT SHARED"""
import collections, glob, gzip, json, os, random, re, subprocess, sys, tempfile, unicodedata

UNSPACED = re.compile('[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]')
STRENGTHS = (0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.10, 0.14, 0.2)


def words(text):
    out = []
    for w in re.findall(r'\w+', unicodedata.normalize('NFC', text).lower()):
        for part in UNSPACED.sub(lambda m: ' %s ' % m.group(0), w).split():
            out.append(part)
    return out


def shingles(text):
    w = words(text)
    return set(zip(w, w[1:], w[2:]))


def texts(shared):
    """(site, address, title, date, text) of all that is known in words."""
    for folder in sorted(glob.glob(os.path.join(shared, 'sites', '*'))):
        rows = []
        for name in ('pages.jsonl', 'steps.json'):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                data = open(path, encoding='utf-8').read()
                rows += [json.loads(x) for x in data.splitlines() if x.strip()] if name == 'pages.jsonl' else [r for s in json.loads(data)['steps'] for r in s.get('set', [])]
        last = {r.get('url'): r for r in rows}
        for url, r in last.items():
            e = r.get('expected') or {}
            text = e.get('text') or '\n\n'.join(e.get('paragraphs') or []) or e.get('text_core') or e.get('text_seed') or ''
            if isinstance(text, str) and len(words(text)) >= 40:
                yield os.path.basename(folder), url, e.get('title') or '', str(e.get('date') or '')[:10], text.replace('\n', '\n\n').replace('\n\n\n\n', '\n\n')


def copy(r, text, strength, vocabulary):
    paragraphs = text.split('\n\n')
    if strength > 0.02 and len(paragraphs) > 3 and r.random() < 0.5:
        i = r.randrange(len(paragraphs) - 1)
        paragraphs[i], paragraphs[i + 1] = paragraphs[i + 1], paragraphs[i]
    if strength > 0.05 and len(paragraphs) > 4 and r.random() < 0.5:
        paragraphs.pop(r.randrange(1, len(paragraphs)))
    text = '\n\n'.join(paragraphs)
    if not UNSPACED.search(text):
        text = re.sub(r'[^\W\d]{3,}', lambda m: r.choice(vocabulary) if r.random() < strength else m.group(0), text)
    else:
        text = re.sub(r'[^\W\d]', lambda m: r.choice(vocabulary) if r.random() < strength else m.group(0), text)
    return ('The Wire, this morning. ' if r.random() < 0.5 else '') + text + ('\n\nReporting by our own desk.' if r.random() < 0.5 else '')


def main(driver, shared):
    r, known, lines = random.Random(6), [], []
    seen = set()
    for site, url, title, date, text in texts(shared):
        if text not in seen:
            seen.add(text)
            known.append((site, url, title, date, text))
    for n, (site, url, title, date, text) in enumerate(known):
        vocabulary = [w for w in re.findall(r'[^\W\d]{3,}', known[(n * 7 + 3) % len(known)][4])] if not UNSPACED.search(text) else list(re.findall(r'[^\W\d]', text))
        lines.append((n, {'url': 'https://www.%s.example%s' % (re.sub(r'\W', '-', site), url if url.startswith('/') else '/' + url), 'title': title, 'date': date, 'text': text}))
        for k, strength in enumerate(STRENGTHS if n % 4 == 0 else STRENGTHS[n % len(STRENGTHS):][:1]):
            lines.append((n, {'url': 'https://wire%d-%d.example/%d' % (k, n % 40, n), 'title': title if k % 2 == 0 else 'What they say: ' + title, 'date': date,
                              'text': copy(r, text, strength, vocabulary or ['x'])}))
    with tempfile.TemporaryDirectory() as work:
        out = subprocess.run([driver, os.path.join(work, 'archive.db')], input=''.join(json.dumps(d) + '\n' for _, d in lines), capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    what, similar = {}, {}
    for line in out.stdout.splitlines():
        f = line.split('\t')
        if len(f) == 2:
            what[int(f[0])] = f[1]
        else:
            similar[(int(f[0]), int(f[1]))] = f[3] == '1'
    sh = [shingles(d['text']) for _, d in lines]
    by = collections.defaultdict(list)
    for i, s in enumerate(sh):
        for x in s:
            if hash(x) % 8 == 0:
                by[x].append(i)
    pairs = {(i, j) for v in by.values() if len(v) < 400 for a, i in enumerate(v) for j in v[a + 1:]}
    count, missed = collections.Counter(), []
    for i, j in pairs | {k for k in similar if k[0] < k[1]}:
        likeness = len(sh[i] & sh[j]) / max(1, len(sh[i] | sh[j]))
        band = 'over' if likeness >= 0.8 else 'near' if likeness >= 0.6 else 'below'
        same = lines[i][0] == lines[j][0]
        shown = (i, j) in similar or (j, i) in similar
        joined = similar.get((i, j), False) or similar.get((j, i), False)
        count[band, same, 'pairs'] += 1
        count[band, same, 'shown'] += shown
        count[band, same, 'joined'] += joined
        if band != 'below' and same and not joined:
            missed.append('%.2f %s | %s%s' % (likeness, lines[i][1]['url'], lines[j][1]['url'], '' if shown else ' (not shown)'))
        if joined and not same:
            missed.append('%.2f %s joined with %s' % (likeness, lines[i][1]['url'], lines[j][1]['url']))
    print('%d texts of %d sites, %d copies on other sites; as documents of their own: %d of %d' % (
        len(known), len({k[0] for k in known}), len(lines) - len(known), sum(v == 'new' for v in what.values()), len(lines)))
    for band, name in (('over', 'likeness 0.8 and more'), ('near', '0.6 to 0.8'), ('below', 'below 0.6')):
        n = count[band, True, 'pairs']
        print('  %-22s %6d pairs of one release: %6d found (%5.1f %%), %6d joined;  %5d pairs of two releases: %d joined' % (
            name, n, count[band, True, 'shown'], 100 * count[band, True, 'shown'] / max(1, n), count[band, True, 'joined'], count[band, False, 'pairs'],
            count[band, False, 'joined']))
    for line in missed[:int(os.environ.get('STORY_SHOW', 0))]:
        print('  ' + line)
    bad = count['over', True, 'shown'] < count['over', True, 'pairs'] or count['near', True, 'shown'] < 0.95 * count['near', True, 'pairs'] or \
        any(count[b, False, 'joined'] for b in ('over', 'near', 'below'))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:3]))
