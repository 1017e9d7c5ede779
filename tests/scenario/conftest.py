"""Ground of the scenario tests: an origin whose answers a test sets, a webhook receiver, and the real programs in a fresh
folder. Everything listens on 127.0.0.1 with a port that the system picks."""
import base64, gzip, hashlib, hmac, http.server, json, os, re, signal, subprocess, sys, threading, time

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get('PRESSWATCH_BIN', os.path.join(ROOT, 'build/release'))
SHARED = os.environ.get('PRESSWATCH_SHARED', os.path.join(ROOT, '..', 'shared'))
KEY = bytes(range(32))
PATIENCE = float(os.environ.get('PRESSWATCH_TEST_PATIENCE', '20'))


def wait_until(test, what, seconds=PATIENCE):
    end = time.time() + seconds
    while True:
        value = test()
        if value:
            return value
        assert time.time() < end, 'gave up waiting for ' + what
        time.sleep(0.05)


def article(title, paragraphs, date=None, lang='en', extra=''):
    """A plain page: one heading, a date line, paragraphs."""
    day = '<p class="date"><time datetime="%s">%s</time></p>' % (date, date) if date else ''
    return ('<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8"><title>%s</title></head><body><header><nav><a href="/">Home</a> '
            '<a href="/about">About</a></nav></header><main><h1>%s</h1>%s%s</main><footer><p>Imprint</p>%s</footer></body></html>'
            % (lang, title, title, day, ''.join('<p>%s</p>' % p for p in paragraphs), extra))


def prose(seed, n=3):
    """Text that differs for each seed and has enough words to be told apart."""
    import random
    r = random.Random(seed)
    words = ('committee minister agreement regional budget transport harbour energy climate statement council measure programme '
             'support cooperation delegation treaty partner railway school hospital water research market review').split()
    return [' '.join(r.choices(words, k=30)).capitalize() + '.' for _ in range(n)]


def listing(rows, title='Press releases'):
    """rows: (path, title, date)."""
    items = ''.join('<li><span class="date">%s</span> <a href="%s">%s</a></li>' % (d, u, t) for u, t, d in rows)
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title></head><body><nav><ul><li><a href="/">Home</a></li>'
            '<li><a href="/about">About us</a></li><li><a href="/contact">Contact</a></li></ul></nav><main><h1>%s</h1><ul class="news">%s</ul></main>'
            '<footer><a href="/imprint">Imprint</a></footer></body></html>' % (title, title, items))


def rss(items):
    """items: (guid, link, title, pubdate, description)."""
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Feed</title><link>http://x/</link>%s</channel></rss>'
            % ''.join('<item><guid isPermaLink="false">%s</guid><link>%s</link><title>%s</title><pubDate>%s</pubDate><description>%s</description></item>'
                      % i for i in items))


