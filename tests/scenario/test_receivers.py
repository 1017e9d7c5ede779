"""Promise P29: receivers of webhooks that fail in every way. Raw sockets, so that they can break any rule; each fails a while and
then takes what comes. Nothing is lost, repeats carry the same id and bytes, and a healthy receiver beside them waits for none."""
import base64, hashlib, hmac, json, socket, struct, threading, time

from conftest import KEY, article, listing, prose, wait_until

OK = b'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
FAULTS = {}


def fault(fn):
    FAULTS[fn.__name__] = fn
    return fn


def status(line, more=''):
    return ('HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n' % (line, more)).encode()


@fault
def error_500(r, conn):
    conn.sendall(status('500 Internal Server Error'))


@fault
def gone_404(r, conn):
    conn.sendall(status('404 Not Found'))


@fault
def busy_429(r, conn):
    conn.sendall(status('429 Too Many Requests', 'Retry-After: 1\r\n'))


@fault
def retry_absurd(r, conn):
    conn.sendall(status('503 Service Unavailable', 'Retry-After: -99999999999999999999\r\n'))


@fault
def hang(r, conn):
    time.sleep(16)      # longer than a receiver may take


@fault
def late(r, conn):
    """It took the event and says so too late: the one repeat that nobody can avoid."""
    r.taken.append(r.last)
    time.sleep(15.5)
    conn.sendall(OK)


@fault
def reset(r, conn):
    r.taken.append(r.last)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


@fault
def drop(r, conn):
    pass


@fault
def garbage(r, conn):
    conn.sendall(b'\x16\x03\x01\x02\x00SSH-2.0-nonsense\r\n\x00\xff' * 50)


@fault
def half_a_head(r, conn):
    conn.sendall(b'HTTP/1.1 20')


@fault
def huge(r, conn):
    conn.sendall(b'HTTP/1.1 500 Error\r\nContent-Type: text/plain\r\n\r\n')
    for _ in range(400):
        conn.sendall(b'x' * 65536)


@fault
def header_flood(r, conn):
    for _ in range(2000):
        conn.sendall(b'X-Flood: ' + b'y' * 1000 + b'\r\n' if _ else b'HTTP/1.1 500 Error\r\n')


@fault
def redirect_file(r, conn):
    conn.sendall(status('302 Found', 'Location: file:///etc/hostname\r\n'))


@fault
def redirect_elsewhere(r, conn):
    conn.sendall(status('307 Temporary Redirect', 'Location: %s\r\n' % r.elsewhere))


@fault
def continue_flood(r, conn):
    for _ in range(3000):
        conn.sendall(b'HTTP/1.1 100 Continue\r\n\r\n')


class Receiver:
    """taken: ids of events that it said yes to, or wanted to; times of the first attempts."""

    def __init__(self, fn, times, elsewhere=''):
        self.fn, self.left, self.elsewhere, self.taken, self.bodies, self.attempts, self.bad, self.last = fn, times, elsewhere, [], {}, 0, 0, None
        self.first = {}
        self.sock = socket.socket()
        self.sock.bind(('127.0.0.1', 0))
        self.sock.listen(64)
        self.url = 'http://127.0.0.1:%d/hook' % self.sock.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        conn.settimeout(30)
        try:
            data = b''
            while b'\r\n\r\n' not in data:
                data += conn.recv(65536) or b'\r\n\r\n'
            head, body = data.split(b'\r\n\r\n', 1)
            fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(':') for line in head.decode().split('\r\n')[1:])}
            if 'webhook-id' not in fields:
                return
            while len(body) < int(fields['content-length']):
                body += conn.recv(65536)
            ident = fields['webhook-id']
            mac = hmac.new(KEY, b'%s.%s.' % (ident.encode(), fields['webhook-timestamp'].encode()) + body, hashlib.sha256).digest()
            self.bad += 'v1,' + base64.b64encode(mac).decode() not in fields['webhook-signature'].split()
            self.bodies.setdefault(ident, set()).add(body)
            self.first.setdefault(ident, time.time())
            self.attempts, self.last = self.attempts + 1, ident
            if self.left > 0:
                self.left -= 1
                return self.fn(self, conn)
            self.taken.append(ident)
            conn.sendall(OK)
        except OSError:
            pass
        finally:
            conn.close()

    def close(self):
        self.sock.close()


