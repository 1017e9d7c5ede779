"""The archive in the hands of its keeper: what goes for room, what a reload would do, what a monitoring system is told."""
import json, os, re, subprocess

import pytest

from conftest import BIN, ROOT, article, exposition, listing, prose, wait_until


@pytest.fixture
def archive(world, origin):
    for i in range(3):
        origin.pages['/p/%d' % i] = article('Release number %d' % i, prose(i), '2023-02-0%d' % (i + 1))
    origin.pages['/p/'] = listing([('/p/%d' % i, 'Release number %d' % i, '2023-02-0%d' % (i + 1)) for i in range(3)])
    world.source('mofa', '/p/', first_visit='announce').once()
    origin.pages['/p/0'] = article('Release number 0', ['The first words. ' + prose(0)[0]] + prose(0)[1:], '2023-02-01')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    return world


def test_prune_leaves_stubs_and_an_archive_that_verifies(archive, hook):
    ident = next(d['id'] for d in archive.documents() if d['revision'] == 2)
    would = json.loads(archive.command('prune', 'revisions', '--keep', '1', '--dry-run', '--json').stdout)
    assert (would['revisions'], would['documents'], would['responses'], would['dry_run']) == (1, 1, 1, True)
    assert 'would go: 1 earlier text' in archive.command('prune', 'revisions', '--keep', '1', '--dry-run').stdout
    assert 'not' not in archive.command('show', ident, '--revision', '1').stderr
    did = json.loads(archive.command('prune', 'revisions', '--keep', '1', '--json').stdout)
    assert did['bytes'] == would['bytes'] > 0 and not did['dry_run']
    archive.command('verify')
    history = archive.lines('history', ident, '--json')
    assert 'pruned' in history[0] and 'pruned' not in history[1] and history[0]['text_hash']
    assert '(no text)' in archive.command('show', ident, '--revision', '1').stdout
    archive.command('show', ident, '--revision', '1', '--format', 'raw', expect=1)
    archive.command('prune', 'revisions', '--keep', '1', expect=1)
    assert json.loads(archive.command('prune', 'raw', '--before', '2100-01-01', '--source', 'mofa', '--json').stdout)['responses'] == 3
    told = len(hook.events)
    archive.command('prune', 'documents', '--before', '2100-01-01')
    archive.command('verify')
    assert len(archive.lines('tail', '--json')) == told and all('text' not in d for d in archive.documents())
    archive.once()
    assert len(hook.events) == told
    for args in ([], ['nonsense', '--keep', '1'], ['raw'], ['documents', '--keep', '1'], ['raw', '--before', 'soon']):
        archive.command('prune', *args, expect=2)
    archive.command('prune', 'raw', '--before', '1d', '--source', 'nobody', expect=1)
    archive.start()
    assert 'pid' in archive.command('prune', 'raw', '--before', '1d', expect=3).stderr
    archive.command('prune', 'raw', '--before', '2100-01-01', '--dry-run', expect=1)
    archive.stop()


def test_plan_says_what_a_reload_does(archive, origin):
    archive.write()
    archive.command('plan', expect=1)
    archive.sources = []
    archive.source('ministry', '/elsewhere/', was='mofa', labels='[asia]').source('other', '/o/').write()
    rows = {(r.get('source'), r['change']): r['text'] for r in archive.lines('plan', '--json')}
    assert set(rows) == {('ministry', 'renamed'), ('ministry', 'moved'), ('ministry', 'labels'), ('other', 'added')}
    assert '3 documents' in rows['ministry', 'renamed'] and 'silent' in rows['other', 'added']
    archive.sources, archive.channels = [], ['{name: desk, file: desk.jsonl}']
    archive.source('fresh', '/f/', first_visit='announce').write()
    rows = {(r.get('source') or r.get('channel'), r['change']) for r in archive.lines('plan', '--json')}
    assert rows == {('fresh', 'added'), ('mofa', 'dropped'), ('desk', 'added'), ('hook', 'dropped')}
    assert 'every document' in archive.command('plan').stdout
    # The same code does it: what was announced is what the daemon then says.
    archive.once(expect=None)
    state = {s['name']: s['configured'] for s in archive.lines('sources', '--json')}
    assert state == {'mofa': False, 'fresh': True}
    archive.sources = []
    archive.source('mofa', '/p/', exclude="['/p/2']").source('fresh', '/f/', first_visit='announce').write()
    assert {(r.get('source'), r['change']) for r in archive.lines('plan', '--json')} >= {('mofa', 'back')}
    archive.sources, archive.channels = [], ['{name: desk, file: desk.jsonl}', '{name: mail, file: mail.jsonl}']
    archive.source('fresh', '/f/', first_visit='announce', channels='[desk]').write().once(expect=None)
    archive.command('plan', expect=1)
    archive.source('fresh', '/f/', first_visit='announce', every='90m', adaptive='true', recheck='[1h, 36h]', confirm='2m', channels='[desk, mail]', timezone='Asia/Tokyo')
    rows = {r['change']: r['text'].split(':')[0] for r in archive.write().lines('plan', '--json')}
    assert rows == {'every': 'was 1s, is 90m', 'adaptive': 'was false, is true', 'recheck': 'was 1s 2s, is 1h 36h', 'confirm': 'was 0s, is 2m',
                    'timezone': 'was not given, is Asia/Tokyo', 'channels': 'was desk, is desk mail'}
    archive.source('bad', '/b/', evry='1s').write()
    assert 'keep the running' in archive.command('plan', expect=3).stderr