class Origin:
    """pages[path] is text, bytes, (status, headers, body), or a function of the request handler."""

    def __init__(self):
        self.pages, self.log, self.lock = {}, [], threading.Lock()
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                page = origin.pages.get(self.path)
                if callable(page):
                    page = page(self)
                    if page is None:
                        return
                if page is None:
                    status, headers, body = 404, {}, b'not found'
                elif isinstance(page, tuple):
                    status, headers, body = page
                else:
                    status, headers, body = 200, {}, page
                if isinstance(body, str):
                    body = body.encode()
                headers = dict(headers)
                if status == 200:
                    headers.setdefault('ETag', '"%s"' % hashlib.sha256(body).hexdigest()[:16])
                    headers.setdefault('Content-Type', 'application/rss+xml' if body[:5] == b'<?xml' else 'text/html; charset=utf-8')
                    if self.headers.get('If-None-Match') == headers['ETag']:
                        status, body = 304, b''
                if status == 200 and 'gzip' in self.headers.get('Accept-Encoding', '') and len(body) > 200 and 'Content-Encoding' not in headers:
                    body = gzip.compress(body)
                    headers['Content-Encoding'] = 'gzip'
                with origin.lock:
                    origin.log.append((time.time(), self.path, status, dict(self.headers)))
                self.send_response(status)
                for k, v in headers.items():
                    if v is not None:
                        self.send_header(k, v)
                if status != 304:
                    self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.base = 'http://127.0.0.1:%d' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def asked(self, path):
        with self.lock:
            return [r for r in self.log if r[1] == path]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Hook:
    """A receiver that checks signatures. status: what it answers; or a function of the event."""

    def __init__(self):
        self.events, self.bodies, self.status, self.bad = [], {}, 204, 0
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                ident, stamp = self.headers['webhook-id'], self.headers['webhook-timestamp']
                mac = base64.b64encode(hmac.new(KEY, b'%s.%s.%s' % (ident.encode(), stamp.encode(), body), hashlib.sha256).digest()).decode()
                if 'v1,' + mac not in self.headers['webhook-signature'].split():
                    hook.bad += 1
                event = json.loads(body)
                status = hook.status(event) if callable(hook.status) else hook.status
                if 200 <= status < 300:
                    hook.events.append(event)
                    hook.bodies.setdefault(ident, set()).add(body)
                self.send_response(status)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/hook' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, kind):
        return [e for e in list(self.events) if e['type'] == kind]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class World:
    """A fresh folder with a configuration, and the two programs run on it."""

    def __init__(self, folder, origin, hook):
        self.folder, self.origin, self.hook = str(folder), origin, hook
        self.conf, self.archive = os.path.join(self.folder, 'presswatch.yaml'), os.path.join(self.folder, 'archive.db')
        self.log_path, self.daemon, self.sources, self.channels, self.head = os.path.join(self.folder, 'log'), None, [], None, ''
        self.network = 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 8'
        self.key = os.path.join(self.folder, 'key')
        with open(self.key, 'w') as f:
            f.write('whsec_' + base64.b64encode(KEY).decode())
        os.chmod(self.key, 0o600)

    def source(self, name, path, **more):
        more.setdefault('every', '1s')
        more.setdefault('recheck', '[1s, 2s]')
        more.setdefault('confirm', '0s')
        url = path if '://' in path else self.origin.base + path
        rest = ''.join(', %s: %s' % (k.replace('_', '-'), v) for k, v in more.items())
        self.sources = [s for s in self.sources if not s.startswith('{name: %s,' % name)] + ['{name: %s, url: "%s"%s}' % (name, url, rest)]
        return self

    def write(self):
        channels = self.channels
        if channels is None:
            channels = ['{name: hook, webhook: "%s", secret-file: %s, retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]}' % (self.hook.url, self.key)]
        with open(self.conf, 'w') as f:
            f.write('archive: %s\ncontrol: %s/control.sock\ncontact: test@example.org\n%s' % (self.archive, self.folder, self.head))
            f.write('network: {%s}\nsources:\n' % self.network)
            f.write(''.join('  - %s\n' % s for s in self.sources))
            if channels:
                f.write('channels:\n' + ''.join('  - %s\n' % c for c in channels))
        return self

    def once(self, expect=0):
        self.write()
        with open(self.log_path, 'ab') as log:
            code = subprocess.run([os.path.join(BIN, 'presswatchd'), '--config', self.conf, '--once'], stderr=log, stdout=log, timeout=120 + 2 * PATIENCE).returncode
        assert expect is None or code == expect, '--once ended with %d\n%s' % (code, self.log()[-3000:])
        return code

    def start(self):
        self.write()
        self.daemon = subprocess.Popen([os.path.join(BIN, 'presswatchd'), '--config', self.conf], stderr=open(self.log_path, 'ab'), stdout=subprocess.DEVNULL)
        wait_until(lambda: self.daemon.poll() is not None or self.status() is not None, 'the daemon to answer')
        assert self.daemon.poll() is None, self.log()
        return self

    def stop(self, expect=0):
        if self.daemon is None:
            return
        self.daemon.send_signal(signal.SIGTERM)
        begun = time.time()
        code = self.daemon.wait(timeout=60 + PATIENCE)
        self.daemon = None
        assert code == expect, 'the daemon ended with %d\n%s' % (code, self.log()[-3000:])
        return time.time() - begun

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None

    def command(self, *args, expect=0, text=True):
        r = subprocess.run([os.path.join(BIN, 'presswatch'), '--config', self.conf] + list(args), capture_output=True, text=text, timeout=60 + PATIENCE)
        assert expect is None or r.returncode == expect, '%s: %d\n%s\n%s' % (' '.join(args), r.returncode, r.stdout[-2000:], r.stderr[-2000:])
        return r

    def lines(self, *args, expect=0):
        return [json.loads(line) for line in self.command(*args, expect=expect).stdout.splitlines() if line.strip()]

    def documents(self):
        return self.lines('export', '--format', 'jsonl', expect=None)

    def status(self):
        r = self.command('status', '--json', expect=None)
        return json.loads(r.stdout) if r.returncode == 0 else None

    def log(self):
        return open(self.log_path, encoding='utf-8', errors='replace').read() if os.path.exists(self.log_path) else ''

    def whole(self):
        import sqlite3
        with sqlite3.connect('file:%s?mode=ro' % self.archive, uri=True) as db:
            return db.execute('PRAGMA integrity_check').fetchone()[0] == 'ok'


