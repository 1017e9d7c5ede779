"""Parts of the bench about other sources and other programs: half of the sources failing, peers on the same origin."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import proc
from proc import Daemon, Origin, free_port

HEALTHY = ', kind: sitemap, exclude: ["/a/"], robots: ignore'
EVERY = 2
WARM, MEASURED = 34, 12		# intervals: the failing ones are spaced by then, as they are for all their days but the first minute
PEERS = ('urlwatch', 'newsboat', 'rss2email', 'sfeed')


def p95(values):
    return sorted(values)[int(len(values) * 0.95)] if values else float('nan')


def gaps_of(log, since):
    """Seconds between two requests for the same address, of those that came after since."""
    last, gaps = {}, []
    with open(log) as f:
        for line in f:
            p = line.split()
            if len(p) > 5 and p[5].endswith('sitemap.xml'):
                at = int(p[0]) / 1e6
                if p[5] in last and at > since:
                    gaps.append(at - last[p[5]])
                last[p[5]] = at
    return gaps


class Parts:
    # ---- half of the sources fail ------------------------------------------------------------------------------------------

    def fairness(self):
        n = 1000
        silent = socket.socket()		# takes connections, never answers
        silent.bind(('127.0.0.1', 0))
        silent.listen(4096)
        port, closed = silent.getsockname()[1], free_port()
        bad = []
        for i in range(n // 2):
            at = '127.3.%d.%d' % (i // 250, 1 + i % 250)
            bad.append(('silent%d' % i, 'http://127.0.0.1:%d/%d' % (port, i), ', kind: sitemap, robots: ignore'))
            bad.append(('refused%d' % i, 'http://%s:%d/' % (at, closed), ', kind: sitemap, robots: ignore'))
        try:
            alone = self.failing_round(n, [])
            among = self.failing_round(n, bad)
        finally:
            silent.close()
        self.row('half of the sources silent or refused: CPU a check of the others', 'us', alone['us'], among['us'], '<= 1.1 x', '', 1.1)
        self.row('half of the sources silent or refused: gap beyond the interval, p95', 's', None, among['late'], '<= 2 s', '<= 1 s', 2,
                 'alone %.2f s; %d checks against %d' % (alone['late'], among['checks'], alone['checks']))

    def failing_round(self, n, bad):
        log = os.path.join(self.work, 'fair.log')
        origin = Origin(self.tools['origin'], n, 1000, log)
        sources = [('s%d' % i, origin.url(i, 'sitemap.xml'), HEALTHY) for i in range(n)]
        daemon = Daemon(self.bin, self.work + '/d', sources + bad, every='%ds' % EVERY, network=', timeout: 10s', connections=256)
        try:
            daemon.start()
            time.sleep(2 * EVERY)
            since = time.time()		# who comes late is looked at from here on, while all that fail are asked as often as the others
            if bad:
                time.sleep((WARM - 2) * EVERY)
            before, asked = daemon.cost(), origin.ctl('stats')['requests']
            time.sleep(MEASURED * EVERY)
            used, asked = daemon.cost().since(before), origin.ctl('stats')['requests'] - asked
        finally:
            daemon.close()
            origin.close()
        late = max(0, p95(gaps_of(log, since)) - EVERY)
        return dict(us=(used['process'] + used['workers']) / max(asked, 1) * 1e6, late=late, checks=asked)

    # ---- other programs on the same origin ---------------------------------------------------------------------------------

    def peers(self):
        n = 1000 if self.full else 100
        runner = os.path.join(proc.SHARED, 'bench', 'polling', 'peers.py')
        out = os.path.join(self.work, 'peers.jsonl')
        ours = self.peer_ours(n)
        for tool in PEERS:
            if shutil.which({'rss2email': 'r2e', 'sfeed': 'sfeed_update'}.get(tool, tool)) is None:
                print('  %s is not installed: left out' % tool)
                continue
            if os.path.exists(out):
                os.remove(out)
            subprocess.run([sys.executable, runner, '--origin', self.tools['origin'], '--work', self.work + '/peers', '-n', str(n), '--port',
                            str(free_port()), '--rounds', 'cold,same,same2', '--timeout', '200', '--out', out, tool], capture_output=True, check=False)
            theirs = self.peer_cost(out, n)
            if theirs:
                self.row('unchanged check beside %s, %d sources' % (tool, n), 'us', theirs, ours, '<= 1/%d' % (25 if tool != 'newsboat' else 10), '', 0.1)
        shutil.rmtree(self.work + '/peers', ignore_errors=True)

    def peer_cost(self, out, n):
        """CPU of the last round without a change, us a source."""
        cost = None
        if os.path.exists(out):
            with open(out) as f:
                for line in f:
                    r = json.loads(line)
                    if re.match('same', r.get('round', '')) and r.get('cpu'):
                        cost = r['cpu'] / n * 1e6
        return cost

    def peer_ours(self, n):
        origin = Origin(self.tools['origin'], n)
        daemon = Daemon(self.bin, self.work + '/d', self.sources(origin, n, ', kind: feed, exclude: ["/a/"], robots: ignore', 'feed.xml'))
        try:
            daemon.start().visited(n)
            return self.rounds(daemon, origin, n, lambda: 0)[0]
        finally:
            daemon.close()
            origin.close()

    # ---- TLS: a handshake a check ------------------------------------------------------------------------------------------

    def tls(self):
        n = 200
        cert, key = self.work + '/tls.pem', self.work + '/tls.key'
        names = ','.join('IP:127.4.0.%d' % (1 + i) for i in range(n))
        proc.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=bench',
                  '-addext', 'subjectAltName=' + names, '-keyout', key, '-out', cert])
        os.environ['SSL_CERT_FILE'] = cert
        try:
            for version in ('1.2', '1.3'):
                self.tls_version(n, version, cert, key)
        finally:
            del os.environ['SSL_CERT_FILE']

    def tls_version(self, n, version, cert, key):
        server = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), 'tls_origin.py'), cert, key, version], stdout=subprocess.PIPE, text=True)
        port = int(server.stdout.readline())
        sources = [('s%d' % i, 'https://127.4.0.%d:%d/' % (1 + i, port), HEALTHY) for i in range(n)]
        daemon = Daemon(self.bin, self.work + '/d', sources)
        try:
            daemon.start().visited(n)
            full, first = daemon.cost().process, self.tls_stats(port, cert)
            time.sleep(5.5)
            before = daemon.cost()
            for i in range(4):
                daemon.ask(cmd='poll', all=True)
                daemon.visited(n * (i + 2))
            time.sleep(5.5)
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
