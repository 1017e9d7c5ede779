"""Promises P1 to P20: what a hostile origin must not be able to do. One test a promise; each prints its figure."""
import concurrent.futures, csv, io, json, os, random, re, shutil, socket, sqlite3, ssl, subprocess, sys, threading, time, urllib.request

import pytest

import hostile
from conftest import BIN, article, listing, prose, wait_until
from hostile import Canary, Hostile, Resolver, with_resolver

SOAK = os.environ.get('PRESSWATCH_SOAK') == '1'
ASAN = 'asan' in BIN
LIMIT = 4           # seconds a whole transfer may take in these tests


@pytest.fixture
def bad():
    h = Hostile()
    yield h
    h.close()


@pytest.fixture
def canary():
    c = Canary()
    yield c
    c.close()


def rss_kib(pid):
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))


class Peak(threading.Thread):
    """Highest RSS of the daemon while the block runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.first, self.peak, self.on = pid, rss_kib(pid), 0, True

    def __enter__(self):
        self.start()
        return self

    def run(self):
        while self.on:
            try:
                self.peak = max(self.peak, rss_kib(self.pid))
            except (OSError, AttributeError):
                return
            time.sleep(0.05)

    def __exit__(self, *a):
        self.on = False
        self.join()
        self.rise_mib = (self.peak - self.first) / 1024


def good_sources(world, origin, n=20, every='2s'):
    """n well-behaved sources on the ordinary origin."""
    for i in range(n):
        origin.pages['/good/%d/' % i] = listing([('/good/%d/%d' % (i, k), 'Good release %d of office %d' % (k, i), '%d May 2024' % (k + 1)) for k in range(2)])
        for k in range(2):
            origin.pages['/good/%d/%d' % (i, k)] = article('Good release %d of office %d' % (k, i), prose('good%d-%d' % (i, k)))
        world.source('good%d' % i, '/good/%d/' % i, every=every, recheck='[1h]')


def late_visits(origin, n, since, until, every, bystander):
    """Visits of good sources that came more than one interval late, beyond what a bystander had to wait."""
    late = total = 0
    delay = bystander.worst(since, until)
    for i in range(n):
        at = [t for t, *_ in origin.asked('/good/%d/' % i) if t >= since] + [until]
        last = since
        for t in at:
            total += 1
            late += t - last > 2 * every + delay
            last = t
    return late, total


def polled(server, path, times, seconds=30):
    wait_until(lambda: server.asked(path) >= times, '%d visits of %s' % (times, path), seconds)


def rows(world, sql):
    with sqlite3.connect('file:%s?mode=ro' % world.archive, uri=True) as db:
        return db.execute(sql).fetchall()


def revisions(world):
    return sum(d['revision'] - 1 for d in world.documents())


def only(world, bad, more=''):
    """Connections to these two ports alone are allowed."""
    world.network = 'allow: ["127.0.0.1:%d", "127.0.0.1:%s", "127.0.0.1:%s"], host-delay: 0s, per-host: 32, timeout: %ds%s' % (
        bad.port, world.origin.base.rsplit(':', 1)[1], world.hook.url.split(':')[2].split('/')[0], LIMIT, more)
    return world


def test_p1_slow_silent_and_endless_servers(world, origin, hook, bad, bystander, promise):
    slow = ['/never-respond', '/slow-headers', '/slow-body', '/stall-mid-body', '/stall-gzip', '/endless-body', '/endless-chunks', '/endless-status-line', '/endless-2kb']
    only(world, bad)
    good_sources(world, origin)
    world.start()
    wait_until(lambda: world.status()['documents'] == 40, 'the baseline')
    for p in slow:
        world.source('slow' + p.replace('/', '-'), bad.base + p)
    for p in ('/slow-but-legal/a', '/one-byte-chunks/b'):
        world.source('legal' + p.replace('/', '-'), bad.base + p, kind='page')
    since = time.time()
    with Peak(world.daemon.pid) as peak:
        world.write()
        world.daemon.send_signal(1)
        wait_until(lambda: all(bad.asked(p) for p in slow), 'all slow ones to be asked')
        time.sleep(LIMIT + 3)
        until = time.time()
    longest = max(max(bad.held.get(p, [99])) for p in slow)
    late, total = late_visits(origin, 20, since, until, 2, bystander)
    delay = bystander.worst(since, until)
    legal = sum('WHOLE-' in (d.get('text') or '') for d in world.documents())
    assert world.daemon.poll() is None
    world.stop()
    promise('P1', 'longest transfer %.1f s (limit %d; a bystander waited %.1f s), late visits of 20 good sources %d of %d, RSS rise %.1f MiB, slow but legal %d/2'
            % (longest, LIMIT, delay, late, total, peak.rise_mib, legal), longest <= LIMIT + 1 + delay and late == 0 and peak.rise_mib < 16 and legal == 2)


def test_p2_bombs(world, origin, hook, bad, promise):
    names = ['/gzip-bomb', '/gzip-nested', '/gzip-bomb-feed', '/xml-bomb', '/xml-bomb-quadratic', '/long-line']
    hostile.bombs()
    only(world, bad, ', max-size: 32M')
    good_sources(world, origin, 3)
    world.start()
    wait_until(lambda: world.status()['documents'] == 6, 'the baseline')
    for p in names:
        world.source('bomb' + p.replace('/', '-'), bad.base + p, every='1h')
    with Peak(world.daemon.pid) as peak:
        world.write()
        world.daemon.send_signal(1)
        wait_until(lambda: all(bad.asked(p) for p in names), 'all bombs to be asked')
        time.sleep(4)
    stored = len(world.documents()) - 6
    world.stop()
    promise('P2', 'RSS rise %.1f MiB over %d bombs, stored %d' % (peak.rise_mib, len(names), stored), peak.rise_mib < 64 and stored == 0)


def test_p3_cut_or_false_framing(world, origin, hook, bad, promise):
    only(world, bad)
    world.source('later', bad.base + '/later-cut-list', recheck='[1s]')
    world.source('cut', bad.base + '/cut-list', first_visit='announce')
    world.source('feed', bad.base + '/feed-truncated', first_visit='announce')
    world.source('pipe', bad.base + '/pipelined-second', kind='page')
    world.start()
    wait_until(lambda: all(bad.asked('/later-cut/' + n) >= 3 and bad.asked('/cut/' + n) for n in hostile.CUTS), 'all cuts', 60)
    polled(bad, '/pipelined-second', 3)
    polled(bad, '/feed-truncated', 2)
    docs = world.documents()
    world.stop()
    half = [d['url'] for d in docs if d.get('text') and 'WHOLE-' not in d['text']]
    from_feed = [d for d in docs if d['source'] == 'feed']
    smuggled = sum('SMUGGLED' in json.dumps(d) for d in docs)
    edited = [e['data']['url'] for e in hook.of('document.edited')]
    told = [e['data']['url'] for e in hook.of('document.new')]
    promise('P3', '%d documents of %d cut pages%s, %d of a cut feed, %d revisions%s, %d notices, SMUGGLED %d times' % (
        len(half), 2 * len(hostile.CUTS), half or '', len(from_feed), revisions_of(docs), edited or '', len(edited) + len(told), smuggled),
        not half and not from_feed and revisions_of(docs) == 0 and not edited and not told and smuggled == 0)


def revisions_of(docs):
    return sum(d['revision'] - 1 for d in docs)


def test_p4_header_floods(world, origin, hook, bad, bystander, promise):
    only(world, bad)
    good_sources(world, origin, 5)
    world.start()
    wait_until(lambda: world.status()['documents'] == 10, 'the baseline')
    for p in hostile.FLOODS:
        world.source('flood' + p.replace('/', '-'), bad.base + p)
    since = time.time()
    with Peak(world.daemon.pid) as peak:
        world.write()
        world.daemon.send_signal(1)
        wait_until(lambda: all(bad.asked(p) for p in hostile.FLOODS), 'all floods to be asked')
        time.sleep(LIMIT + 2)
    delay = bystander.worst(since, time.time())
    late, total = late_visits(origin, 5, since, time.time(), 2, bystander)
    alive = world.daemon.poll() is None
    longest = max(max(bad.held.get(p, [99])) for p in hostile.FLOODS)
    world.stop()
    promise('P4', 'daemon alive %s after %d floods, late visits %d of %d, longest %.1f s, RSS rise %.1f MiB' % (alive, len(hostile.FLOODS), late, total, longest, peak.rise_mib),
            alive and late == 0 and longest <= LIMIT + 1 + delay)


def test_p5_redirects_never_reach_a_private_address(world, origin, hook, bad, canary, promise):
    targets = hostile.spellings(canary.port)
    bad.var['canary'] = canary.port
    naive = 0
    for u in targets[:16]:      # the listener is one that a careless client reaches
        try:
            host = u.split('//')[1].split('@')[-1].rsplit(':', 1)[0].strip('[]')
            socket.create_connection((host, canary.port), 1).close()
            naive += 1
        except (OSError, UnicodeError):
            pass
    time.sleep(0.3)
    canary.hits.clear()
    only(world, bad)
    for i in range(len(targets)):
        world.source('r%d' % i, bad.base + '/redirect/%d' % i, recheck='[1h]')
    for p in ('/redirect-loop', '/redirect-chain/0', '/to-canary'):
        world.source(p.strip('/').replace('/', '-'), bad.base + p)
    world.source('direct', 'http://127.0.0.1:%d/' % canary.port)
    world.channels = ['{name: hook, webhook: "%s", secret-file: %s, retry: [1s]}' % (hook.url, world.key),
                      '{name: evil, webhook: "http://127.0.0.1:%d/hook", secret-file: %s, retry: [1s, 1s, 1s]}' % (canary.port, world.key)]
    world.start()
    wait_until(lambda: all(bad.asked('/redirect/%d' % i) >= 2 for i in range(len(targets))), 'all redirects, twice', 60)
    wait_until(lambda: hook.of('source.failing'), 'a notice that the evil channel got too')
    time.sleep(2)
    hops = max(bad.counts.get('/redirect-loop', 0), 0)
    chain = max(int(p.rsplit('/', 1)[1]) for p in bad.counts if p.startswith('/redirect-chain/'))
    with open('/etc/hostname') as f:
        name = f.read().strip()
    stored = json.dumps(world.documents())
    world.stop()
    found = (name in stored if len(name) > 3 else False) or 'CANARY' in stored
    promise('P5', 'canary %d times by %d targets (a naive client %d of 16), file content %d, hops %d' % (len(canary.hits), len(targets), naive, found, chain),
            not canary.hits and naive >= 8 and not found and chain <= 5)


def kinds_of_lies(name, kind, n):
    """What each family of names answers; the rest does not exist."""
    family = name.split('.')[0].rstrip('0123456789')
    four = {'turn': ['93.184.216.34'] if n == 0 else ['127.0.0.1'], 'both': ['93.184.216.34', '127.0.0.1'], 'plain': ['127.0.0.1'], 'zero': ['0.0.0.0'],
            'other': ['127.9.8.7'], 'private': ['10.0.0.1', '127.0.0.1']}
    six = {'vsix': ['::1'], 'mapped': ['::ffff:127.0.0.1'], 'translated': ['64:ff9b::7f00:1', '::ffff:127.0.0.1'], 'sixtofour': ['2002:7f00:1::1', '::1']}
    return (four if kind == 'A' else six).get(family, [] if family in four or family in six else 3)


FAMILIES = 'turn both plain zero other private vsix mapped translated sixtofour'.split()


@pytest.mark.skipif(os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode != 0, reason='needs root: a resolver of its own')
def test_p5_names_that_turn_to_a_private_address(world, origin, hook, bad, canary, promise):
    dns = Resolver('127.0.0.77', kinds_of_lies)
    try:
        only(world, bad)
        naive = subprocess.run(with_resolver(world.folder, '127.0.0.77', [sys.executable, '-c', 'import sys, urllib.request\nfor u in sys.argv[1:]:\n try: urllib.request.urlopen(u, timeout=3).read()\n except OSError: pass']
                                             + ['http://%s1.test:%d/' % (f, canary.port) for f in FAMILIES[2:]]), timeout=60)
        assert naive.returncode == 0
        reached = len(canary.hits)
        canary.hits.clear()
        dns.asked.clear()
        each = 10
        for f in FAMILIES:
            for i in range(each):
                world.source('%s-%d' % (f, i), 'http://%s%d.test:%d/' % (f, i, canary.port), every='1s')
        world.channels = ['{name: hook, webhook: "%s", secret-file: %s, retry: [1s]}' % (hook.url, world.key)] + [
            '{name: evil-%s, webhook: "http://%s99.test:%d/hook", secret-file: %s, retry: [1s, 1s, 1s]}' % (f, f, canary.port, world.key) for f in FAMILIES]
        world.write()
        begun = time.time()
        world.daemon = subprocess.Popen(with_resolver(world.folder, '127.0.0.77', [os.path.join(BIN, 'presswatchd'), '--config', world.conf]), stderr=open(world.log_path, 'ab'))
        silent = lambda: ['%s%d' % (f, i) for f in FAMILIES for i in range(each) if ('%s%d.test' % (f, i), 'A') not in dns.asked]      # noqa: E731
        wait_until(lambda: not silent() or time.time() > begun + 30, 'every name to be asked for', 40)
        assert not silent(), silent()
        wait_until(lambda: all(dns.asked.get(('%s99.test' % f, 'A'), 0) for f in FAMILIES), 'the webhooks', 40)
        turned = lambda: sum(dns.asked.get(('turn%d.test' % i, 'A'), 0) >= 2 for i in range(each))      # noqa: E731
        try:
            wait_until(turned, 'a name to be asked for again', 12)
        except AssertionError:
            pass
        time.sleep(2)
        said = world.log().count('private') + world.log().count('not allowed') + world.log().count('refused')
        world.stop()
    finally:
        dns.close()
    promise('P5', 'names: canary %d times in %d tries by %d kinds of lying names and %d webhooks (a naive client %d of %d), %d turned between two questions, refusals logged %s' % (
        len(canary.hits), each * len(FAMILIES), len(FAMILIES), len(FAMILIES), reached, len(FAMILIES) - 2, turned(), said > 0), not canary.hits and reached >= 4 and said > 0)


def test_p5_robots_that_lead_to_a_private_address(world, origin, hook, canary, promise):
    targets, servers = hostile.spellings(canary.port), []
    for i in range(0, len(targets), 6):
        server = Hostile()
        server.robots = lambda a, to=targets[i:i + 6]: a.page(b'', '302 Found', Location=to[a.n % len(to)].encode().decode('latin-1'))
        servers.append(server)
        world.source('robots%d' % i, server.base + '/ok/a', kind='page', every='1s')
    world.network = 'allow: [%s], host-delay: 0s, per-host: 8, timeout: 4s' % ', '.join('"127.0.0.1:%d"' % s.port for s in servers)
    for _ in range(6):
        world.once(expect=None)
    asked = sum(s.asked('/robots.txt') for s in servers)
    for s in servers:
        s.close()
    promise('P5', 'robots.txt: canary %d times by %d redirects' % (len(canary.hits), asked), not canary.hits and asked >= len(targets))


HOSTILE_ROUND = ['/never-respond', '/slow-headers', '/slow-body', '/stall-gzip', '/endless-body', '/endless-chunks', '/gzip-bomb', '/gzip-nested', '/gzip-bomb-feed', '/xml-bomb',
                 '/long-line', '/attr-flood', '/xml-attr-flood', '/deep-html', '/link-flood', '/feed-100k-items', '/entity-flood', '/header-endless', '/redirect-loop', '/cookie-flood']


def test_good_sources_beside_hostile_ones(world, origin, hook, bad, bystander, promise):
    """20 sources of a hostile server and 200 good ones: every good visit on time, memory within 64 MB above idle."""
    every, span = 8, 40 if SOAK else 20
    hostile.bombs()
    only(world, bad)
    good_sources(world, origin, 200, every='%ds' % every)
    world.start()
    wait_until(lambda: world.status()['documents'] == 400, 'the baseline', 90)
    wait_until(lambda: world.status()['in_flight'] == 0 and world.status()['workers']['busy'] == 0, 'rest')
    for p in HOSTILE_ROUND:
        world.source('bad' + p.replace('/', '-'), bad.base + p, every='1s')
    since = time.time()
    with Peak(world.daemon.pid) as peak:
        world.write()
        world.daemon.send_signal(1)
        wait_until(lambda: all(bad.asked(p) for p in HOSTILE_ROUND), 'the hostile ones to be asked', 40)
        time.sleep(span)
        until = time.time()
    late, total = late_visits(origin, 200, since, until, every, bystander)
    alive, loop = world.daemon.poll() is None, world.status()['loop']
    world.stop()
    promise('P1', '20 hostile sources beside 200 good: late visits %d of %d, RSS rise %.1f MiB, longest step of the loop %d ms CPU, alive %s' % (
        late, total, peak.rise_mib, loop['longest_ms'], alive), alive and late == 0 and (peak.rise_mib < 64 or ASAN))


def test_p6_bad_tls(world, origin, hook, promise, tmp_path):
    hits, servers = [], []

    def certificate(name, days=1, subject='/CN=127.0.0.1', alt='IP:127.0.0.1', begun=None):
        key, crt = str(tmp_path / (name + '.key')), str(tmp_path / (name + '.crt'))
        cmd = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', crt, '-days', str(days), '-subj', subject, '-addext', 'subjectAltName=' + alt]
        subprocess.run((['faketime', begun] if begun else []) + cmd, check=True, capture_output=True)
        return crt, key

    def serve(context):
        s = socket.socket()
        s.bind(('127.0.0.1', 0))
        s.listen(16)
        servers.append(s)

        def run():
            while True:
                try:
                    conn, _ = s.accept()
                except OSError:
                    return
                conn.settimeout(5)
                try:
                    conn = context.wrap_socket(conn, server_side=True) if context else conn
                    data = conn.recv(65536)
                    if b'HTTP/' in data:
                        hits.append(s.getsockname())
                        body = article('TLSBODY', prose('tls')).encode()
                        conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % len(body) + body)
                except OSError:
                    pass
                conn.close()
        threading.Thread(target=run, daemon=True).start()
        return s.getsockname()[1]

    for name, args in (('self-signed', {}), ('wrong-host', {'subject': '/CN=example.org', 'alt': 'DNS:example.org'}), ('expired', {'begun': '2001-01-01 00:00:00'}), ('old', {}), ('plain', None)):
        context = None
        if args is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate(name, **args))
            if name == 'old':
                context.set_ciphers('ALL:@SECLEVEL=0')
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        world.source(name, 'https://127.0.0.1:%d/' % serve(context), kind='page')
    world.once(expect=3)
    docs = world.documents()
    causes = {e['data']['source']: e['data']['cause'] for e in hook.of('source.failing')}
    for s in servers:
        s.close()
    told = sum(any(w in world.log().lower() for w in (n, )) for n in ('self-signed', 'wrong-host', 'expired', 'old', 'plain'))
    promise('P6', 'bodies accepted %d, requests sent %d, of 5 bad servers; causes named %d' % (len(docs), len(hits), max(len(causes), told)), not docs and not hits)


def test_p7_parser_attacks(world, origin, hook, bad, bystander, promise):
    only(world, bad)
    good_sources(world, origin, 5)
    world.start()
    wait_until(lambda: world.status()['documents'] == 10, 'the baseline')
    for p in hostile.PARSER:
        world.source('p' + p.replace('/', '-'), bad.base + p, every='1h')
        if p.startswith(('/attr', '/deep-html', '/tag', '/table', '/entity', '/comment')):
            world.source('page' + p.replace('/', '-'), bad.base + p + '?page', kind='page', every='1h')
    world.source('deep300', bad.base + '/deep-300', kind='page', every='1h')
    since = time.time()
    world.write()
    stalls, done = [], threading.Event()

    def watch():        # how long the loop takes to answer a word on its socket
        while not done.is_set():
            t = time.time()
            try:
                s = socket.socket(socket.AF_UNIX)
                s.settimeout(10)
                s.connect(os.path.join(world.folder, 'control.sock'))
                s.sendall(b'{"cmd":"nothing"}\n')      # a word that the loop answers by itself
                s.recv(65536)
                s.close()
                stalls.append(time.time() - t)
            except OSError:
                pass
            time.sleep(0.02)

    watcher = threading.Thread(target=watch, daemon=True)
    world.daemon.send_signal(1)
    watcher.start()
    wait_until(lambda: all(bad.asked(p) for p in hostile.PARSER), 'all attacks to be asked')
    wait_until(lambda: world.status()['in_flight'] == 0 and all(w.get('busy', 0) == 0 if isinstance(w, dict) else True for w in [world.status()['workers']]), 'the workers', 60)
    time.sleep(6)
    done.set()
    watcher.join()
    late, total = late_visits(origin, 5, since, time.time(), 2, bystander)
    deep = [d for d in world.documents() if d['source'] == 'deep300']
    deep_ok = bool(deep) and ('DEEPMARK' in (deep[0].get('text') or '') or deep[0]['text_state'] != 'full') or 'deep' in json.dumps([e for e in hook.of('source.failing') if e['data']['source'] == 'deep300'])
    alive = world.daemon.poll() is None
    loop = world.status()['loop']
    world.stop()
    worst = max(stalls)
    promise('P7', '%d attacks: alive %s, longest step of the loop %d ms CPU of %d steps (limit 50), longest answer %.0f ms of %d (machine shared), late visits %d of %d, '
            'deep text found or reported %s' % (len(hostile.PARSER), alive, loop['longest_ms'], loop['turns'], worst * 1000, len(stalls), late, total, deep_ok),
            alive and late == 0 and deep_ok and (loop['longest_ms'] <= 50 or ASAN))


def test_p8_external_entities(world, origin, hook, bad, canary, promise):
    bad.var['canary'] = canary.port
    only(world, bad)
    for n in ('xxe-file', 'xxe-http', 'xxe-parameter', 'xxe-doctype', 'xinclude'):
        world.source(n, bad.base + '/' + n, first_visit='announce')
    world.once(expect=None)
    dump = open(world.archive, 'rb').read() + (open(world.archive + '-wal', 'rb').read() if os.path.exists(world.archive + '-wal') else b'')
    secret = open('/etc/hostname', 'rb').read().strip()
    found = dump.count(secret) if len(secret) > 3 else 0
    promise('P8', 'canary %d, host name in the archive %d times' % (len(canary.hits), found), not canary.hits and found == 0)


def test_p9_bytes_of_all_kinds(world, origin, hook, bad, promise):
    only(world, bad)
    world.source('bytes', bad.base + '/bytes-list', recheck='[1s]')
    world.start()
    wait_until(lambda: all(bad.asked('/bytes/' + n) >= 6 for n in hostile.BYTES) and bad.asked('/charset-flips') >= 6, 'six looks at each', 40)
    docs = world.documents()
    raw = world.command('export', '--format', 'jsonl', text=False).stdout
    world.stop()
    raw.decode('utf-8')
    controls = sum(bool(re.search('[\x00-\x08\x0b-\x1f\x7f-\x9f]', json.dumps(v, ensure_ascii=False))) or '\x00' in str(v) for d in docs for v in d.values())
    stored = rows(world, "SELECT count(*) FROM document WHERE instr(title, char(0)) OR title GLOB '*[' || char(1) || '-' || char(8) || ']*'")[0][0]
    promise('P9', '%d documents of %d pages, %d fields with controls, %d revisions in 5 looks' % (len(docs), len(hostile.BYTES) + 1, controls + stored, revisions_of(docs)),
            len(docs) == len(hostile.BYTES) + 1 and controls + stored == 0 and revisions_of(docs) == 0)


def test_p10_lying_validators(world, origin, hook, bad, promise):
    only(world, bad)
    world.source('forever', bad.base + '/etag-304-forever')
    world.source('always', bad.base + '/etag-always-new', kind='page', every='1s')
    world.source('hostile', bad.base + '/etag-hostile', kind='page', every='1s')
    world.once()
    bad.var['rows'] = 5
    world.once()
    before = len(world.documents())
    with sqlite3.connect(world.archive) as db:      # a day goes by
        db.execute('UPDATE source SET last_full_ms = last_full_ms - 90000000')
    world.once()
    found = len(world.documents()) - before
    polls = 20 if SOAK else 8
    for _ in range(polls):
        world.once()
    docs = world.documents()
    always = [d for d in docs if d['source'] == 'always']
    head = max(n for _, p, _, n in bad.log if p == '/etag-hostile')
    promise('P10', 'change behind a false 304 found %d of 2 after a day; ETag always new: %d document, %d revisions in %d polls; request header %d bytes' % (
        found, len(always), revisions_of(docs), polls, head), found == 2 and len(always) == 1 and revisions_of(docs) == 0 and head < 16384)


def test_p11_dates_and_clocks(world, origin, hook, bad, promise):
    only(world, bad)
    world.source('skew', bad.base + '/clock-skew', first_visit='announce')
    world.source('future', bad.base + '/date-future', first_visit='announce')
    world.start()
    wait_until(lambda: world.status()['documents'] == 8, 'eight documents')
    origin.pages['/late.html'] = article('A later real document', prose('late'), '2024-06-01')
    origin.pages['/late/'] = listing([('/late.html', 'A later real document', '1 June 2024')])
    world.stop()
    world.source('late', '/late/', first_visit='announce').start()
    wait_until(lambda: world.status()['documents'] == 9, 'the later one')
    docs = world.documents()
    tail = [e for e in world.lines('tail') if e['type'] == 'document.new'] if False else json.loads(world.command('tail', '--json').stdout.splitlines()[-1])
    doubtful = [d.get('published') for d in docs if (d.get('published') or '') > '2030']
    first = world.lines('list', '--json')[0]['title']
    world.stop()
    promise('P11', '%d of 9 stored, dates of the future believed %d, last event and first of the list is the real one: %s, %s' % (
        len(docs), len(doubtful), tail['data']['title'] == 'A later real document', first == 'A later real document'),
        len(docs) == 9 and not doubtful and tail['data']['title'] == 'A later real document' and first == 'A later real document')


def test_p12_no_false_change(world, origin, hook, bad, promise):
    only(world, bad)
    world.source('false', bad.base + '/false-list', recheck='[1s]')
    for n in hostile.STANDIN:
        world.source('page-' + n, bad.base + '/false/%s?page' % n, kind='page') if False else None
    world.start()
    polls = 21 if SOAK else 9
    polled(bad, '/false/page-login', polls, 120)
    polled(bad, '/page-flap', polls, 120)
    time.sleep(1)
    docs = world.documents()
    world.stop()
    flap = [d for d in docs if d['url'].endswith('/page-flap')]
    wrong = ['%s %d' % (d['url'].split('/', 3)[3], d['revision'] - 1) for d in docs if d['revision'] > 1 and not d['url'].endswith('/page-flap')]
    gone = [e['type'] for e in hook.events if e['type'] in ('document.removed', 'document.restored')]
    whole = sum('WHOLE-' in (d.get('text') or '') or 'national holiday' in (d.get('text') or '') for d in docs)
    promise('P12', '%d revisions of stand-in pages in %d looks %s, /page-flap %d, texts kept %d of %d, removed or restored %d' % (
        len(wrong), polls, wrong or '', flap[0]['revision'] - 1, whole, len(docs), len(gone)), not wrong and flap[0]['revision'] - 1 <= 2 and whole >= len(docs) - 1 and not gone)


def test_p12_a_candidate_behind_a_stand_in_page_waits(world, origin, hook, bad, promise):
    """A release that is first met while its site is under maintenance is not archived as that page."""
    only(world, bad)
    world.source('site', '/press/', first_visit='announce')
    names = ['page-maintenance', 'page-login', 'page-challenge', 'page-soft-404', 'page-error']
    for n in names:
        origin.pages['/press/%s.html' % n] = (200, {'ETag': None}, hostile.STANDIN[n])
    origin.pages['/press/'] = listing([('/press/%s.html' % n, 'Release %s of the agency about budgets' % n, '2 May 2024') for n in names])
    world.once(expect=None)
    wrong = [d['title'] for d in world.documents() if d.get('text')]
    for n in names:
        origin.pages['/press/%s.html' % n] = article('Release %s of the agency about budgets' % n, prose(n))
    with sqlite3.connect(world.archive) as db:
        db.execute('UPDATE candidate SET not_before_ms = 0')
    world.once(expect=None)
    docs = world.documents()
    promise('P12', 'candidates archived as a stand-in page %d of %d; %d whole later, %d notices' % (len(wrong), len(names), sum(d['words'] > 50 for d in docs), len(hook.of('document.new'))),
            not wrong and len(docs) == len(names) and all(d['words'] > 50 for d in docs) and len(hook.of('document.new')) == len(names))


def test_p13_listing_attacks(world, origin, hook, bad, promise):
    only(world, bad)
    for n in ('vanish', 'session', 'republish', 'half', 'shuffle', 'storm', 'trap'):
        world.source(n, bad.base + '/listing-' + n, recheck='[1h]', include="['/%s/']" % n)
    world.start()
    try:
        wait_until(lambda: all(bad.asked('/listing-' + n) >= 8 for n in ('vanish', 'session', 'republish', 'half', 'shuffle')) and bad.asked('/listing-storm') >= 2, 'the visits', 120)
        wait_until(lambda: world.status()['candidates'] == 0 or bad.asked('/listing-trap') > 20, 'the candidates', 300)
    finally:
        pages = {}
        for d in world.documents():
            pages[d['source']] = pages.get(d['source'], 0) + 1
        world.stop(expect=0)
    told = {}
    for e in hook.events:
        told.setdefault((e.get('data') or {}).get('source'), []).append(e['type'])
    new = {s: told.get(s, []).count('document.new') for s in pages}
    storm = told.get('storm', [])
    loud = {s: n for s, n in new.items() if n and s != 'trap'}
    held = [e['data'] for e in hook.of('source.gap') if e['data']['source'] == 'storm']
    advice = bool(held) and 'release' in json.dumps(held[0])
    promise('P13', 'vanish %d/20, session %d/20, republish %d/20, half %d/20, shuffle %d/50, storm %d/2005 with %d notices (names the release: %s), trap %d pages; false notices %s' % (
        pages.get('vanish', 0), pages.get('session', 0), pages.get('republish', 0), pages.get('half', 0), pages.get('shuffle', 0), pages.get('storm', 0), len(storm), advice,
        pages.get('trap', 0), loud or 0),
        pages.get('vanish') == 20 and pages.get('session') == 20 and pages.get('republish') == 20 and pages.get('half') == 20 and pages.get('shuffle') == 50
        and pages.get('storm') == 2005 and len(storm) <= 1 and advice and not {k: v for k, v in loud.items() if k != 'half'} and loud.get('half', 0) <= 10)


def test_p14_hostile_robots(world, origin, hook, bystander, promise):
    servers = {}
    hostile.bombs()     # made first: making them takes longer than any limit here
    for mode, fn in hostile.robots_modes().items():
        servers[mode] = Hostile()
        servers[mode].robots = fn
        world.source('r-' + mode, servers[mode].base + '/ok/robots', kind='page', every='1h')
    world.network = 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 8, timeout: 15s'
    good_sources(world, origin, 3)
    begun = time.time()
    with_docs = ('404', '403', 'html', 'binary', 'long-line', 'endless')
    world.start()
    wait_until(lambda: len({d['source'] for d in world.documents()} & {'good0', 'good1', 'good2'}) == 3, 'the good ones')
    wait_until(lambda: all('r-' + m in {d['source'] for d in world.documents()} for m in with_docs), 'those whose robots.txt says nothing', 30)
    wait_until(lambda: all(s.held.get('/robots.txt') for s in servers.values()), 'all robots requests to end', 30)
    longest = max(max(s.held['/robots.txt']) for s in servers.values())
    alive = world.daemon.poll() is None
    delay = bystander.worst(begun, time.time())
    origin_ok = len(origin.asked('/good/0/'))
    world.stop()
    for s in servers.values():
        s.close()
    promise('P14', '%d modes, longest robots.txt %.1f s (limit 10; a bystander waited %.1f s), daemon alive %s, good sources visited meanwhile %s' % (len(servers), longest, delay, alive, origin_ok > 0),
            alive and longest <= 12 + delay and origin_ok > 0)


@pytest.fixture
def texts(world, origin, hook, bad):
    """An archive full of hostile titles and texts, one edit among them."""
    only(world, bad)
    world.source('list', bad.base + '/text-list')
    world.source('feed', bad.base + '/text-feed')
    world.once(expect=None)
    return world


def test_p15_no_escape_reaches_the_terminal(texts, promise):
    docs = texts.documents()
    out = b''
    for d in docs:
        for args in (['show', d['id']], ['show', d['id'], '--format', 'markdown'], ['history', d['id']], ['similar', d['id']]):
            out += texts.command(*args, expect=None, text=False).stdout
    for args in (['list'], ['search', 'title'], ['tail'], ['sources'], ['export', '--format', 'markdown'], ['export', '--format', 'csv'], ['export', '--format', 'jsonl'], ['export', '--format', 'atom'], ['list', '--json']):
        r = texts.command(*args, expect=None, text=False)
        out += r.stdout + r.stderr
    out += open(texts.log_path, 'rb').read()
    text = out.decode('utf-8')
    bad_controls = re.findall('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]', text.replace('\r\n', '\n'))
    titles = ''.join(d.get('title') or '' for d in docs)
    bidi = re.findall('[\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]', titles)
    promise('P15', '%d control characters in %d bytes of output, %d bidi controls in titles' % (len(bad_controls), len(out), len(bidi)), not bad_controls and not bidi and len(docs) >= 8)


def test_p16_markup_is_escaped_in_what_others_show(texts, promise):
    import xml.etree.ElementTree as ET
    feed = texts.command('export', '--format', 'atom').stdout
    tree = ET.fromstring(feed)
    foreign = [e.tag for e in tree.iter() if 'w3.org/2005/Atom' not in e.tag]
    links = [e.get('href') for e in tree.iter('{http://www.w3.org/2005/Atom}link') if not re.match('https?://', e.get('href') or '')]
    kinds = {e.get('type') for e in tree.iter('{http://www.w3.org/2005/Atom}title')}
    md = texts.command('export', '--format', 'markdown').stdout
    raw = len(re.findall(r'(?<!\\)<(?:script|img)', md))
    promise('P16', 'Atom: %d foreign elements, %d links that are not http; Markdown: %d raw tags' % (len(foreign), len(links), raw), not foreign and not links and raw == 0)


def test_p17_no_shell_sees_a_title(texts, promise):
    out = os.path.join(texts.folder, 'got')
    path = os.path.join(texts.folder, 'hook.sh')
    with open(path, 'w') as f:
        f.write('#!/bin/sh\ncat >> %s\nprintf "%%s\\n" "$PRESSWATCH_TITLE" >> %s.titles\n' % (out, out))
    os.chmod(path, 0o700)
    os.unlink(texts.archive)
    for more in ('-wal', '-shm'):
        if os.path.exists(texts.archive + more):
            os.unlink(texts.archive + more)
    texts.channels = ['{name: script, exec: [%s]}' % path]
    texts.sources = [s.replace('{name: list,', '{name: list, first-visit: announce,') for s in texts.sources]
    texts.once(expect=None)
    lines = [json.loads(line) for line in open(out)] if os.path.exists(out) else []
    pwned = [os.path.join(d, 'pwned') for d in (texts.folder, os.getcwd(), '/') if os.path.exists(os.path.join(d, 'pwned'))]
    longest = max(len(line) for line in open(out + '.titles', encoding='utf-8'))
    e2big = texts.log().count('Argument list too long')
    promise('P17', 'pwned %d, %d events on stdin, longest title in the environment %d bytes, E2BIG %d' % (len(pwned), len(lines), longest, e2big),
            not pwned and len([e for e in lines if e['type'] == 'document.new']) >= 8 and e2big == 0 and longest < 4096)


def test_p18_no_header_is_injected(texts, hook, promise):
    mails = []
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    s.listen(8)

    def serve():
        while True:
            try:
                conn, _ = s.accept()
            except OSError:
                return
            f = conn.makefile('rwb', buffering=0)
            f.write(b'220 test\r\n')
            while True:
                line = f.readline()
                if not line or line.upper().startswith(b'QUIT'):
                    f.write(b'221 bye\r\n')
                    break
                if line.upper().startswith(b'DATA'):
                    f.write(b'354 go\r\n')
                    data = b''
                    while not data.endswith(b'\r\n.\r\n'):
                        data += f.readline()
                    mails.append(data)
                f.write(b'250 ok\r\n')
            conn.close()
    threading.Thread(target=serve, daemon=True).start()
    os.unlink(texts.archive)
    for more in ('-wal', '-shm'):
        if os.path.exists(texts.archive + more):
            os.unlink(texts.archive + more)
    texts.channels = ['{name: mail, mail: {to: [desk@example.org], from: p@example.org, server: "smtp://127.0.0.1:%d"}}' % s.getsockname()[1],
                      '{name: hook, webhook: "%s", secret-file: %s, retry: [1s]}' % (hook.url, texts.key)]
    texts.network = 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 8'
    texts.sources = [x.replace('{name: list,', '{name: list, first-visit: announce,') for x in texts.sources]
    texts.once(expect=None)
    s.close()
    heads = [m.split(b'\r\n\r\n')[0] for m in mails]
    subjects = [len(re.findall(rb'(?im)^subject:', h)) for h in heads]
    bcc = sum(len(re.findall(rb'(?im)^(bcc|cc):', h)) for h in heads)
    promise('P18', '%d mails, each with 1 Subject: %s, Bcc %d, bad signatures %d of %d webhooks' % (len(mails), set(subjects) == {1}, bcc, hook.bad, len(hook.events)),
            len(mails) >= 8 and set(subjects) == {1} and bcc == 0 and hook.bad == 0)


def test_p19_queries_are_words(texts, promise):
    r = random.Random(19)
    pieces = ['title', '"', "'", '(', ')', 'AND', 'OR', 'NOT', 'NEAR', '*', ':', 'source:', 'title:', 'before:', 'lang:', '^', '-', '+', ';', 'DROP TABLE', '\\', '%', '_', '{', '}', ',', '\u65e5\u672c', '\u202e', '2024-01-01', '0', 'a' * 50]
    found = texts.command('search', '"DROP TABLE document"', expect=None)
    count = 10000 if SOAK else 250
    queries = [' '.join(r.choice(pieces) if r.random() < 0.8 else ''.join(chr(r.randrange(32, 0x2100)) for _ in range(5)) for _ in range(r.randrange(1, 8))) for _ in range(count)]

    def ask(q):
        p = subprocess.run([os.path.join(BIN, 'presswatch'), '--archive', texts.archive, 'search', '--', q], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
        return p.returncode < 0 or p.returncode > 3, bool(re.search(rb'fts5|SQL|sqlite|malformed MATCH|no such column', p.stderr))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, queries))
    crashes, internal = sum(c for c, _ in answers), sum(i for _, i in answers)
    promise('P19', 'quoted SQL found %s, %d random queries: %d crashes, %d internal errors' % (found.returncode == 0, count, crashes, internal),
            found.returncode == 0 and crashes == 0 and internal == 0)


def test_p20_exports_parse_back(texts, promise):
    docs = texts.documents()
    listed = {d['id']: d for d in docs}
    shown = sum(json.loads(texts.command('show', i, '--format', 'json').stdout).get('text') == d.get('text') for i, d in listed.items())
    table = list(csv.DictReader(io.StringIO(texts.command('export', '--format', 'csv').stdout, newline='')))
    same = sum(row['title'].lstrip("'") == (listed[row['id']].get('title') or '').lstrip("'") and (row.get('text') or '').lstrip("'") == (listed[row['id']].get('text') or '').lstrip("'") for row in table)
    formulas = sum(bool(v) and v[0] in '=+-@\t\r' for row in table for v in row.values() if isinstance(v, str))
    promise('P20', 'JSON %d of %d, CSV %d of %d, cells that a spreadsheet would run %d' % (shown, len(docs), same, len(table), formulas),
            shown == len(docs) and same == len(table) == len(docs) and formulas == 0)
