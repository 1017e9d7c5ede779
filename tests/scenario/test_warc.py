"""WARC out and in: what we write is read by rules of the standard, comes back as an equal archive, and what others wrote is read."""
import gzip, hashlib, json, os, re, subprocess

import pytest

from conftest import BIN, article, listing, prose, wait_until


def run(archive, *args, expect=0):
    r = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', archive] + list(args), capture_output=True, timeout=60)
    assert r.returncode == expect, (args, r.returncode, r.stdout[-500:], r.stderr[-1000:])
    return r


def records(data):
    """A reader by ISO 28500: version line, fields, CRLF, block of Content-Length, two CRLF. Checks what must be there."""
    found, at = [], 0
    while at < len(data):
        head, sep, _ = data[at:].partition(b'\r\n\r\n')
        assert sep
        lines = head.decode().split('\r\n')
        assert lines[0] == 'WARC/1.1'
        fields = {}
        for line in lines[1:]:
            name, colon, value = line.partition(': ')
            assert colon and name not in fields
            fields[name] = value
        n, start = int(fields['Content-Length']), at + len(head) + 4
        block = data[start:start + n]
        assert len(block) == n and data[start + n:start + n + 4] == b'\r\n\r\n'
        assert re.fullmatch(r'<urn:uuid:[0-9a-f-]{36}>', fields['WARC-Record-ID']) and re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z', fields['WARC-Date'])
        assert fields['WARC-Block-Digest'] == 'sha256:' + hashlib.sha256(block).hexdigest()
        assert fields['WARC-Type'] == 'warcinfo' or 'WARC-Target-URI' in fields
        found.append((fields, block))
        at = start + n + 4
    ids = [f['WARC-Record-ID'] for f, _ in found]
    assert len(ids) == len(set(ids)) and found[0][0]['WARC-Type'] == 'warcinfo'
    return found


@pytest.fixture
def archive(world, origin):
    for i in range(3):
        origin.pages['/p/%d' % i] = article('Phát hành số %d' % i, prose(i), '2023-02-0%d' % (i + 1), 'vi')
    origin.pages['/q/copy'] = origin.pages['/p/2']
    origin.pages['/p/'] = listing([('/p/%d' % i, 'Phát hành số %d' % i, '2023-02-0%d' % (i + 1)) for i in range(3)])
    world.source('mofa', '/p/', first_visit='announce', labels='[asia]').once()
    origin.pages['/p/0'] = article('Phát hành số 0', ['The first words. ' + prose(0)[0]] + prose(0)[1:], '2023-02-01', 'vi')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    return world


def test_what_we_write_follows_the_standard_and_comes_back_equal(archive, origin, tmp_path):
    first = origin.pages['/p/0']
    origin.pages['/p/0'] = article('Phát hành số 0', prose(0), '2023-02-01', 'vi')
    wait_until(lambda: archive.once() == 0 and any(d['revision'] == 3 for d in archive.documents()), 'the text of before')
    out, copy = str(tmp_path / 'a.warc'), str(tmp_path / 'copy.db')
    archive.command('export', '--format', 'warc', '--output', out)
    found = records(open(out, 'rb').read())
    by_type = lambda t: [(f, b) for f, b in found if f['WARC-Type'] == t]
    assert len(by_type('resource')) == 4 and len(by_type('revisit')) == 1
    revisit = by_type('revisit')[0][0]
    assert revisit['WARC-Profile'].endswith('identical-payload-digest') and revisit['WARC-Refers-To'] in [f['WARC-Record-ID'] for f, _ in by_type('resource')]
    assert {b for _, b in by_type('resource')} == {p.encode() for k, p in origin.pages.items() if re.match(r'/p/\d', k)} | {first.encode()}
    about = [json.loads(b) for f, b in by_type('metadata')]
    assert sum('document' in a for a in about) == 5 and sum(a.get('newest', False) for a in about) == 3
    visits = next(a for a in about if 'visits' in a)
    assert visits['source'] == 'mofa' and sum(v['count'] for v in visits['visits']) == archive.lines('sources', '--json')[0]['visits']
    assert b'3 new' in run(copy, 'import', out).stdout
    assert run(copy, 'export').stdout.decode() == archive.command('export').stdout
    run(copy, 'verify')
    edited = next(d['id'] for d in archive.documents() if d['revision'] == 3)
    told = lambda text: [{k: v for k, v in json.loads(line).items() if k != 'extractor'} for line in text.splitlines()]     # noqa: E731
    assert told(run(copy, 'history', edited, '--json').stdout.decode()) == told(archive.command('history', edited, '--json').stdout)
    for n in '123':
        for form in ('json', 'raw'):
            assert run(copy, 'show', edited, '--revision', n, '--format', form).stdout == archive.command('show', edited, '--revision', n, '--format', form, text=False).stdout
    assert run(copy, 'diff', edited, '1', '2').stdout == archive.command('diff', edited, '1', '2', text=False).stdout
    for query in ('"first words" in:revisions', 'removed:"first words"'):
        assert run(copy, 'search', '--json', query).stdout == archive.command('search', '--json', query, text=False).stdout
    again = str(tmp_path / 'again.warc')
    run(copy, 'export', '--format', 'warc', '--output', again)
    bodies = lambda path: sorted(b for f, b in records(open(path, 'rb').read()) if f['WARC-Type'] in ('resource', 'revisit'))     # noqa: E731
    assert bodies(again) == bodies(out)
    assert run(copy, 'show', '1', '--format', 'raw').stdout == archive.command('show', '1', '--format', 'raw', text=False).stdout
    assert json.loads(run(copy, 'import', out, '--json').stdout)['known'] == 3
    packed = str(tmp_path / 'a.warc.gz')
    with open(packed, 'wb') as f:
        f.write(b''.join(gzip.compress(part) for part in re.split(rb'(?<=\r\n\r\n)(?=WARC/1\.1\r\n)', open(out, 'rb').read())))
    again = str(tmp_path / 'again.db')
    run(again, 'import', packed)
    assert run(again, 'export').stdout.decode() == archive.command('export').stdout
    with open(out, 'r+b') as f:
        f.truncate(os.path.getsize(out) - 300)
    assert b'ends within a record' in run(str(tmp_path / 'cut.db'), 'import', out, expect=3).stderr