def scrape(world, request):
    r = subprocess.run([os.path.join(BIN, 'presswatch'), '--config', world.conf, 'metrics', '--http'], input=request, capture_output=True, timeout=30)
    head, _, body = r.stdout.partition(b'\r\n\r\n')
    return head.split()[1].decode(), head, body


def test_metrics_are_served_to_one_request(archive):
    status, head, body = scrape(archive, b'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert status == '200' and b'version=0.0.4' in head and b'Content-Length: %d' % len(body) in head
    assert b'presswatch_documents 3' in body and b'presswatch_edits_total 1' in body and b'presswatch_source_visits_total{source="mofa"}' in body
    assert scrape(archive, b'HEAD /metrics?x=1 HTTP/1.1\r\n\r\n')[::2] == ('200', b'')
    for request, status in ((b'GET / HTTP/1.1\r\n\r\n', '404'), (b'GET /metricsx HTTP/1.1\r\n\r\n', '404'), (b'POST /metrics HTTP/1.1\r\n\r\n', '405'),
                            (b'', '400'), (b'GET /metrics', '400'), (b'A' * 100000, '400'), (b'\xff\xfe\r\n\r\n', '405'), (b'\x00\r\n\r\n', '400')):
        assert scrape(archive, request)[0] == status, request[:30]


def test_delays_are_those_of_releases_that_came_while_we_watched(archive, origin):
    import time
    names = lambda: [line for line in archive.command('metrics').stdout.splitlines() if line.startswith('presswatch_source_detection_delay_seconds{')]
    assert names() == []
    time.sleep(2.1)
    now = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 1))
    origin.pages['/p/9'] = article('Late release', prose(9), now)
    origin.pages['/p/'] = listing([('/p/9', 'Late release', now)] + [('/p/%d' % i, 'Release number %d' % i, '2023-02-0%d' % (i + 1)) for i in range(3)])
    archive.once()
    lines = names()
    assert len(lines) == 3 and all('source="mofa"' in line and 0 <= int(line.split()[-1]) < 120 for line in lines), lines


def test_alert_rules_ask_for_numbers_that_are_there(archive):
    import shutil
    path = os.path.join(ROOT, 'docs/presswatch-alerts.yaml')
    archive.start()
    metrics = archive.command('metrics').stdout
    archive.stop()
    series = exposition(metrics)
    there = set(re.findall(r'^# TYPE (\S+)', metrics, re.M))
    assert series['presswatch_up'] == 1 and series['presswatch_source_documents{source="mofa"}'] == 3 and len(there) >= 35
    text = open(path).read()
    asked = set(re.findall(r'\b(presswatch_[a-z_]+)', '\n'.join(re.findall(r'expr: (.*)', text))))
    assert len(asked) >= 8 and asked <= there, asked - there
    if shutil.which('promtool'):        # Debian's package prometheus
        subprocess.run(['promtool', 'check', 'rules', path], check=True)
        subprocess.run(['promtool', 'check', 'metrics'], input=metrics, text=True, check=True)
    yaml = pytest.importorskip('yaml')
    rules = yaml.safe_load(text)['groups'][0]['rules']
    assert all({'alert', 'expr', 'labels', 'annotations'} <= set(r) for r in rules)


def test_looks_at_documents_leave_a_trace(archive, origin):
    """That we looked at a document and it was as before; that it could not be had."""
    rows = {r['url'][-4:]: r for r in archive.lines('visits', 'mofa', '--documents', '--json')}
    assert set(rows) == {'/p/0', '/p/1', '/p/2'} and all(r['first_seen'] <= r['last_look'] and r['failures'] == 0 for r in rows.values())
    assert rows['/p/0']['last_changed'] > rows['/p/0']['first_seen'] and rows['/p/1']['last_changed'] == rows['/p/1']['first_seen']
    before, asked = rows['/p/1'], len(origin.asked('/p/1'))
    assert before['looks'] == asked
    wait_until(lambda: archive.once() == 0 and len(origin.asked('/p/1')) > asked, 'another look')
    after = next(r for r in archive.lines('visits', 'mofa', '--documents', '--json') if r['url'].endswith('/p/1'))
    assert after['looks'] == len(origin.asked('/p/1')) and after['last_look'] > before['last_look'] and after['last_changed'] == before['last_changed']
    assert archive.command('visits', 'mofa', '--documents').stdout.splitlines()[0].split()[0] == 'ID'
    archive.command('visits', 'nobody', '--documents', expect=1)