def test_p29_receivers_that_fail_in_every_way(world, origin, promise):
    times = {'hang': 1, 'late': 1, 'error_500': 4}
    canary = Receiver(drop, 10 ** 6)
    receivers = {n: Receiver(fn, times.get(n, 2), canary.url) for n, fn in FAULTS.items()}
    good = Receiver(drop, 0)
    gone = Receiver(lambda r, conn: conn.sendall(status('410 Gone')), 10 ** 6)
    key = 'secret-file: %s' % world.key
    world.channels = ['{name: good, webhook: "%s", %s}' % (good.url, key), '{name: gone, webhook: "%s", %s, retry: [1s, 1s]}' % (gone.url, key)]
    world.channels += ['{name: %s, webhook: "%s", %s, retry: [1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]}' % (n.replace('_', '-'), r.url, key) for n, r in receivers.items()]
    origin.pages['/press/'] = listing([('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i + 1)) for i in range(5)])
    for i in range(5):
        origin.pages['/press/%d.html' % i] = article('Report %d of the agency' % i, prose(i), '2024-06-%02d' % (i + 1))
    world.source('site', '/press/', first_visit='announce', recheck='[1h]').start()
    wait_until(lambda: len(good.taken) >= 5, 'the healthy receiver')
    waiting = lambda: {n: len(set(r.taken)) for n, r in receivers.items() if len(set(r.taken)) < 5}      # noqa: E731
    begun = time.time()
    wait_until(lambda: not waiting() or time.time() > begun + 90, 'all others', 99)
    assert not waiting(), (waiting(), world.log()[-3000:])
    wait_until(lambda: world.status()['deliveries'] == 0, 'the last mark', 30)
    dead = {json.loads(line)['channel'] for line in world.command('channels', '--dead', '--json', expect=None).stdout.splitlines()}
    # Five documents, and that the receiver which answers 410 was given up.
    wrote = {e['id']: e for e in world.lines('tail', '--json')}
    world.stop()
    ids = set(wrote)
    lost = sum(len(ids - set(r.taken)) for r in receivers.values())
    repeats = {n: len(r.taken) - len(set(r.taken)) for n, r in receivers.items()}
    wrong = {n: k for n, k in repeats.items() if k > (1 if n == 'late' else 2 if n == 'reset' else 0)}
    other = sum(set(r.bodies) != ids for r in receivers.values())
    bytes_differ = sum(len(b) > 1 for r in [good, *receivers.values()] for b in r.bodies.values())
    stamp = lambda e: time.mktime(time.strptime(e['time'][:19], '%Y-%m-%dT%H:%M:%S')) - time.timezone      # noqa: E731
    delay = max(good.first[i] - stamp(e) for i, e in wrote.items())
    bad = sum(r.bad for r in [good, gone, *receivers.values()])
    for r in [good, gone, canary, *receivers.values()]:
        r.close()
    promise('P29', '%d kinds of fault: lost %d, repeats under the same id %s, other ids %d, other bytes %d, bad signatures %d, redirects followed %d; 410 given up and shown: %s; '
            'the healthy receiver %d of %d, the longest after %.1f s' % (
                len(FAULTS), lost, {n: k for n, k in repeats.items() if k} or 0, other, bytes_differ, bad, canary.attempts, dead == {'gone'}, len(set(good.taken)), len(ids), delay),
            lost == 0 and not wrong and other == 0 and bytes_differ == 0 and bad == 0 and canary.attempts == 0 and 'gone' in dead and gone.attempts <= 5
            and set(good.taken) == ids and len(good.taken) == len(ids) >= 5 and delay < 8)
