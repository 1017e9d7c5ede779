#!/usr/bin/env python3
"""crash_loop: publishes documents and edits while the daemon is killed, then counts what was lost and what came twice.

    tools/crash_loop.py [--bin DIR] [--rounds N] [--documents N] [--syscalls NAME,... --from N --to N --step N]
                        [--power N] [--signal TERM] [--seed N] [--json]

Without further words: kills (SIGKILL) at random instants. --syscalls: strace kills the daemon at the n-th call of each name
in turn. --power: the archive's files are copied at a random instant without what was not yet on the disk (a copy of a
loop-mounted image where this may be mounted, else a copy of the files while the daemon runs, log before database), the
daemon is killed, and the copy takes the place of the archive. --signal TERM: the polite end, which must come within 5 s.
Every round ends with the daemon killed, at that call or when its time is over. Ends with 0 when nothing was lost, doubled under another id, or damaged."""
import argparse, base64, hashlib, hmac, http.server, json, os, random, shutil, signal, sqlite3, subprocess, sys, tempfile, threading, time

WORDS = ('committee minister agreement regional budget transport harbour energy climate statement council measure programme support '
         'cooperation delegation treaty partner railway school hospital water research market review').split()


class Site:
    """An origin with a list, and a receiver that remembers every notice."""

    def __init__(self):
        self.documents, self.edits, self.notices, self.hits, self.lock = 0, set(), [], 0, threading.Lock()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                body = site.page(self.path)
                status = 200 if body else 404
                body = (body or 'not found').encode()
                tag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
                site.hits += 1
                if status == 200 and self.headers.get('If-None-Match') == tag:
                    status, body = 304, b''
                self.send_response(status)
                self.send_header('ETag', tag)
                self.send_header('Content-Type', 'text/html; charset=utf-8')
                if status != 304:
                    self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                event = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                with site.lock:
                    site.notices.append((event['id'], event['type'], event.get('data', {}).get('url'), event.get('data', {}).get('revision')))
                self.send_response(204)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *a):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *a):
                pass            # whoever is killed leaves its connections open

        self.server = Server(('127.0.0.1', 0), Handler)
        self.base = 'http://127.0.0.1:%d' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path):
        if path == '/press/':
            rows = ''.join('<li><span class="date">%d May 2024</span> <a href="/press/%d.html">Report number %d of the agency</a></li>' % (i % 28 + 1, i, i)
                           for i in reversed(range(self.documents)))
            return '<!DOCTYPE html><html lang="en"><head><title>Press</title></head><body><nav><a href="/">Home</a></nav><main><h1>Press releases</h1><ul class="news">%s</ul></main></body></html>' % rows
        try:
            i = int(path[len('/press/'):-len('.html')])
        except ValueError:
            return None
        if i >= self.documents:
            return None
        r = random.Random(i)
        text = ''.join('<p>%s.</p>' % ' '.join(r.choices(WORDS, k=30)).capitalize() for _ in range(3))
        if i in self.edits:
            # Other words for each: one phrase that comes into many documents is the site's, not theirs.
            text = text.replace('<p>', '<p>Corrected: %s. ' % ' '.join(r.choices(WORDS, k=6)), 1)
        return ('<!DOCTYPE html><html lang="en"><head><title>Report number %d of the agency</title></head><body><main><h1>Report number %d of the agency</h1>%s</main></body></html>'
                % (i, i, text))


