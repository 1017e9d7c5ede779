"""An export goes back into an archive and comes out as it was."""
import json, os, subprocess

import pytest

from conftest import BIN, article, listing, prose, rss, wait_until


def run(archive, *args, expect=0, stdin=None):
    r = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', archive] + list(args), capture_output=True, text=True, input=stdin, timeout=60)
    assert r.returncode == expect, (args, r.returncode, r.stdout[-500:], r.stderr[-1000:])
    return r


@pytest.fixture
def rich(world, origin):
    """Two sources, one text on both, an edit, another name, a hostile title, words of many languages, no text."""
    rows = []
    texts = [('Việt Nam và Nhật Bản ký kết', 'vi'), ('日本の外務大臣は記者会見を行った', 'ja'), ('Evil \x07 &lt;b&gt; "title"', 'en'), ('Möte om hållbar energi', 'sv'), ('A plain one', 'en')]
    for i, (title, lang) in enumerate(texts):
        origin.pages['/press/%d' % i] = article(title, [title + ' ' + p for p in prose('r%d' % i)], '2023-02-%02d' % (9 - i), lang)
        rows.append(('/press/%d' % i, title, '2023-02-%02d' % (9 - i)))
    origin.pages['/press/'] = listing(rows)
    items = [('g%d' % i, origin.base + '/f/%d?utm_source=x' % i, 'Feed item %d' % i, 'Thu, 0%d Feb 2023 10:00:00 GMT' % (i + 1), 'x') for i in range(3)]
    origin.pages['/feed'] = rss(items)
    for i in range(3):
        origin.pages['/f/%d?utm_source=x' % i] = (301, {'Location': '/final/%d' % i}, b'')
        origin.pages['/final/%d' % i] = article('Feed item %d' % i, prose('f%d' % i), '2023-02-0%d' % (i + 1))
    world.source('press', '/press/', labels='[asia, "two words"]', first_visit='announce').source('feed', '/feed', first_visit='announce')
    world.once()
    words = prose('r4')
    origin.pages['/press/4'] = article('A plain one', ['A plain one, edited twice. ' + words[0]] + words[1:], '2023-02-05')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    return world


def test_export_import_export_is_the_same(rich, tmp_path):
    out, copy = str(tmp_path / 'a.jsonl'), str(tmp_path / 'copy.db')
    rich.command('export', '--output', out)
    docs = [json.loads(line) for line in open(out)]
    assert len(docs) == 8 and any(d.get('aliases') for d in docs) and any(d['revision'] == 2 for d in docs)
    assert '8 new' in run(copy, 'import', out).stdout
    assert run(copy, 'export').stdout == open(out).read()
    run(copy, 'verify')
    assert len(run(copy, 'search', '--json', 'label:asia 外務大臣').stdout.splitlines()) == 1
    assert run(copy, 'import', out, '--json').stdout == '{"new":0,"known":8,"aliases":0,"bad":0}\n'
    assert run(copy, 'export').stdout == open(out).read()
    again = str(tmp_path / 'again.db')
    run(again, 'import', '-', stdin=open(out).read())
    assert run(again, 'export').stdout == open(out).read()


def test_lines_that_are_no_documents_are_named_and_the_rest_is_taken(rich, tmp_path):
    good = rich.command('export').stdout.splitlines()
    path, copy = str(tmp_path / 'bad.jsonl'), str(tmp_path / 'copy.db')
    with open(path, 'w') as f:
        f.write('\n'.join([good[0], 'not json', '{"id":"1"}', '[]', '', '{"url":"mailto:x","source":"a"}', '{"url":"http://e.org/1","source":"new"}', good[1], '\x00\x01']) + '\n')
    r = run(copy, 'import', path, expect=3)
    assert '3 new' in r.stdout and [int(line.split(':')[2]) for line in r.stderr.splitlines()] == [2, 3, 4, 6, 9]
    assert len(run(copy, 'list', '--json').stdout.splitlines()) == 3
    run(copy, 'import', str(tmp_path / 'none'), expect=3)
    run(copy, 'import', expect=2)


def test_what_was_imported_is_not_told_again_when_its_source_is_watched(rich, origin, hook, tmp_path):
    out = str(tmp_path / 'a.jsonl')
    rich.command('export', '--output', out)
    told = len(hook.events)
    rich.archive = str(tmp_path / 'moved.db')
    run(rich.archive, 'import', out)
    rich.start()
    assert 'pid' in rich.command('import', out, expect=3).stderr
    wait_until(lambda: all(s['state'] == 'ok' and s['visits'] for s in rich.lines('sources', '--json')), 'the visits')
    wait_until(lambda: rich.status()['candidates'] == 0, 'the rest')
    rich.stop()
    assert len(rich.documents()) == 8 and [e['type'] for e in hook.events[told:]] == []
