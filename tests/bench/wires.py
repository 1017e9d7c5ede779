"""Parts of the bench about what lies under a request: TLS handshakes, HTTP/2, names to resolve."""
import json
import os
import shutil
import subprocess
import sys
import threading
import time

import proc
from proc import WRITTEN_S, Daemon, Origin, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
UNCHANGED = ', kind: sitemap, exclude: ["/a/"], robots: ignore'
RESOLVER = '127.0.0.79'


def connections_to(port):
    """Established connections of this machine to that port."""
    with open('/proc/net/tcp') as f:
        return sum(1 for line in f if line.split()[2].endswith(':%04X' % port) and line.split()[3] == '01')


class Threads(threading.Thread):
    """How many threads a process has, looked at every 5 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path, self.most, self.sum, self.looks, self.done = '/proc/%d/task' % pid, 0, 0, 0, threading.Event()
        self.start()

    def run(self):
        while not self.done.wait(0.005):
            n = len(os.listdir(self.path))
            self.most, self.sum, self.looks = max(self.most, n), self.sum + n, self.looks + 1

    def end(self):
        self.done.set()
        self.join()
        return self.most, self.sum / max(self.looks, 1)


class Wires:
    # ---- TLS: a handshake a check ------------------------------------------------------------------------------------------

    def tls(self):
        n = 200
        cert, key = self.certificate('127.4.0.%d' % (1 + i) for i in range(n))
        os.environ['SSL_CERT_FILE'] = cert
        try:
            for version in ('1.2', '1.3'):
                self.tls_version(n, version, cert, key)
        finally:
            del os.environ['SSL_CERT_FILE']

    def tls_version(self, n, version, cert, key):
        server = subprocess.Popen([sys.executable, os.path.join(HERE, 'tls_origin.py'), cert, key, version], stdout=subprocess.PIPE, text=True)
        port = int(server.stdout.readline())
        sources = [('s%d' % i, 'https://127.4.0.%d:%d/' % (1 + i, port), UNCHANGED) for i in range(n)]
        daemon = Daemon(self.bin, self.work + '/d', sources)
        try:
            daemon.start().visited(n)
            full, first = daemon.cost().process, self.tls_stats(port, cert)
            time.sleep(WRITTEN_S)
            before = daemon.cost()
            for i in range(4):
                daemon.ask(cmd='poll', all=True)
                daemon.visited(n * (i + 2))
            time.sleep(WRITTEN_S)
            used, then = daemon.cost().since(before), self.tls_stats(port, cert)
        finally:
            daemon.close()
            proc.stop(server)
        share = then['resumed'] / max(then['resumed'] + then['full'], 1)
        self.row('TLS %s, a new connection a check, %d hosts' % (version, n), 'us', full / n * 1e6, used['process'] / n / 4 * 1e6, '', '', None,
                 'first checks: %d full, %d resumed; later: %d full, %d resumed (%.0f %%)' % (first['full'], first['resumed'], then['full'],
                                                                                         then['resumed'], 100 * share))

    def tls_stats(self, port, cert):
        import ssl
        import urllib.request
        with urllib.request.urlopen('https://127.4.0.1:%d/stats' % port, context=ssl.create_default_context(cafile=cert), timeout=20) as r:
            return json.load(r)

    def certificate(self, addresses):
        cert, key = self.work + '/tls.pem', self.work + '/tls.key'
        proc.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=bench',
                  '-addext', 'subjectAltName=' + ','.join('IP:' + a for a in addresses), '-keyout', key, '-out', cert])
        return cert, key

    # ---- HTTP/2: one connection for a host -----------------------------------------------------------------------------------

    def http2(self):
        if shutil.which('nghttpx') is None:
            print('  nghttpx (Debian: nghttp2-proxy) is not installed: HTTP/2 left out')
            return
        n = 500
        cert, key = self.certificate(['127.0.0.1'])
        os.environ['SSL_CERT_FILE'] = cert
        try:
            old, new = [self.http2_rounds(n, offer, cert, key) for offer in ('http/1.1', 'h2')]
        finally:
            del os.environ['SSL_CERT_FILE']
        self.row('unchanged check over TLS by HTTP/2 (floor: by HTTP/1.1), %d sources, one host' % n, 'us', old['us'], new['us'], '', '', None,
                 'connections: %d, most %d; HTTP/1.1 %d, most %d' % (new['kept'], new['most'], old['kept'], old['most']))

    def http2_rounds(self, n, offer, cert, key):
        origin, port = Origin(self.tools['origin'], n), free_port()
        front = subprocess.Popen(['nghttpx', '-f127.0.0.1,%d' % port, '-b127.0.0.1,%d' % origin.port, '--npn-list=' + offer, '--no-ocsp', '--no-via', '--conf=/dev/null',
                                  '--errorlog-file=' + self.work + '/nghttpx.log', key, cert], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        daemon = Daemon(self.bin, self.work + '/d', [('s%d' % i, 'https://127.0.0.1:%d/s/%d/sitemap.xml' % (port, i), UNCHANGED) for i in range(n)])
        most, ended = [0], threading.Event()

        def look():
            while not ended.wait(0.01):
                most[0] = max(most[0], connections_to(port))
        try:
            daemon.start().visited(n)
            time.sleep(WRITTEN_S)
            watch = threading.Thread(target=look)
            watch.start()
            before = daemon.cost()
            for i in range(4):
                daemon.ask(cmd='poll', all=True)
                daemon.visited(n * (i + 2))
            ended.set()
            watch.join()
            kept = connections_to(port)
            time.sleep(WRITTEN_S)
            used = daemon.cost().since(before)
        finally:
            ended.set()
            daemon.close()
            proc.stop(front)
            origin.close()
        return dict(us=used['process'] / n / 4 * 1e6, kept=kept, most=most[0])

    # ---- names to resolve ------------------------------------------------------------------------------------------------------

    def dns(self):
        if os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true'], capture_output=True, check=False).returncode != 0:
            print('  a resolver of its own needs root: names left out')
            return
        n, delay = 10000, 20
        addresses = self.dns_round(n, None)
        names = self.dns_round(n, delay)
        self.row('%d checks of as many names, %d ms a look-up (floor: of as many addresses)' % (n, delay), 'us', addresses['us'], names['us'], '', '', None,
                 '%.0f us a look-up; %d questions; threads: most %d, on average %.1f (with addresses %d, %.1f)' %
                 (names['us'] - addresses['us'], names['asked'], names['most'], names['mean'], addresses['most'], addresses['mean']))

    def dns_round(self, n, delay):
        """First visits and one unchanged round of n hosts; delay None: hosts are addresses."""
        origin = Origin(self.tools['origin'], n, n if delay is None else 1000)
        sources = [('s%d' % i, origin.url(i, 'sitemap.xml') if delay is None else 'http://h%d.bench.example:%d/s/%d/sitemap.xml' % (i, origin.port, i), UNCHANGED)
                   for i in range(n)]
        daemon, resolver = Daemon(self.bin, self.work + '/d', sources), None
        try:
            if delay is not None:
                resolver = subprocess.Popen([sys.executable, os.path.join(HERE, 'dns_origin.py'), RESOLVER, '1000', str(delay)], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, text=True)
                resolver.stdout.readline()
                conf = self.work + '/resolv.conf'
                with open(conf, 'w') as f:
                    f.write('nameserver %s\noptions timeout:5 attempts:2\n' % RESOLVER)
                daemon.within = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', conf]
            daemon.start().visited(n)
            time.sleep(WRITTEN_S)
            before, asked, threads = daemon.cost(), self.asked(resolver), Threads(daemon.p.pid)
            daemon.ask(cmd='poll', all=True)
            failed = daemon.visited(2 * n)['visits_failed']
            most, mean = threads.end()
            time.sleep(WRITTEN_S)
            used = daemon.cost().since(before)
            asked = self.asked(resolver) - asked
        finally:
            daemon.close()
            proc.stop(resolver)
            origin.close()
        if failed:
            print('  %d visits failed' % failed)
        return dict(us=used['process'] / n * 1e6, most=most, mean=mean, asked=asked)

    def asked(self, resolver):
        if resolver is None:
            return 0
        resolver.stdin.write('\n')
        resolver.stdin.flush()
        return int(resolver.stdout.readline())
