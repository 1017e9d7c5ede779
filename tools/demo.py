#!/usr/bin/env python3
"""The main job on the bundled seed sites, without internet: a baseline, a new release on each of two sites, a silent edit,
the notices as they arrive, then a search, a diff and the status. Listens on 127.0.0.1 only and ends by itself.
PRESSWATCH_BIN names the folder of the two programs."""
import base64, hashlib, hmac, http.server, json, os, re, shutil, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get('PRESSWATCH_BIN', os.path.join(ROOT, 'build/release'))
KEY = b'the demo has no secrets to keep!'
COLOR = sys.stdout.isatty() and 'NO_COLOR' not in os.environ


def say(text):
    print(('\n\033[1m%s\033[0m' if COLOR else '\n%s') % text, flush=True)


def seed(name):
    with open(os.path.join(ROOT, 'seeds', name), encoding='utf-8') as f:
        return f.read()


class Sites:
    """Two sites on one server, told apart by the first folder; what they publish depends on the step."""
    RELEASE = {'mofa': '/vn/page1e_000568.html', 'vnanet': '/english/news/japanese-pm-attaches-importance-to-relations-with-vietnam-292526.html'}
    LISTING = {'mofa': '/press/index.html', 'vnanet': '/english/making-news.html'}
    step = 0

    def page(self, site, path):
        if path == self.LISTING[site]:
            text = seed(site + '/listing.html')
            if self.step == 0:      # the release is not out yet
                line = [l for l in text.splitlines() if self.RELEASE[site] in l][0]
                text = text.replace(line + '\n', '')
            return self.local(site, text)
        if path == self.RELEASE[site]:
            if self.step == 0:
                return None
            text = seed(site + '/page.html')
            if self.step >= 2 and site == 'mofa':
                text = text.replace('approximately 30 minutes', 'approximately 35 minutes')
            return self.local(site, text)
        title = re.search('href="%s">([^<]+)</a>(?:</dd>|</h3>)' % re.escape(path), seed(site + '/listing.html'))
        if title:
            return ('<html lang="en"><head><title>%s</title></head><body><h1>%s</h1><p>The text of this earlier release is of no matter to the '
                    'demonstration; it stands here so that the page has something to say about %s.</p></body></html>' % ((title.group(1),) * 3))
        return None

    @staticmethod
    def local(site, text):
        return re.sub(r'(href|src|action)="/', r'\1="/%s/' % site, text)


SITES = Sites()


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        m = re.match(r'/(mofa|vnanet)(/.*)', self.path)
        text = SITES.page(*m.groups()) if m else None
        body = (text or 'not found').encode()
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        status = 404 if text is None else 304 if self.headers.get('If-None-Match') == etag else 200
        self.send_response(status)
        if status != 404:
            self.send_header('ETag', etag)
        if status != 304:
            self.send_header('Content-Type', 'text/html; charset=utf-8')
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        signed = b'%s.%s.%s' % (self.headers['webhook-id'].encode(), self.headers['webhook-timestamp'].encode(), body)
        mac = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        e = json.loads(body)
        d = e['data']
        print('  %s  %s' % (e['type'], 'signature good' if 'v1,' + mac == self.headers['webhook-signature'] else 'SIGNATURE WRONG'))
        print('    %s' % d.get('title', d.get('source')))
        if 'published' in d:
            print('    published %s, language %s, %d words, revision %d' % (d['published'], d.get('language'), d['words'], d['revision']))
        if 'diff' in d:
            print('    %d words deleted, %d inserted' % (d['diff']['deleted'], d['diff']['inserted']))
        sys.stdout.flush()
        RECEIVED.append(e['type'])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *a):
        pass


RECEIVED = []


def wait_for(what, seconds, test):
    end = time.time() + seconds
    while not test():
        if time.time() > end:
            sys.exit('demo: gave up waiting for ' + what)
        time.sleep(0.1)


def presswatch(conf, *args):
    print('$ presswatch ' + ' '.join("'%s'" % a if ' ' in a else a for a in args), flush=True)
    subprocess.run([os.path.join(BIN, 'presswatch'), '--config', conf] + list(args), check=False)


def configure(work, port):
    conf = os.path.join(work, 'presswatch.yaml')
    with open(os.path.join(work, 'desk.key'), 'w') as f:
        f.write('whsec_' + base64.b64encode(KEY).decode())
    os.chmod(os.path.join(work, 'desk.key'), 0o600)
    with open(conf, 'w') as f:
        f.write('archive: archive.db\ncontrol: %s/control.sock\ncontact: demo@example.org\n' % work)
        f.write('network: {allow: ["127.0.0.1:%d"], host-delay: 0s}\nsources:\n' % port)
        for site in ('mofa', 'vnanet'):
            f.write('  - {name: %s, url: "http://127.0.0.1:%d/%s%s", every: 1s, recheck: [1s, 2s], confirm: 1s, labels: [demo]}\n'
                    % (site, port, site, Sites.LISTING[site]))
        f.write('channels:\n  - {name: desk, webhook: "http://127.0.0.1:%d/hook", secret-file: desk.key}\n' % port)
    return conf


def story(conf, daemon):
    ask = lambda: subprocess.run([os.path.join(BIN, 'presswatch'), '--config', conf, 'status', '--json'], capture_output=True)  # noqa: E731
    say('1. The first visit is a quiet baseline: five earlier releases are recorded, nobody is told.')
    wait_for('the baseline', 20, lambda: ask().returncode == 0 and json.loads(ask().stdout)['documents'] >= 5)
    presswatch(conf, 'list')
    say('2. Each site publishes a new release. The webhook receives:')
    SITES.step = 1
    wait_for('two new releases', 20, lambda: RECEIVED.count('document.new') == 2)
    say('3. The ministry silently changes "30 minutes" into "35 minutes". The webhook receives:')
    SITES.step = 2
    wait_for('the edit', 20, lambda: 'document.edited' in RECEIVED)
    time.sleep(1)
    say('4. The archive answers.')
    presswatch(conf, 'search', '"urban railway"')
    found = subprocess.run([os.path.join(BIN, 'presswatch'), '--config', conf, 'search', '--json', 'teleconference'], capture_output=True, text=True).stdout
    ident = json.loads(found.splitlines()[0])['id']
    presswatch(conf, 'diff', ident)
    presswatch(conf, 'sources')
    presswatch(conf, 'status')


def main():
    work = tempfile.mkdtemp(prefix='presswatch-demo-')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    conf = configure(work, server.server_address[1])
    log = open(os.path.join(work, 'log'), 'wb')
    daemon = subprocess.Popen([os.path.join(BIN, 'presswatchd'), '--config', conf], stderr=log)
    try:
        story(conf, daemon)
        daemon.terminate()
        code = daemon.wait(timeout=10)
        say('The daemon stopped with exit code %d; %d notices were told, none twice.' % (code, len(RECEIVED)))
        return 0 if code == 0 and sorted(RECEIVED) == ['document.edited', 'document.new', 'document.new'] else 1
    except SystemExit:
        sys.stderr.write(open(os.path.join(work, 'log')).read())
        raise
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
        server.shutdown()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == '__main__':
    sys.exit(main())