def foreign(kind, url, block, content_type, date='2021-03-04T05:06:07Z'):
    head = 'WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\nWARC-Date: %s\r\nWARC-Target-URI: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n'
    return (head % (kind, date, url, content_type, len(block))).encode() + block + b'\r\n\r\n'


def response(status, headers, body):
    return ('HTTP/1.1 %s\r\n%s\r\n' % (status, ''.join('%s: %s\r\n' % h for h in headers))).encode() + body


def test_what_others_wrote_is_read_in_workers(tmp_path):
    page = lambda n: article('Crawled release %d' % n, prose('w%d' % n), '2021-03-0%d' % (n + 1)).encode()
    chunk = lambda b: b''.join(b'%x\r\n%s\r\n' % (len(b[i:i + 100]), b[i:i + 100]) for i in range(0, len(b), 100)) + b'0\r\n\r\n'
    http, html = 'application/http; msgtype=response', ('Content-Type', 'text/html; charset=utf-8')
    bomb = ('<p %s>x</p>' % ' '.join('a%d=1' % i for i in range(50000))).encode()
    data = b''.join([
        foreign('request', 'https://a.example/0', b'GET /0 HTTP/1.1\r\n\r\n', 'application/http; msgtype=request'),
        foreign('response', 'https://a.example/0', response('200 OK', [html], page(0)), http),
        foreign('response', 'https://a.example/1', response('200 OK', [html, ('Transfer-Encoding', 'chunked')], chunk(page(1))), http),
        foreign('response', 'https://www.b.example/2', response('200 OK', [html, ('Content-Encoding', 'gzip')], gzip.compress(page(2))), http),
        foreign('response', 'https://a.example/missing', response('404 Not Found', [html], b'gone'), http),
        foreign('response', 'https://a.example/x.png', response('200 OK', [('Content-Type', 'image/png')], b'\x89PNG'), http),
        foreign('response', 'https://a.example/bomb', response('200 OK', [html], bomb), http),
        foreign('response', 'https://a.example/broken', response('200 OK', [html, ('Content-Encoding', 'gzip')], gzip.compress(page(3))[:-20]), http),
        foreign('resource', 'https://a.example/4', page(4), 'text/html'),
        foreign('conversion', 'https://a.example/4', b'x', 'text/plain'), foreign('response', 'https://a.example/5', b'no head', http)])
    path, db = str(tmp_path / 'crawl.warc'), str(tmp_path / 'a.db')
    open(path, 'wb').write(data)
    r = run(db, 'import', path, '--json', expect=3)
    assert json.loads(r.stdout) == {'new': 4, 'known': 0, 'aliases': 0, 'bad': 3}, r.stderr
    docs = {d['url']: d for d in map(json.loads, run(db, 'export').stdout.splitlines())}
    assert [d['title'] for d in docs.values()] == ['Crawled release %d' % n for n in (0, 1, 2, 4)]
    assert docs['https://a.example/1']['first_seen'].startswith('2021-03-04T05:06:07') and docs['https://a.example/1']['published'] == '2021-03-02'
    assert docs['https://www.b.example/2']['source'] == 'b.example'
    assert run(db, 'show', '2', '--format', 'raw').stdout == page(1)
    run(db, 'verify')
    run(db, 'import', path, '--source', 'crawl', expect=3)
    open(path, 'wb').write(b'WARC/1.0\r\nContent-Length: x\r\n\r\n')
    assert b'no length' in run(db, 'import', path, expect=3).stderr


def test_saved_pages_come_in_by_a_manifest(tmp_path):
    for i in range(20):
        (tmp_path / ('%d.html' % i)).write_text(article('Saved release %d' % i, prose('s%d' % i), '2020-01-%02d' % (i + 1)))
    rows = [{'file': '%d.html' % i, 'url': 'https://old.example/%d' % i, 'date': '2020-02-03', 'source': 'old'} for i in range(20)]
    rows += [{'file': 'none.html', 'url': 'https://old.example/x'}, {'file': '1.html'}, {'file': '2.html', 'url': 'https://old.example/2', 'date': 'soon'}]
    (tmp_path / 'm.jsonl').write_text('\n'.join(json.dumps(r) for r in rows) + '\nnot json\n')
    db = str(tmp_path / 'a.db')
    r = run(db, 'import', '--manifest', str(tmp_path / 'm.jsonl'), '--json', expect=3)
    assert json.loads(r.stdout) == {'new': 20, 'known': 0, 'aliases': 0, 'bad': 4}
    assert [line.split(b':')[2] for line in r.stderr.splitlines()] == [b'21', b'22', b'23', b'24']
    docs = [json.loads(line) for line in run(db, 'export').stdout.splitlines()]
    assert [d['title'] for d in docs] == ['Saved release %d' % i for i in range(20)] and {d['source'] for d in docs} == {'old'}
    run(db, 'import', expect=2)
    run(db, 'import', '--manifest', 'x', 'y', expect=2)
