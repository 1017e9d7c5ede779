"""Mail servers that fail at each step of the dialogue, for now or for good, that hang up, talk without end, or speak no SMTP at all. Nothing
is lost, no mail comes twice but where the server's yes was lost, and then under one Message-ID; a healthy channel beside them waits for none.
A server that refuses a message itself for good makes a dead letter of it, so that it holds up nothing behind it."""
import email, email.policy, json, os, socket, struct, threading, time

from conftest import article, listing, prose, wait_until

USUAL = {'banner': b'220 ready\r\n', 'DATA': b'354 go\r\n', 'QUIT': b'221 bye\r\n', 'AUTH': b'235 yes\r\n'}
DOCUMENTS = 3


def endless(line):
    def talk(conn):
        block = line * (65536 // len(line))
        while True:
            conn.sendall(block)
    return talk


class Server:
    """Fails at one step, so often, then takes what comes. fault: a line to say, None to hang up, or a function of the connection."""

    def __init__(self, step, fault, times):
        self.step, self.fault, self.left, self.mails, self.lost_yes, self.attempts, self.lock = step, fault, times, [], [], 0, threading.Lock()
        self.sock = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.url = 'smtp://127.0.0.1:%d' % self.sock.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def answers(self, conn, step):
        """True: as servers do; False: this time the fault. Hanging up is an end of file for the loop below."""
        with self.lock:
            fails = step == self.step and self.left > 0
            self.left -= fails
        if not fails:
            offers = b'250-STARTTLS\r\n' if self.step == 'STARTTLS' and self.left > 0 else b'250-AUTH PLAIN\r\n' if self.step == 'AUTH' else b''
            conn.sendall(b'250-hello\r\n' + offers + b'250 SIZE 1000000\r\n' if step == 'EHLO' else USUAL.get(step, b'250 ok\r\n'))
        elif callable(self.fault):
            self.fault(conn)
        elif self.fault is None:
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            raise OSError
        else:
            conn.sendall(self.fault + b'\r\n')
        return not fails

    def serve(self, conn):
        conn.settimeout(60)
        self.attempts += 1
        with conn:
            try:
                f = conn.makefile('rb')
                self.answers(conn, 'banner')
                for line in f:
                    verb = line.split()[0].upper().decode('latin-1') if line.split() else ''
                    if verb == 'AUTH' and len(line.split()) == 2:
                        conn.sendall(b'334 \r\n')
                        f.readline()
                    if self.answers(conn, verb) and verb == 'DATA':
                        self.take(conn, f)
                    if verb == 'QUIT':
                        return
            except OSError:
                pass

    def take(self, conn, f):
        raw = b''
        while not raw.endswith(b'\r\n.\r\n'):
            line = f.readline()
            if not line:
                raise OSError
            raw += line
        mail = email.message_from_bytes(raw[:-3], policy=email.policy.default)['Message-ID']
        try:
            taken = self.answers(conn, 'END')
        except OSError:
            self.lost_yes.append(mail)
            raise
        if taken or self.fault.startswith(b'2'):
            self.mails.append(mail)

    def close(self):
        self.sock.close()


CASES = {'%s-%s' % (step.lower(), name): (step, fault) for step in ('banner', 'EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'END', 'QUIT')
         for name, fault in (('later', b'451 later'), ('never', b'554 never'), ('drop', None))}
CASES.update({'starttls-garbage': ('STARTTLS', b'220 go\r\nSSH-2.0-nonsense'), 'auth-endless': ('AUTH', endless(b'235-' + b'z' * 60 + b'\r\n')), 'banner-endless': ('banner', endless(b'220-and another thing\r\n')), 'banner-line': ('banner', endless(b'x' * 64)), 'banner-http': ('banner', b'HTTP/1.1 400 Bad'),
              'ehlo-endless': ('EHLO', endless(b'250-AND-ANOTHER\r\n')), 'mail-nonsense': ('MAIL', b'\x16\x03\x01\x02\x00SSH-2.0\x00\xff'),
              'rcpt-long': ('RCPT', b'550 ' + b'y' * 100000), 'rcpt-endless': ('RCPT', endless(b'250-' + b'z' * 60 + b'\r\n')), 'mail-size': ('MAIL', b'552 message too big')})
REFUSED = {'end-never', 'mail-size'}        # the message itself, for good: a dead letter, nothing behind it waits


def cpu_seconds(pid):
    fields = open('/proc/%d/stat' % pid).read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def test_mail_servers_that_fail_at_each_step(world, origin, promise):
    servers = {name: Server(step, fault, 1 if callable(fault) else 2) for name, (step, fault) in CASES.items()}
    good = os.path.join(world.folder, 'good.jsonl')
    secret = os.path.join(world.folder, 'password')
    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), 'w') as f:
        f.write('open sesame')
    mail = '{name: %s, retry: [1s, 1s, 1s, 1s, 1s, 1s], mail: {to: [desk@example.org], from: watch@example.org, server: "%s", user: desk, password-file: ' + secret + '}}'
    world.channels = ['{name: good, file: %s}' % good] + [mail % (name, s.url) for name, s in servers.items()]
    origin.pages['/press/'] = listing([('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i + 1)) for i in range(DOCUMENTS)])
    for i in range(DOCUMENTS):
        origin.pages['/press/%d.html' % i] = article('Report %d of the agency' % i, prose(i), '2024-06-%02d' % (i + 1))
    begun = time.time()
    world.source('site', '/press/', first_visit='announce', recheck='[1h]').start()
    wait_until(lambda: os.path.exists(good) and len(open(good).readlines()) >= DOCUMENTS, 'the healthy channel')
    healthy = time.time() - begun
    documents = lambda: [e for e in world.lines('tail', '--json') if e['type'] == 'document.new']       # noqa: E731
    dead = lambda: [json.loads(line) for line in world.command('channels', '--dead', '--json', expect=None).stdout.splitlines()]        # noqa: E731
    wait_until(lambda: world.status()['deliveries'] == 0, 'all others', 150)
    status, cpu = world.status(), cpu_seconds(world.daemon.pid)
    given_up = {}
    for d in dead():
        given_up.setdefault(d['channel'], []).append(d['event'])
    refusals = {name: len(ids) for name, ids in given_up.items()}
    world.command('redeliver', '--dead')
    wait_until(lambda: world.status()['deliveries'] == 0 and not dead(), 'the dead letters', 60)
    told = len(world.lines('tail', '--json'))
    world.stop()
    ids = {e['id'] for e in documents()}
    has = lambda s: {m[1:].split('@')[0] for m in s.mails}      # noqa: E731
    lost = {name: len(ids - has(s)) for name, s in servers.items() if ids - has(s)}
    twice = {name: len(s.mails) - len(set(s.mails)) for name, s in servers.items() if len(s.mails) != len(set(s.mails))}
    unsure = {name: len(set(s.lost_yes)) for name, s in servers.items() if s.lost_yes}
    for s in servers.values():
        s.close()
    promise('mail', '%d faults of a mail server: lost %s, twice %s, yes lost and sent again under one Message-ID %s; given up and sent once more %s; the healthy channel had all after '
            '%.1f s; CPU %.1f s, longest step of the loop %d ms; events %d' % (len(CASES), lost or 0, twice or 0, unsure, refusals, healthy, cpu, status['loop']['longest_ms'], told),
            not lost and not twice and set(unsure) == {'end-drop'} and set(refusals) == REFUSED and all(n == 2 for n in refusals.values()) and status['loop']['longest_ms'] < 1000)
