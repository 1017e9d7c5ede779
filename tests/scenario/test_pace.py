"""The pace of channels, with the real daemon and its clock moved: digests, quiet hours, a storm. Counts are exact."""
import calendar, http.server, json, os, subprocess, threading, time

import pytest

from conftest import BIN, listing, prose, wait_until
from test_crash import ASAN, FAKETIME
from test_mail import MailServer

pytestmark = pytest.mark.skipif(FAKETIME is None or ASAN, reason='needs faketime, and a build without sanitizers')
NOON = calendar.timegm((2024, 5, 1, 12, 0, 0))


class Receiver:
    """Takes webhooks. posts: (clock, content type, id, events)."""

    def __init__(self, clock):
        self.posts, self.status = [], 204
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                if receiver.status == 204:
                    receiver.posts.append((clock(), self.headers['Content-Type'].split(';')[0], self.headers['webhook-id'], body if isinstance(body, list) else [body]))
                self.send_response(receiver.status)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *a):
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [e for p in list(self.posts) for e in p[3]]


class Clock:
    """The daemon's clock: it runs on from where it is set."""

    def __init__(self, world):
        self.path, self.world = os.path.join(world.folder, 'time'), world
        self.set(NOON)

    def set(self, at):
        self.offset = at - time.time()
        with open(self.path + '.new', 'w') as f:
            f.write('%+.3f' % self.offset)
        os.rename(self.path + '.new', self.path)

    def now(self):
        return time.time() + self.offset

    def start(self):
        self.world.write()
        env = dict(os.environ, LD_PRELOAD=FAKETIME, FAKETIME_TIMESTAMP_FILE=self.path, FAKETIME_NO_CACHE='1', FAKETIME_DONT_FAKE_MONOTONIC='1')
        self.world.daemon = subprocess.Popen([os.path.join(BIN, 'presswatchd'), '--config', self.world.conf], env=env, stderr=open(self.world.log_path, 'ab'))
        wait_until(lambda: self.world.status(), 'the daemon')


def imported(world, origin, name, n, story=None):
    """n documents of a source in the archive, of which nobody was told."""
    path = os.path.join(world.folder, name + '.jsonl')
    with open(path, 'w') as f:
        for i in range(n):
            text = '\n\n'.join(prose('%s%d' % (name, i)))
            f.write(json.dumps({'source': name, 'url': 'http://127.0.0.1:9/%s/%d' % (name, i), 'title': '%s: notice %d <b>&' % (name, i), 'published': '2024-04-%02d' % (i % 30 + 1),
                                'text': text, 'text_state': 'full', 'language': 'en', 'revision': 1, 'first_seen': '2024-04-30T00:00:00Z', 'last_changed': '2024-04-30T00:00:00Z', 'id': str(i + 1)}) + '\n')
    world.command('import', path)
    origin.pages['/%s/' % name] = listing([])
    world.source(name, '/%s/' % name, every='1d', recheck='[]')


def channel(world, name):
    return next(c for c in world.lines('channels', '--json') if c['name'] == name)


