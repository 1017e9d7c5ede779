"""Golden screens: what a person sees on a terminal of 80 and of 120 columns. PRESSWATCH_REGEN=1 writes them anew; read them then."""
import json, os, pty, re, select, signal, socket, sqlite3, threading, time, unicodedata

import pytest

from conftest import BIN, article, listing, prose, wait_until
from test_commands import on_terminal, plain

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'screens')
TITLES = ['日本とベトナムの外相会談について（概要と今後の協力に関する共同声明の骨子）', 'Japan-Viet Nam Relations: joint statement on regional cooperation and transport',
          'Hội nghị Bộ trưởng Kinh tế: kết quả chính và các bước tiếp theo', 'Sanctions stay in place']
ANSWER = {'ok': True, 'version': '0.1.0', 'pid': 4242, 'sources': 3, 'states': {'ok': 1, 'failing': 1, 'quiet': 1}, 'visits': 5231, 'visits_ms': 900000,
          'visiting': 1, 'visits_failed': 12, 'in_flight': 2, 'waiting': 0, 'documents': 4, 'revisions': 5, 'candidates': 0, 'unindexed': 0, 'events': 6,
          'deliveries': 1, 'dead_deliveries': 0, 'workers': {'running': 2, 'busy': 0, 'waiting': 0, 'jobs': 88, 'restarts': 0}, 'archive_bytes': 5242880, 'loop': {'turns': 90000, 'longest_ms': 12, 'stalls': 0}}


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def mask(text):
    """What differs from run to run, in the width it has."""
    text = re.sub(r'127\.0\.0\.1:\d{5}', '127.0.0.1:#####', text)
    text = re.sub(r'20\d\d-\d\d-\d\d \d\d:\d\d', '####-##-## ##:##', text)
    text = re.sub(r'^20[3-9]\d-\d\d-\d\d$|^202[5-9]-\d\d-\d\d$', '####-##-##', text, flags=re.M)
    return re.sub(r'\b\d\d:\d\d\b', '##:##', text)


class Daemon(threading.Thread):
    """The control socket of a daemon that always says the same."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()
        self.start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            asked = b''
            while not asked.endswith(b'\n'):
                asked += peer.recv(4096)
            since = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - 5 * 3600))
            peer.sendall(json.dumps(dict(ANSWER, since=since)).encode() + b'\n')
            peer.close()


@pytest.fixture
def archive(world, origin):
    texts = [['会談では両国の協力について意見を交換した。' * 6]] + [[p for p in prose('s%d' % i, 2)] for i in (1, 2)] + \
            [['The sanctions will not be lifted before the summer.', prose('s3', 1)[0]]]
    for i, title in enumerate(TITLES):
        origin.pages['/p/%d' % i] = article(title, texts[i], '2023-02-0%d' % (9 - i), ['ja', 'en', 'vi', 'en'][i])
    origin.pages['/p/'] = listing([('/p/%d' % i, t, '2023-02-0%d' % (9 - i)) for i, t in enumerate(TITLES)])
    world.head, world.network = 'workers: 1\n', 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 1'
    world.channels = ['{name: desk, file: desk.jsonl}']
    world.source('foreign-ministry', '/p/', first_visit='announce').once()
    texts[3][0] = 'The sanctions will be lifted before the autumn.'
    origin.pages['/p/3'] = article(TITLES[3], texts[3], '2023-02-06')
    wait_until(lambda: world.once() == 0 and any(d['revision'] == 2 for d in world.documents()), 'the edit')
    world.source('central-bank-press-releases-in-english', '/bank/').source('quiet-one', '/q/').once(expect=3)
    now = int(time.time() * 1000)
    with sqlite3.connect(world.archive) as db:
        db.execute('UPDATE source SET last_visit_ms = ?, last_good_ms = ?, last_new_ms = ?, next_visit_ms = ?, failures = 0, state = 1, cause = NULL, state_since_ms = ?',
                   (now - 3 * 3600000, now - 3 * 3600000, now - 5 * 86400000, now + 12 * 3600000, now - 10 * 86400000))
        db.execute("UPDATE source SET state = 2, failures = 3, cause = 'status 404, the page is not there', last_good_ms = ? WHERE name LIKE 'central%'", (now - 7 * 3600000,))
        db.execute("UPDATE source SET state = 5, cause = 'nothing new for 9 d; usually within 2 d' WHERE name = 'quiet-one'")
    world.daemon_socket = Daemon(os.path.join(world.folder, 'control.sock'))
    yield world
    world.daemon_socket.socket.close()


@pytest.mark.parametrize('columns', [80, 120])
def test_screens_are_those_that_were_read_and_liked(archive, columns):
    ident = next(d['id'] for d in archive.documents() if d['revision'] == 2)
    screens = {'status': ['status'], 'sources': ['sources'], 'search': ['search', 'japan OR 外相 OR sanctions'], 'show': ['show', ident], 'diff': ['diff', ident],
               'tail': ['tail'], 'list': ['list'], 'removed': ['search', 'removed:not'], 'history': ['history', ident]}
    wrong = []
    for line in plain(on_terminal(archive.conf, 'visits', 'foreign-ministry', columns=columns)[0]).splitlines():
        assert columns_of(line) <= columns, line
    for name, args in screens.items():
        text, code = on_terminal(archive.conf, *args, columns=columns, NO_COLOR='1', TZ='UTC', PAGER='cat')
        assert code == 0 and '\x1b' not in text, (name, code, text)
        assert all(columns_of(line) <= columns for line in text.splitlines()), (name, text)
        got = ''.join(line.rstrip() + '\n' for line in mask(text).splitlines())
        path = os.path.join(FOLDER, '%s-%d.txt' % (name, columns))
        if os.environ.get('PRESSWATCH_REGEN'):
            os.makedirs(FOLDER, exist_ok=True)
            open(path, 'w', encoding='utf-8').write(got)
        want = open(path, encoding='utf-8').read()
        if got != want:
            wrong.append('---- %s, %d columns: wanted\n%s---- got\n%s' % (name, columns, want, got))
    assert not wrong, '\n'.join(wrong)


def test_watch_shows_it_again(archive):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='xterm', COLUMNS='80')
        os.execv(os.path.join(BIN, 'presswatch'), ['presswatch', '--config', archive.conf, 'sources', '--watch'])
    out, end = b'', time.time() + 30
    while out.count(b'\x1b[2J') < 3 and time.time() < end:
        if select.select([fd], [], [], 1)[0]:
            out += os.read(fd, 65536)
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    os.close(fd)
    assert out.count(b'\x1b[2J') >= 3 and out.count(b'foreign-ministry') >= 2
    assert '\x1b[2J' not in archive.command('sources', '--watch').stdout      # a pipe gets it once


def test_times_are_in_the_zone_of_the_reader(archive):
    zones = [on_terminal(archive.conf, 'history', '1', *more, columns=100, NO_COLOR='1', TZ='Asia/Tokyo', PAGER='cat')[0] for more in ([], ['--utc'])]
    hours = [int(re.search(r' (\d\d):\d\d', z).group(1)) for z in zones]
    assert (hours[0] - hours[1]) % 24 == 9
