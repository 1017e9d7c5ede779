"""The command: what people and scripts get from an archive and from a running daemon."""
import csv, gzip, io, json, os, pty, re, select, subprocess, xml.etree.ElementTree as ET

import pytest

from conftest import BIN, ROOT, article, listing, prose, rss, wait_until

CONTROLS = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f]')
BIDI = re.compile('[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def site(origin, n=3, **titles):
    rows = []
    for i in range(n):
        path, title = '/press/%d' % i, titles.get('t%d' % i, 'Release number %d about harbours' % i)
        rows.append((path, title, '2023-02-%02d' % (9 - i)))
        origin.pages[path] = article(title, prose(path), '2023-02-%02d' % (9 - i))
    origin.pages['/press/'] = listing(rows)


@pytest.fixture
def archive(world, origin):
    """Three documents of one source, the first of them edited once."""
    site(origin)
    world.source('mofa', '/press/', labels='[japan]', first_visit='announce')
    world.once()
    words = prose('/press/0')
    origin.pages['/press/0'] = article('Release number 0 about harbours', [words[0].replace('.', ' twice over.')] + words[1:], '2023-02-09')

    def edited():
        world.once()
        return any(d['revision'] == 2 for d in world.documents())
    wait_until(edited, 'the edit to be seen')
    return world


def id_of(world, path):
    return next(d['id'] for d in world.documents() if d['url'].endswith(path))


def test_list_filters_and_says_when_nothing_is_found(archive):
    assert len(archive.lines('list', '--json')) == 3
    assert len(archive.lines('list', '--json', '--limit', '2')) == 2
    assert len(archive.lines('list', '--json', '--source', 'mofa', '--lang', 'en', '--label', 'japan', '--since', '1h')) == 3
    assert archive.lines('list', '--json', '--source', 'other', expect=1) == []
    assert archive.lines('list', '--json', '--until', '2001-01-01', expect=1) == []
    rows = archive.command('list').stdout.splitlines()
    assert len(rows) == 3 and all('mofa' in r and '2023-02-0' in r for r in rows)
    fields = list(archive.lines('list', '--json')[0])
    order = ['id', 'source', 'url', 'aliases', 'title', 'published', 'modified', 'language', 'section', 'author', 'dateline', 'captions', 'text',
             'text_state', 'words', 'revision', 'first_seen', 'last_changed', 'state', 'labels', 'story']
    assert fields == [f for f in order if f in fields]


def test_exit_codes_tell_usage_from_failure(archive, tmp_path):
    for args in (['nonsense'], [], ['list', '--bogus'], ['list', 'a', 'AND'], ['tail', 'operand'], ['list', '--limit', '0'], ['list', '--since', 'soon'], ['show'],
                 ['list', '--follow'], ['poll'], ['search', '"unclosed'], ['export', '--format', 'pdf'], ['links', 'x']):
        r = archive.command(*args, expect=2)
        assert r.stderr, args
    archive.command('show', '99999', expect=1)
    archive.command('status', expect=3)
    archive.command('extract', str(tmp_path / 'none.html'), expect=3)
    r = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', str(tmp_path / 'none.db'), 'list'], capture_output=True)
    assert r.returncode == 3 and b'none.db' in r.stderr
    assert archive.command('--help').stdout.startswith('usage:')
    for name in ('list', 'search', 'tail', 'extract', 'add'):
        assert name in archive.command(name, '--help').stdout


def test_search_finds_words_phrases_and_fields(archive):
    assert len(archive.lines('search', '--json', 'harbours')) == 3
    hit = archive.lines('search', '--json', '"number 2"', 'title:harbours')
    assert [h['url'][-2:] for h in hit] == ['/2']
    assert '\x02' not in archive.command('search', 'harbours').stdout
    archive.command('search', 'xylophone', expect=1)


def test_show_history_and_diff_follow_an_edit(archive):
    ident = id_of(archive, '/press/0')
    text = archive.command('show', ident).stdout
    assert text.splitlines()[0] == 'Release number 0 about harbours' and 'twice over' in text
    assert 'twice over' not in archive.command('show', ident, '--revision', '1').stdout
    url = archive.origin.base + '/press/0'
    assert json.loads(archive.command('show', url, '--format', 'json').stdout)['id'] == ident
    assert archive.command('show', ident, '--format', 'markdown').stdout.startswith('# Release number 0')
    assert b'<!DOCTYPE html>' in archive.command('show', ident, '--format', 'raw', text=False).stdout
    history = archive.lines('history', ident, '--json')
    assert [h['revision'] for h in history] == [1, 2]
    out = archive.command('diff', ident).stdout
    assert re.search(r'\{\+[^}]*twice over[^}]*\+\}', out)
    j = json.loads(archive.command('diff', ident, '1', '2', '--json').stdout)
    assert (j['from'], j['to'], j['id']) == (1, 2, ident) and j['inserted'] >= 2
    archive.command('diff', id_of(archive, '/press/1'), expect=1)


def test_a_diff_of_a_long_text_shows_what_is_near_and_counts_the_rest(world, origin):
    plain = [prose(i, 1)[0] for i in range(14)]
    items = ['The first point is of the harbours.', 'The second point is of the roads.', 'The third point is of the schools.']

    def show(points, last):
        body = ['<p>%s</p>' % p for p in plain]
        body.insert(6, '<ol>%s</ol>' % ''.join('<li>%s</li>' % i for i in points))
        origin.pages['/p/1'] = article('A long release', ['x'], '2023-02-09').replace('<p>x</p>', ''.join(body) + last)
    show(items, '')
    origin.pages['/p/2'] = article('Fisheries', prose('b'), '2023-02-08')
    origin.pages['/p/'] = listing([('/p/1', 'A long release', '2023-02-09'), ('/p/2', 'Fisheries', '2023-02-08')])
    world.source('mofa', '/p/').once()
    show(items[:1] + ['The second point is of the bridges.'] + items[2:], '<p>An end that is new.</p>')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    ident = next(d['id'] for d in world.documents() if d['revision'] == 2)
    near = ['… 6 paragraphs unchanged', '', '  1. The first point is of the harbours.', '  2. The second point is of the [-roads-]{+bridges+}.',
            '  3. The third point is of the schools.', '', '… 7 paragraphs unchanged', '', plain[13], '', '{+An end that is new.+}']
    assert world.command('diff', ident).stdout.splitlines()[4:] == near
    out = world.command('diff', ident, '--full').stdout
    assert 'unchanged' not in out and all(p in out for p in plain) and '\n'.join(near[2:5]) in out


def test_tail_resumes_from_any_event_with_the_channel_s_bytes(archive):
    lines = archive.command('tail', '--json').stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [e['type'] for e in events].count('document.new') == 3 and events[-1]['type'] == 'document.edited'
    sequences = [int(e['sequence']) for e in events]
    assert sequences == sorted(sequences)
    for since in (events[1]['id'], str(events[1]['sequence'])):
        assert archive.command('tail', '--json', '--since', since).stdout.splitlines() == lines[2:]
    assert archive.command('tail', '--json', '--since', '0', '--limit', '1').stdout.splitlines() == lines[:1]
    archive.command('tail', '--json', '--since', events[-1]['id'], expect=1)
    bodies = {list(b)[0].decode() for b in archive.hook.bodies.values()}
    assert bodies == set(lines)


def test_tail_follows(archive, origin):
    p = subprocess.Popen([os.path.join(BIN, 'presswatch'), '--config', archive.conf, 'tail', '--json', '--follow'], stdout=subprocess.PIPE, text=True)
    try:
        before = len(archive.command('tail', '--json').stdout.splitlines())
        for _ in range(before):
            p.stdout.readline()
        origin.pages['/press/9'] = article('A late release', prose('late'), '2023-02-10')
        origin.pages['/press/'] = listing([('/press/9', 'A late release', '2023-02-10')] +
                                          [('/press/%d' % i, 'Release number %d about harbours' % i, '2023-02-%02d' % (9 - i)) for i in range(3)])
        archive.once()
        assert select.select([p.stdout], [], [], 20)[0]
        assert json.loads(p.stdout.readline())['data']['title'] == 'A late release'
    finally:
        p.terminate()
        p.wait()


def test_exports_read_back_as_they_were(archive, tmp_path):
    docs = archive.lines('export', '--format', 'jsonl')
    rows = list(csv.DictReader(io.StringIO(archive.command('export', '--format', 'csv', text=False).stdout.decode(), newline='')))
    assert [(r['id'], r['title'], r['text']) for r in rows] == [(d['id'], d['title'], d['text']) for d in docs]
    feed = ET.fromstring(archive.command('export', '--format', 'atom').stdout)
    ns = {'a': 'http://www.w3.org/2005/Atom'}
    assert {e.find('a:title', ns).text for e in feed.findall('a:entry', ns)} == {d['title'] for d in docs}
    markdown = archive.command('export', '--format', 'markdown', '--output', str(tmp_path / 'x.md'))
    assert markdown.stdout == '' and (tmp_path / 'x.md').read_text().count('\n# ') == 2
    warc = archive.command('export', '--format', 'warc', text=False).stdout
    found, at = 0, 0
    while at < len(warc):
        head, _, _ = warc[at:].partition(b'\r\n\r\n')
        length = int(re.search(rb'Content-Length: (\d+)', head).group(1))
        body = warc[at + len(head) + 4:at + len(head) + 4 + length]
        found += b'WARC-Type: resource' in head and b'<!DOCTYPE' in body
        at += len(head) + 4 + length
        assert warc[at:at + 4] == b'\r\n\r\n'
        at += 4
    assert found == 4        # three documents, one of them twice


def test_verify_and_backup(archive, tmp_path):
    archive.command('verify')
    copy = str(tmp_path / 'copy.db')
    archive.command('backup', copy)
    r = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', copy, 'export'], capture_output=True, text=True)
    assert r.returncode == 0 and r.stdout == archive.command('export').stdout
    archive.command('backup', copy, expect=3)


def test_hostile_titles_reach_no_terminal(world, origin):
    title = 'Evil \x1b[31mred\x1b]0;owned\x07 \u202ereversed\u2066 \x9b31m \x7f end'
    origin.pages['/feed'] = rss([('g1', origin.base + '/evil', 'Evil &#x202e;reversed&#x2066; &#x9b;31m &#x7f; end', 'Thu, 09 Feb 2023 10:00:00 GMT', 'x')])
    origin.pages['/evil'] = article(title, [title + ' ' + p for p in prose('evil')], '2023-02-09')
    world.source('feed', '/feed', first_visit='announce')
    world.once()
    ident = world.documents()[0]['id']
    for args in (['list'], ['search', 'evil'], ['show', ident], ['tail'], ['export'], ['list', '--json'], ['tail', '--json'], ['history', ident],
                 ['export', '--format', 'csv'], ['export', '--format', 'markdown'], ['export', '--format', 'atom'], ['sources']):
        out = world.command(*args).stdout.replace('\r\n', '\n')
        assert not CONTROLS.search(out), args
        if args[0] in ('list', 'search', 'tail', 'history') and '--json' not in args:
            assert not BIDI.search(out), args


def on_terminal(conf, *args, columns=60, rows=0, **env):
    """What a person sees: the command on a terminal of that size. Returns (text, exit code)."""
    import fcntl, struct, termios
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(env, TERM='xterm', COLUMNS=str(columns))
        if rows:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        os.execv(os.path.join(BIN, 'presswatch'), ['presswatch', '--config', conf] + list(args))
    out = b''
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    status = os.waitpid(pid, 0)[1]
    os.close(fd)
    return out.decode().replace('\r\n', '\n'), os.waitstatus_to_exitcode(status)


def plain(text):
    return re.sub('\x1b\\[[0-9;]*[mKHJ]', '', text)


@pytest.mark.parametrize('columns', [80, 120])
def test_no_screen_is_wider_than_its_terminal(archive, columns):
    archive.source('broken-source-with-quite-a-long-name', '/none', first_visit='announce')
    archive.once(expect=3)
    ident = id_of(archive, '/press/0')
    archive.start()
    screens = (['list'], ['search', 'harbours'], ['show', ident], ['history', ident], ['diff', ident], ['tail'], ['sources'], ['sources', 'mofa'],
               ['status'], ['channels'], ['match', 'harbours'], ['help'])
    for args in screens:
        out, code = on_terminal(archive.conf, *args, columns=columns)
        wide = [line for line in plain(out).splitlines() if len(line) > columns]
        assert code == 0 and out.strip() and not wide, (args, code, wide, out)
    out = plain(on_terminal(archive.conf, 'sources', columns=columns)[0])
    assert re.search(r'broken-source\S* +(failing|new) .*\n    status 404', out) and '2 sources: ' in out
    assert 'status 404' in archive.command('sources').stdout and archive.command('sources').stdout.startswith('SOURCE ')
    archive.stop()


def test_help_knows_commands_and_topics(archive):
    out = archive.command('help').stdout
    topics = re.findall(r'^  ([a-z]+)', out.split('\nTopics')[1], re.M)
    assert 'queries' in topics and all(archive.command('help', t).stdout.startswith(t + ':') for t in topics)
    assert archive.command('help', 'tail').stdout == archive.command('tail', '--help').stdout
    for example in ('harbours release', '"number 2"', 'harb*', 'harbours NOT number', '-number harbours', 'title:"about harbours"', 'source:mo*', 'label:japan', 'lang:en',
                    'url:press', 'after:2023-02', 'before:2023-02-09'):
        assert archive.command('search', '--', example, expect=None).returncode in (0, 1), example
    archive.command('help', 'nonsense', expect=2)


def test_a_long_answer_goes_through_the_pager(archive, tmp_path):
    pager = tmp_path / 'pager'
    pager.write_text('#!/bin/sh\nsed "s/^/> /"\n')
    pager.chmod(0o755)
    ident = id_of(archive, '/press/0')
    out, code = on_terminal(archive.conf, 'show', ident, rows=24, PRESSWATCH_PAGER=str(pager))
    assert code == 0 and all(line.startswith('> ') for line in out.splitlines()) and '\x1b[1m' in out
    assert '> ' not in on_terminal(archive.conf, 'show', ident, rows=24, PAGER='cat')[0]
    assert '> ' not in on_terminal(archive.conf, 'show', ident, '--json', rows=24, PRESSWATCH_PAGER=str(pager))[0]
    assert on_terminal(archive.conf, 'show', ident, rows=24, PRESSWATCH_PAGER='true')[1] == 0


def test_mistakes_are_answered_with_what_was_meant(archive):
    assert 'did you mean search?' in archive.command('serch', 'x', expect=2).stderr
    assert 'did you mean --source?' in archive.command('list', '--sorce', 'x', expect=2).stderr
    lines = archive.command('search', 'source:mofa before:202x', expect=2).stderr.splitlines()
    assert lines[1] == '  source:mofa before:202x' and lines[2] == ' ' * 14 + '^'
    for query in ('a OR', '(a', '"a', 'title:', 'NOT a'):
        for command in ('list', 'search', 'match', 'export'):
            lines = archive.command(command, query, expect=2).stderr.splitlines()
            assert 'character' in lines[0] and lines[-1].strip() == '^', (command, query)
    assert 'no document fits' in on_terminal(archive.conf, 'list', 'xylophone')[0]


def test_one_query_language_for_list_search_match_and_export(archive):
    for query, n in (('harbours', 3), ('title:harbours url:/PRESS/1', 1), ('NOT url:press/1 harbours', 2), ('url:press', 3), ('source:mo* label:japan', 3),
                     ('lang:en before:2023-02-09', 2), ('after:2023-02-09', 1), ('"number 2"', 1), ('source:nobody', 0)):
        for command in ('list', 'search', 'export'):
            assert len(archive.lines(command, *(['--json'] if command != 'export' else []), query, expect=None)) == n, (command, query)
    ids = [int(d['id']) for d in archive.lines('list', '--json', 'harbours')]
    assert ids == sorted(ids, reverse=True)
    ids = [int(d['id']) for d in archive.lines('export', 'harbours')]
    assert ids == sorted(ids)


def test_lists_are_printed_as_csv_and_markdown_too(archive):
    ident = id_of(archive, '/press/0')
    for args in (['list'], ['search', 'harbours'], ['history', ident], ['sources'], ['visits', 'mofa'], ['channels'], ['tail'], ['match', 'harbours']):
        rows = list(csv.reader(io.StringIO(archive.command(*args, '--format', 'csv', text=False).stdout.decode(), newline='')))
        assert len(rows) > 1 and rows[0][0].isupper() and all(len(r) == len(rows[0]) for r in rows), args
        lines = archive.command(*args, '--format', 'markdown').stdout.splitlines()
        assert len(lines) == len(rows) + 1 and all(line.startswith('| ') and line.endswith(' |') for line in lines), args
        assert archive.command(*args, '--format', 'json').stdout == archive.command(*args, '--json').stdout
    titles = {r[3] for r in csv.reader(io.StringIO(archive.command('list', '--format', 'csv').stdout))}
    assert titles == {'TITLE'} | {d['title'] for d in archive.documents()}
    archive.command('list', '--format', 'xml', expect=2)
    assert '\x1b' not in on_terminal(archive.conf, 'list', '--format', 'csv')[0]


def test_match_shows_what_a_channel_would_have_told(archive):
    told = archive.lines('match', '--json', 'harbours')
    assert [e['type'] for e in told].count('document.new') == 3 and told[-1]['type'] == 'document.edited'
    assert {e['id'] for e in told} <= {e['id'] for e in archive.hook.events}
    assert {e['type'] for e in archive.lines('match', '--json', 'url:press/1')} == {'document.new'}
    archive.command('match', 'harbours', '--since', '2100-01-01', expect=1)
    assert len(archive.command('match', 'harbours', '--limit', '2').stdout.splitlines()) == 2


def test_tail_shows_the_last_ones(archive):
    everything = archive.command('tail', '--json').stdout.splitlines()
    assert archive.command('tail', '--json', '-n', '2').stdout.splitlines() == everything[-2:]
    assert archive.command('tail', '--json', '-n', '1', '--source', 'mofa').stdout.splitlines() == everything[-1:]
    assert archive.command('tail', '--utc').stdout.splitlines()[0].split()[3] == 'document.new'


def test_the_manual_page_names_every_command_and_option(tmp_path):
    page = open(os.path.join(ROOT, 'docs/presswatch.1')).read()
    run = lambda *args: subprocess.run([os.path.join(BIN, 'presswatch')] + list(args), capture_output=True, text=True).stdout
    commands = re.findall(r'^  ([a-z]+)', run('help').split('\nTopics')[0], re.M)
    assert len(commands) > 20
    for name in commands:
        assert re.search(r'^\.Dl \$ presswatch %s\b' % name, page, re.M), 'no example of ' + name
        assert re.search(r'^\.It (.* )?Ic %s\b' % name, page, re.M), name
        for option in re.findall(r'^  --([a-z-]+)', run(name, '--help'), re.M):
            assert 'Fl -%s' % option in page, (name, option)


def test_a_terminal_gets_colour_and_no_line_too_long(archive):
    out = on_terminal(archive.conf, 'list')[0]
    assert '\x1b[36m' in out and 'TITLE' in out.splitlines()[0]
    assert all(len(re.sub('\x1b\\[[0-9;]*m', '', line)) <= 60 for line in out.splitlines())
    assert '\x1b' not in on_terminal(archive.conf, 'list', NO_COLOR='1')[0]
    assert '\x1b[32m' in on_terminal(archive.conf, 'diff', id_of(archive, '/press/0'))[0]


def test_status_poll_and_reload_speak_to_the_daemon(world, origin):
    site(origin)
    world.source('mofa', '/press/', every='1d').start()
    status = world.status()
    for key in 'version pid since sources in_flight candidates deliveries documents events workers'.split():
        assert key in status, key
    assert status['pid'] == world.daemon.pid and 'ok' not in status
    assert 'documents' in world.command('status').stdout
    wait_until(lambda: len(world.documents()) == 3, 'the first visit')
    before = len(origin.asked('/press/'))
    world.command('poll', 'mofa')
    wait_until(lambda: len(origin.asked('/press/')) > before, 'the visit that was asked for')
    world.command('poll', '--all')
    assert 'no such source' in world.command('poll', 'nobody', expect=3).stderr
    assert world.lines('sources', '--json')[0]['state'] == 'ok'


def test_check_prints_every_mistake(world, tmp_path):
    path = tmp_path / 'bad.yaml'
    path.write_text('wrkers: 1\nsources:\n- {name: a, url: "http://e.org/", evry: 1s}\n- {name: b, url: "http://e.org/", select: {links: "a[["}}\n')
    r = world.command('check', str(path), expect=1)
    assert '%s:1:1: unknown key' % path in r.stdout and '%s:3:' % path in r.stdout
    path.write_text('sources:\n- {name: b, url: "http://e.org/", select: {links: "a[["}}\nchannels: [{name: c, file: /x, match: "(("}]\n')
    lines = world.lines('check', '--json', str(path), expect=1)
    assert len(lines) == 2 and lines[0]['line'] == 2 and all(m['text'] for m in lines)
    world.source('ok', '/').write()
    world.command('check')


def test_try_and_add_show_and_write_a_source(world, origin):
    site(origin)
    world.sources = []
    world.write()
    url = origin.base + '/press/'
    j = json.loads(world.command('try', '--json', url).stdout)
    assert j['kind'] == 'listing' and len(j['candidates']) == 3 and j['document']['title'] == 'Release number 0 about harbours'
    assert not os.path.exists(world.archive)
    world.command('add', url, '--name', 'added')
    text = open(os.path.join(world.folder, 'sources.d/added.yaml')).read()
    assert 'name: added' in text and url in text
    world.command('add', url, '--name', 'added', expect=3)
    world.command('add', url, '--name', 'Not a name', expect=2)
    world.command('check')
    world.command('try', origin.base + '/gone', expect=3)
    assert json.loads(world.command('try', '--json', 'added').stdout)['source'] == 'added'


def test_add_tells_the_running_daemon(world, origin):
    site(origin)
    origin.pages['/other'] = listing([('/o/%d' % i, 'Other release %d of the port' % i, '2023-03-0%d' % (i + 1)) for i in range(4)])
    for i in range(4):
        origin.pages['/o/%d' % i] = article('Other release %d of the port' % i, prose('o%d' % i), '2023-03-0%d' % (i + 1))
    world.source('mofa', '/press/').start()
    assert 'the daemon has read it' in world.command('add', origin.base + '/other', '--name', 'other').stdout
    wait_until(lambda: len([d for d in world.documents() if d['source'] == 'other']) == 4, 'the new source')


def test_extract_and_links_need_no_archive_and_no_network(tmp_path):
    page = article('Saved release', prose('saved'), '2023-02-09')
    (tmp_path / 'a.html').write_text(page)
    with gzip.open(tmp_path / 'b.html.gz', 'wt') as f:
        f.write(page.replace('Saved', 'Packed'))
    (tmp_path / 'bomb.html').write_text('<p %s>x</p>' % ' '.join('a%d=1' % i for i in range(50000)))
    (tmp_path / 'm.jsonl').write_text(''.join(json.dumps(r) + '\n' for r in [
        {'id': 'one', 'file': 'a.html', 'url': 'http://e.org/1', 'content_type': 'text/html; charset=utf-8'},
        {'id': 'bomb', 'file': 'bomb.html', 'url': 'http://e.org/2'}, {'id': 'two', 'file': 'b.html.gz', 'url': 'http://e.org/3'}]))

    def run(*args):
        return subprocess.run([os.path.join(BIN, 'presswatch')] + list(args), capture_output=True, text=True, timeout=60)
    r = run('extract', '--manifest', str(tmp_path / 'm.jsonl'))
    lines = [json.loads(line) for line in r.stdout.splitlines()]
    assert r.returncode == 0 and [d['id'] for d in lines] == ['one', 'bomb', 'two']
    assert (lines[0]['title'], lines[0]['published'], lines[2]['title']) == ('Saved release', '2023-02-09', 'Packed release')
    assert list(lines[0]) == [k for k in ['id', 'url', 'title', 'published', 'modified', 'language', 'author', 'section', 'text', 'words'] if k in lines[0]]
    assert 'text' not in lines[1] and lines[1]['error']
    r = run('extract', '--url', 'http://e.org/x', str(tmp_path / 'a.html'))
    assert json.loads(r.stdout)['id'] == str(tmp_path / 'a.html') and json.loads(r.stdout)['url'] == 'http://e.org/x'
    (tmp_path / 'l.html').write_text(listing([('/p/%d' % i, 'Title number %d of many' % i, '2023-02-0%d' % (i + 1)) for i in range(5)]))
    r = run('links', '--url', 'http://e.org/news/', str(tmp_path / 'l.html'))
    lines = [json.loads(line) for line in r.stdout.splitlines()]
    assert [d['url'] for d in lines] == ['http://e.org/p/%d' % i for i in range(5)] and lines[0]['published'] == '2023-02-01'
    (tmp_path / 'empty.html').write_text('<html><body><p>Nothing here</p></body></html>')
    assert run('links', '--kind', 'listing', '--url', 'http://e.org/', str(tmp_path / 'empty.html')).returncode in (1, 3)
