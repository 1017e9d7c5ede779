#!/usr/bin/env python3
"""Golden pages: saved pages whose extraction is known to the byte.

  golden.py --bin DIR [--regen] [NAME...]

Each folder below tests/golden holds page.html, opts (JSON: url, content_type; may be absent) and want.txt (title, published, language and
section one a line, an empty line, the body). listings/NAME.html are pages that list documents, NAME.json what "links" must find. The two seeds count as golden pages too. --regen shows each difference
and asks before it replaces want.txt. The last line is "golden: N passed, N failed"."""
import argparse, difflib, json, os, subprocess, sys, tempfile, urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'seeds')


def extract(binary, page, opts):
    args = [os.path.join(binary, 'presswatch'), 'extract', '--url', opts.get('url', 'http://golden.example/page.html')]
    if opts.get('content_type'):
        args += ['--content-type', opts['content_type']]
    out = subprocess.run(args + [page], capture_output=True, text=True, timeout=60)
    if out.returncode != 0:
        return {'error': out.stderr.strip()}
    return json.loads(out.stdout.splitlines()[0])


def form(doc):
    head = ['%s: %s' % (k, doc[k]) for k in ('error', 'title', 'published', 'modified', 'language', 'author', 'section') if doc.get(k)]
    return '\n'.join(head) + '\n\n' + doc.get('text', '') + '\n'


def show(name, want, got):
    sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), name + ' wanted', name + ' extracted'))


def listing(binary, folder, url, without):
    with open(os.path.join(folder, 'listing.html'), encoding='utf-8') as f:
        lines = [line for line in f if not without or without not in line]
    with tempfile.NamedTemporaryFile('w', suffix='.html', encoding='utf-8') as page:
        page.writelines(lines)
        page.flush()
        out = subprocess.run([os.path.join(binary, 'presswatch'), 'links', '--url', url, page.name], capture_output=True, text=True, timeout=60).stdout
    found = [json.loads(line) for line in out.splitlines()]
    return [[urllib.parse.urlsplit(d['url']).path, d.get('title'), d.get('published')] for d in found]


def check_seed(binary, name):
    folder = os.path.join(SEEDS, name)
    want = json.load(open(os.path.join(folder, 'want.json'), encoding='utf-8'))
    want['text'] = open(os.path.join(folder, 'text.txt'), encoding='utf-8').read()[:-1]
    rows = want.pop('listing')
    got = extract(binary, os.path.join(folder, 'page.html'), want)
    for less in (0, 1):      # the whole listing, and as it stood before the newest release
        found = listing(binary, folder, urllib.parse.urljoin(want['url'], '/listing.html'), rows[0][0] if less else None)
        if found != rows[less:]:
            print('seed %s: listing gives %r, wanted %r' % (name, found, rows[less:]))
            return False
    wrong = [k for k in want if k != 'captions' and got.get(k) != want[k]]
    for k in wrong:
        print('seed %s: %s is %r, wanted %r' % (name, k, got.get(k), want[k]))
    return not wrong


def check_page(binary, name, regen):
    folder = os.path.join(HERE, name)
    path = os.path.join(folder, 'want.txt')
    opts_path = os.path.join(folder, 'opts')
    opts = json.load(open(opts_path)) if os.path.exists(opts_path) else {}
    got = form(extract(binary, os.path.join(folder, 'page.html'), opts))
    want = open(path, encoding='utf-8').read() if os.path.exists(path) else ''
    if got == want:
        return True
    show(name, want, got)
    if regen and input('\nreplace %s? [y/N] ' % path).lower() == 'y':
        open(path, 'w', encoding='utf-8').write(got)
        return True
    return False


def check_listing(binary, name):
    """Documents in page order with title and date ("-03-09": the year is that of the day of the test), and the next page."""
    path = os.path.join(HERE, 'listings', name)
    want = json.load(open(path + '.json', encoding='utf-8'))
    out = subprocess.run([os.path.join(binary, 'presswatch'), 'links', '--explain', '--url', want['url'], path + '.html'], capture_output=True, text=True, timeout=60)
    found = [json.loads(line) for line in out.stdout.splitlines()]
    got = [[d['url'], d.get('title'), d.get('published')] for d in found]
    for g, w in zip(got, want['items']):
        if g[2] and w[2]:
            g[2] = g[2][-len(w[2]):] if w[2].startswith('-') else g[2][:10]
    if got == want['items'] and ('next' not in want or 'presswatch: next page: ' + want['next'] in out.stderr.splitlines()):
        return True
    show('listings/' + name, json.dumps(want['items'], indent=1, ensure_ascii=False), json.dumps(got, indent=1, ensure_ascii=False))
    print(out.stderr)
    return False


def main():
    ap = argparse.ArgumentParser(usage=__doc__)
    ap.add_argument('--bin', required=True)
    ap.add_argument('--regen', action='store_true')
    ap.add_argument('names', nargs='*')
    a = ap.parse_args()
    names = a.names or sorted(d for d in os.listdir(HERE) if os.path.exists(os.path.join(HERE, d, 'page.html')))
    good = [check_page(a.bin, n, a.regen) for n in names]
    if not a.names:
        good += [check_listing(a.bin, n) for n in sorted(f[:-5] for f in os.listdir(os.path.join(HERE, 'listings')) if f.endswith('.json'))]
        good += [check_seed(a.bin, n) for n in ('mofa', 'vnanet')]
    print('golden: %d passed, %d failed' % (sum(good), len(good) - sum(good)))
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