SAMPLE = re.compile(r'^(presswatch_[a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\\\n]|\\\\[\\\\"n])*",?)*)\})? (-?[0-9]+(?:\.[0-9]+)?)$')


def exposition(text):
    """Our own reading of the text format: every sample belongs to the HELP and TYPE above it, no series comes twice; the rules that promtool lints by. Returns {series: value}."""
    kinds, series, name = {}, {}, None
    for line in text.splitlines():
        if line.startswith('# HELP '):
            name, words = line[7:].split(' ', 1)
            assert name not in kinds and words.endswith('.') or words.endswith('?'), line
        elif line.startswith('# TYPE '):
            assert line.split()[2] == name and line.split()[3] in ('counter', 'gauge', 'summary'), line
            kinds[name] = line.split()[3]
        else:
            m = SAMPLE.match(line)
            assert m and m.group(1) == name and name in kinds, line
            key = line.rsplit(' ', 1)[0]
            assert key not in series, line
            series[key] = float(m.group(3))
            assert ('quantile=' in (m.group(2) or '')) == (kinds[name] == 'summary'), line
    for name, kind in kinds.items():
        assert name.endswith('_total') == (kind == 'counter') and not re.search('milli|micro|minute|hour|kilo', name), name
    return series


@pytest.fixture
def promise(capsys):
    """promise('P3', 'documents 0', holds): one line a promise with its figure, and into $PRESSWATCH_PROMISES where it is set."""
    def say(name, figure, holds):
        line = 'PROMISE %s %s: %s' % (name, 'kept' if holds else 'BROKEN', figure)
        with capsys.disabled():
            print('\n' + line, flush=True)
        if os.environ.get('PRESSWATCH_PROMISES'):
            with open(os.environ['PRESSWATCH_PROMISES'], 'a') as f:
                f.write(line + '\n')
        assert holds, line
    return say


@pytest.fixture
def origin():
    o = Origin()
    o.pages['/robots.txt'] = (404, {}, b'')
    yield o
    o.close()


class Bystander:
    """A program that has nothing to do with ours and asks the same server ten times a second. What it waits, the machine and the
    test's own server cost: a quiet machine gives some milliseconds, and only beyond it is a delay ours."""
    CODE = ("import sys, time, urllib.request\n"
            "while True:\n"
            "    begun = time.time()\n"
            "    try:\n"
            "        urllib.request.urlopen(sys.argv[1], timeout=60).read()\n"
            "    except OSError:\n"
            "        pass\n"
            "    asked = time.time() - begun\n"
            "    time.sleep(0.1)\n"
            "    print(begun, asked, time.time() - begun - asked - 0.1, flush=True)\n")

    def __init__(self, base, folder):
        self.path = os.path.join(folder, 'bystander')
        with open(self.path, 'w') as f:
            self.process = subprocess.Popen([sys.executable, '-c', self.CODE, base + '/robots.txt'], stdout=f, stderr=subprocess.DEVNULL)

    def worst(self, since, until):
        """Longest that it waited for an answer, and to be woken, in that time, together."""
        rows = [tuple(map(float, line.split())) for line in open(self.path) if line.count(' ') == 2 and line.endswith('\n')]
        rows = [(asked, woken) for begun, asked, woken in rows if begun <= until and begun + asked + woken >= since]
        return max((asked for asked, _ in rows), default=0) + max((woken for _, woken in rows), default=0)

    def close(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def bystander(origin, tmp_path):
    b = Bystander(origin.base, str(tmp_path))
    yield b
    b.close()


@pytest.fixture
def hook():
    h = Hook()
    yield h
    h.close()


@pytest.fixture
def world(tmp_path, origin, hook):
    w = World(tmp_path, origin, hook)
    yield w
    if w.daemon is not None and w.daemon.poll() is None:
        w.daemon.kill()
        w.daemon.wait()
    assert hook.bad == 0, 'a signature was wrong'
    assert all(len(v) == 1 for v in hook.bodies.values()), 'other bytes under the same id'