class Loop:
    def __init__(self, args):
        self.args, self.site, self.random = args, Site(), random.Random(args.seed)
        self.folder = tempfile.mkdtemp(prefix='presswatch-crash-')
        self.archive, self.kills, self.ended, self.ready_ms, self.stop_s, self.process = os.path.join(self.folder, 'archive.db'), 0, 0, [], [], None
        key = os.path.join(self.folder, 'key')
        with open(key, 'w') as f:
            f.write('whsec_' + base64.b64encode(bytes(32)).decode())
        os.chmod(key, 0o600)
        self.conf = os.path.join(self.folder, 'presswatch.yaml')
        with open(self.conf, 'w') as f:
            f.write('archive: %s\ncontrol: %s/control.sock\ncontact: test@example.org\nworkers: 1\nnetwork: {allow: [127.0.0.0/8], host-delay: 0s, per-host: 8}\n'
                    'sources:\n  - {name: site, url: "%s/press/", every: 1s, recheck: [1s], confirm: 0s}\n'
                    'channels:\n  - {name: hook, webhook: "%s/hook", secret-file: %s, retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]}\n'
                    % (self.archive, self.folder, self.site.base, self.site.base, key))

    def command(self, *args):
        r = subprocess.run([os.path.join(self.args.bin, 'presswatch'), '--config', self.conf] + list(args), capture_output=True, text=True, timeout=60)
        return r.stdout if r.returncode == 0 else ''

    def status(self):
        out = self.command('status', '--json')
        return json.loads(out) if out else None

    def start(self, inject=None):
        argv = [os.path.join(self.args.bin, 'presswatchd'), '--config', self.conf]
        if inject:
            argv = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + inject.split(':')[0], '-e', 'inject=' + inject] + argv
        begun = time.time()
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, 'log'), 'ab'))
        while self.process.poll() is None and self.status() is None and time.time() - begun < 30:
            time.sleep(0.02)
        if not inject and self.process.poll() is None:
            self.ready_ms.append(int((time.time() - begun) * 1000))

    def end(self, sig=signal.SIGKILL):
        if self.process is None:
            return
        begun = time.time()
        if self.process.poll() is None:
            try:        # what strace runs would outlive it
                with open('/proc/%d/task/%d/children' % (self.process.pid, self.process.pid)) as f:
                    children = [int(pid) for pid in f.read().split()] if self.process.args[0] == 'strace' else []
            except OSError:
                children = []
            for pid in children or [self.process.pid]:
                try:
                    os.kill(pid, sig)
                except ProcessLookupError:
                    pass
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if sig == signal.SIGTERM:
            self.stop_s.append(time.time() - begun)
        self.process = None
        for pid in self.strays():
            os.kill(pid, signal.SIGKILL)

    def strays(self):
        """Daemons on our configuration that nobody waits for: a strace that was killed leaves its own behind."""
        found = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open('/proc/%s/cmdline' % pid, 'rb') as f:
                    words = f.read().split(b'\0')
            except OSError:
                continue
            if self.conf.encode() in words and words[0].endswith(b'presswatchd'):
                found.append(int(pid))
        return found

    def publish(self):
        """New documents, and an edit of one that the archive has: what changes before the first look is no edit."""
        with sqlite3.connect('file:%s?mode=ro' % self.archive, uri=True) as db:
            have = [int(u.rsplit('/', 1)[1][:-len('.html')]) for u, in db.execute('SELECT url FROM document ORDER BY doc_id')]
        if self.site.documents - len(have) < 100:       # more at once would be held as a storm
            self.site.documents += self.args.documents
        self.site.edits.add(self.random.choice(have))

    def power_copy(self):
        """What the disk holds now: the log first, so that it never is younger than the database it belongs to."""
        to = os.path.join(self.folder, 'after')
        shutil.rmtree(to, ignore_errors=True)
        os.mkdir(to)
        os.kill(self.process.pid, signal.SIGSTOP)       # the instant; the files are as far as write() went
        for more in ('', '-wal'):
            if os.path.exists(self.archive + more):
                shutil.copy(self.archive + more, to)
        # What was written after the last fsync is lost: cut the log at a random place of its unsynced end.
        wal = os.path.join(to, 'archive.db-wal')
        if os.path.exists(wal):
            size = os.path.getsize(wal)
            synced = self.synced_size()
            if size > synced:
                with open(wal, 'r+b') as f:
                    f.truncate(self.random.randrange(synced, size + 1))
        return to

    def synced_size(self):
        """End of the last whole commit in the log: synchronous=FULL has synced it before anybody was told."""
        try:
            with open(self.archive + '-wal', 'rb') as f:
                head = f.read(32)
                page = int.from_bytes(head[8:12], 'big')
                salt, end, at = head[16:24], 32, 32
                while True:
                    frame = f.read(24 + page)
                    if len(frame) < 24 + page or frame[8:16] != salt:
                        return end
                    at += len(frame)
                    if int.from_bytes(frame[4:8], 'big'):
                        end = at
        except (OSError, IndexError):
            return 0

    def round(self, n):
        a = self.args
        if a.syscalls:
            names = a.syscalls.split(',')
            at = a.first + n // len(names) * a.step
            self.publish()
            self.start('%s:signal=KILL:when=%d' % (names[n % len(names)], at))
            end = time.time() + a.seconds
            while self.process.poll() is None and time.time() < end:
                time.sleep(0.02)
            self.kills += self.process.poll() in (-signal.SIGKILL, 128 + signal.SIGKILL)
            self.ended += 1         # at that call, or now
            self.end()
            return
        self.start()
        self.publish()
        time.sleep(self.random.random() * a.seconds)
        self.kills += 1
        self.ended += 1
        if a.power:
            to = self.power_copy()
            self.end()
            for more in ('', '-wal', '-shm'):
                if os.path.exists(self.archive + more):
                    os.unlink(self.archive + more)
            for name in os.listdir(to):
                shutil.move(os.path.join(to, name), os.path.join(self.folder, name))
        else:
            self.end(getattr(signal, 'SIG' + a.signal))

    def settle(self):
        """Undisturbed now: everything published must arrive."""
        self.start()
        end = time.time() + 180
        want_new, want_edits = self.site.documents - self.first, len(self.site.edits)
        while time.time() < end:
            with self.site.lock:
                new = {u for _, t, u, _ in self.site.notices if t == 'document.new'}
                edited = {u for _, t, u, _ in self.site.notices if t == 'document.edited'}
            s = self.status()
            if s and s['documents'] >= self.site.documents and s['deliveries'] == 0 and len(new) >= want_new and len(edited) >= want_edits:
                break
            time.sleep(0.1)
        time.sleep(1)
        self.end(signal.SIGTERM)

    def count(self):
        with sqlite3.connect('file:%s?mode=ro' % self.archive, uri=True) as db:
            whole = db.execute('PRAGMA integrity_check').fetchone()[0] == 'ok'
            have = [u for u, in db.execute('SELECT url FROM document')]
        verify = subprocess.run([os.path.join(self.args.bin, 'presswatch'), '--config', self.conf, 'verify'], capture_output=True, text=True, timeout=120)
        want = {'%s/press/%d.html' % (self.site.base, i) for i in range(self.site.documents)}
        loud = {'%s/press/%d.html' % (self.site.base, i) for i in range(self.first, self.site.documents)}
        edits = {'%s/press/%d.html' % (self.site.base, i) for i in self.site.edits}
        ids, same_id = {}, 0
        for ident, kind, url, revision in self.site.notices:
            if kind.startswith('document.'):
                same_id += ident in ids
                ids[ident] = (kind, url, revision)
        told = [(k, u) for k, u, _ in ids.values()]
        return {'rounds': self.args.rounds, 'kills': self.kills, 'ended': self.ended, 'documents': len(want), 'damaged': int(not whole or verify.returncode != 0),
                'lost_documents': len(want - set(have)), 'doubled_documents': len(have) - len(set(have)),
                'lost_notices': len({('document.new', u) for u in loud} | {('document.edited', u) for u in edits}) - len(set(told) & ({('document.new', u) for u in loud} | {('document.edited', u) for u in edits})),
                'doubled_other_id': len(told) - len(set(told)), 'doubled_same_id': same_id, 'slowest_ready_ms': max(self.ready_ms or [0]),
                'slowest_stop_s': round(max(self.stop_s or [0]), 1), 'verify': verify.stderr.strip()[:200]}

    def run(self):
        self.site.documents = 2
        self.first = 2
        self.start()
        end = time.time() + 30
        while time.time() < end and not (self.status() or {}).get('documents') == 2:
            time.sleep(0.05)
        self.end(signal.SIGTERM)
        try:
            for n in range(self.args.rounds):
                self.round(n)
            self.settle()
        finally:
            self.end()
        result = self.count()
        result['ok'] = (result['damaged'] == 0 and result['lost_documents'] == 0 and result['doubled_documents'] == 0 and result['lost_notices'] == 0
                        and result['doubled_other_id'] == 0 and result['doubled_same_id'] <= max(self.ended, 1))
        if result['ok']:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            result['folder'] = self.folder
        return result


def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--bin', default=os.environ.get('PRESSWATCH_BIN', 'build/release'))
    p.add_argument('--rounds', type=int, default=20)
    p.add_argument('--documents', type=int, default=5)
    p.add_argument('--seconds', type=float, default=2.0, help='longest life of the daemon in a round')
    p.add_argument('--syscalls', default='')
    p.add_argument('--first', type=int, default=1)
    p.add_argument('--step', type=int, default=1)
    p.add_argument('--power', action='store_true')
    p.add_argument('--signal', default='KILL')
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    args.bin = os.path.abspath(args.bin)
    result = Loop(args).run()
    print(json.dumps(result))
    return 0 if result['ok'] else 1


if __name__ == '__main__':
    sys.exit(main())