def test_five_thousand_notices_come_in_digests_at_their_hour_through_a_restart_and_a_receiver_that_fails(world, origin):
    n = 5000
    clock = Clock(world)
    world.channels, world.sources = [], []
    world.source('a', '/a/').write()
    imported(world, origin, 'a', n - 100)
    imported(world, origin, 'b', 100)
    daily, hourly, mail = Receiver(clock.now), Receiver(clock.now), MailServer()
    world.channels = ['{name: daily, webhook: "%s", digest: daily 08:00, timezone: Asia/Tokyo, retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s]}' % daily.url,
                      '{name: hourly, webhook: "%s", digest: 1h, quiet: "12:30-15:00", timezone: UTC, urgent: "title:\\"notice 7\\""}' % hourly.url,
                      '{name: desk, digest: 1h, timezone: UTC, mail: {to: [desk@example.org], from: watch@example.org, server: "%s"}}' % mail.url]
    clock.start()
    for name in 'ab':
        world.command('release', name, '--all')
    wait_until(lambda: len(hourly.events()) == 2, 'what is urgent')
    assert [e['data']['title'] for e in hourly.events()] == ['a: notice 7 <b>&', 'b: notice 7 <b>&'] and hourly.posts[0][1] == 'application/cloudevents+json'
    assert daily.posts == [] and mail.mails == [] and world.status()['deliveries'] == 3 * n - 2
    held = channel(world, 'daily')
    assert (held['state'], held['waiting'], held['held'], held['held_until']) == ('holding', n, n, '2024-05-01T23:00:00Z')
    assert 'digest' in world.command('channels').stdout
    clock.set(NOON + 3601)
    wait_until(lambda: len(mail.mails) == 1, 'the mail at one o\'clock')
    text = mail.mails[0][2].get_content().replace('\r\n', '\n')
    assert mail.mails[0][2]['Subject'] == '[desk] 5000 notices from 2 sources' and 'a: 4900\n' in text and 'b: 100\n' in text and 'presswatch tail --since 0' in text
    assert text.count('\n* ') == 250 and len(hourly.events()) == 2
    world.stop()
    clock.start()
    clock.set(NOON + 2 * 3600 + 3500)
    time.sleep(2.5)
    assert len(hourly.events()) == 2 and daily.posts == []
    daily.status = 500
    clock.set(NOON + 3 * 3600 + 1)
    wait_until(lambda: len(hourly.events()) == n, 'the digest at three')
    clock.set(NOON + 11 * 3600 + 1)
    wait_until(lambda: channel(world, 'daily').get('error'), 'a failure')
    first = channel(world, 'daily')
    daily.status = 204
    wait_until(lambda: len(daily.events()) == n, 'the digest of the day')
    assert first['waiting'] == n and len(mail.mails) == 1
    for r in (daily, hourly):
        batches = [p for p in r.posts if p[1] == 'application/cloudevents-batch+json']
        assert len({p[2] for p in batches}) == len(batches) and max(len(p[3]) for p in batches) == 100 and len({e['id'] for e in r.events()}) == n
        order = [e['sequence'] for p in batches for e in p[3]]
        assert order == sorted(order)
    assert all(p[0] >= NOON + 11 * 3600 for p in daily.posts)
    lines = {json.loads(line)['id']: json.loads(line) for line in world.command('tail', '--json').stdout.splitlines()}
    assert all(lines[e['id']] == e for e in daily.events())
    world.stop()


def test_a_storm_and_a_quiet_night_are_folded_and_release_lets_go_at_once(world, origin):
    clock = Clock(world)
    world.channels, world.sources = [], []
    world.source('a', '/a/').write()
    for name, n in (('a', 60), ('b', 5), ('c', 40), ('d', 3)):
        imported(world, origin, name, n)
    mail = MailServer()
    world.channels = ['{name: desk, storm: 20, quiet: "22:00-07:00", timezone: UTC, mail: {to: [desk@example.org], from: watch@example.org, server: "%s"}}' % mail.url]
    clock.start()
    subjects = lambda: [m[2]['Subject'] for m in list(mail.mails)]
    world.command('release', 'a', '--all')
    wait_until(lambda: len(mail.mails) == 20, 'the first twenty')
    clock.set(NOON + 3601)
    wait_until(lambda: len(mail.mails) == 21, 'the rest in one')
    assert subjects()[20] == '[desk] Many at once: 40 notices from 1 source' and 'presswatch tail --since 20\n' in mail.mails[20][2].get_content().replace('\r\n', '\n')
    clock.set(NOON + 11 * 3600)
    world.command('release', 'b', '--all')
    time.sleep(1.5)
    assert len(mail.mails) == 21 and channel(world, 'desk')['state'] == 'holding'
    assert '5 notices' in world.command('release', 'desk').stdout
    wait_until(lambda: len(mail.mails) == 26, 'what release lets go')
    assert all(s.startswith('[b] b: notice') for s in subjects()[21:])
    world.command('release', 'c', '--all')
    clock.set(NOON + 19 * 3600 - 5)
    time.sleep(1.5)
    assert len(mail.mails) == 26
    clock.set(NOON + 19 * 3600 + 1)
    wait_until(lambda: len(mail.mails) == 27, 'the night in one')
    assert subjects()[26] == '[desk] Held over quiet hours: 40 notices from 1 source'
    world.command('release', 'd', '--all')
    wait_until(lambda: len(mail.mails) == 30, 'the day, one by one')
    world.stop()
