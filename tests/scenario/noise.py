"""A site of the shared data with the noise of real servers on top: between the daemon and the replay server stands this one, which changes what
changes without meaning anything. Lists come in random order, with items away; GUIDs are others each time; addresses are met in variants; pages carry
nonces, counters and related links that differ at every look; and in the middle of the run the template is another one."""
import html.parser, http.server, json, os, random, re, subprocess, sys, threading, time, urllib.request
from urllib.parse import urlsplit

VARIANTS = ('', '?utm_source=list&utm_medium=%d', '#top', 'print', 'amp', 'slash', 'www')


class Rows(html.parser.HTMLParser):
    """Where the rows of lists stand: runs of siblings of one kind, five and more, each with an address of the site's documents in it."""

    VOID = {'area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr'}

    def __init__(self, text, known):
        super().__init__(convert_charrefs=False)
        self.known, self.stack, self.groups, self.lines = known, [], [], [0]
        for line in text.split('\n'):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.text = text
        self.feed(text)

    def at(self):
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag, attrs):
        if tag == 'a':
            path = urlsplit(dict(attrs).get('href') or '').path
            if path in self.known:
                for e in self.stack:
                    e['has'].add(path)
        if tag not in self.VOID:
            self.stack.append({'tag': tag, 'from': self.at(), 'has': set(), 'rows': []})

    def handle_endtag(self, tag):
        if not any(e['tag'] == tag for e in self.stack):
            return
        while self.stack:
            e = self.stack.pop()
            if len(e['rows']) >= 5:
                self.groups.append(e['rows'])
            if e['tag'] == tag:
                if self.stack and len(e['has']) == 1:
                    self.stack[-1]['rows'].append((e['from'], self.text.index('>', self.at()) + 1, next(iter(e['has']))))
                return


class Noisy:
    def __init__(self, site, seed, kinds='order away guid url host page redesign'):
        self.site, self.r, self.kinds, self.lock = site, random.Random(seed), kinds.split(), threading.Lock()
        self.changed, self.known, self.fresh, self.met, self.redesigned = 0, set(), set(), set(), False
        here = os.path.dirname(site)
        port_file = os.path.join('/tmp', 'noise-%d-%d' % (os.getpid(), seed))
        self.replay = subprocess.Popen([sys.executable, os.path.join(here, 'replay.py'), site, '--port', '0', '--port-file', port_file, '--no-validators',
                                        '--no-gzip', '--max-seconds', '3000'], stdout=subprocess.DEVNULL)
        end = time.time() + 60
        while not (os.path.exists(port_file) and open(port_file).read().strip()) and time.time() < end:
            time.sleep(0.05)
        self.behind = 'http://127.0.0.1:' + open(port_file).read().strip()
        os.remove(port_file)
        noisy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):
                status, kind, body, location = noisy.answer(self.path, self.headers.get('Host', ''))
                self.send_response(status)
                self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(body)))
                if location:
                    self.send_header('Location', location)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *a):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.base = 'http://press.localhost:%d' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.step(0)

    def ask(self, path, data=None):
        return urllib.request.urlopen(urllib.request.Request(self.behind + path, data=data), timeout=30).read()

    def expected(self):
        return json.loads(self.ask('/_expected'))

    def step(self, k):
        if k > 0:
            self.ask('/_step?to=%d' % k, b'')
        exp = self.expected()
        self.known = {urlsplit(i['url']).path for i in exp['items']}
        self.fresh = {urlsplit(u).path for u in exp['new_at_this_step']}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.replay.terminate()
        self.replay.wait()

    # ---- addresses ----

    def vary(self, path):
        how = self.r.choice(VARIANTS if not path.endswith('.pdf') else VARIANTS[:3]) if 'url' in self.kinds else ''
        if how in ('print', 'amp') and self.redesigned and 'late' not in self.kinds:     # the new template links to none
            how = 'slash'
        if how in ('print', 'amp'):
            return '/%s%s' % (how, path)
        if how == 'slash':
            return path[:-1] if path.endswith('/') else path + '/'
        if how == 'www':        # a mobile front that leads to the page itself
            return '/m' + path
        return path + (how % self.r.randrange(9) if '%' in how else how)

    def host(self, path):
        """Under www the same server answers; a page that was met may be listed under https too, where nobody answers: who knows it need not ask."""
        if 'host' not in self.kinds or self.r.random() < 0.7:
            return self.base
        return self.base.replace('http:', 'https:') if path in self.met and self.r.random() < 0.6 else self.base.replace('//', '//www.')

    def plain(self, path):
        """The address that a variant stands for."""
        path = path.split('#')[0]
        path, _, query = path.partition('?')
        query = '&'.join(q for q in query.split('&') if q and not q.startswith('utm_'))
        for front in ('/print/', '/amp/', '/m/'):
            if path.startswith(front) and path[len(front) - 1:] not in ('/',):
                path = path[len(front) - 1:]
        other = path[:-1] if path.endswith('/') else path + '/'
        if path not in self.known and other in self.known:
            path = other
        return path + ('?' + query if query else '')

    # ---- answers ----

    def answer(self, path, host):
        with self.lock:
            plain = self.plain(path)
            if path.startswith('/m/') and plain != path:
                return 301, 'text/html', b'', self.base + plain
            try:
                a = urllib.request.urlopen(self.behind + plain, timeout=30)
            except urllib.error.HTTPError as e:
                return e.code, 'text/plain', b'no', None
            body, kind = a.read(), a.headers.get('Content-Type', '')
            if not re.search('html|xml|json', kind):
                return 200, kind, body, None
            text = body.decode('utf-8', 'surrogateescape').replace(self.behind, self.base)
            if '<rss' in text[:600] or '<feed' in text[:600]:
                text = self.feed(text)
            elif 'html' in kind and urlsplit(plain).path in self.known:
                text = self.page(text, plain, path)
                if not host.startswith('www.'):
                    self.met.add(path)
            elif 'html' in kind:
                text = self.list(text)
            return 200, kind, text.encode('utf-8', 'surrogateescape'), None

    def shown(self, rows, path_of):
        """Which rows are shown, in which order; what is new is always there."""
        out = [x for x in rows if 'away' not in self.kinds or path_of(x) in self.fresh or self.r.random() < 0.8] or rows
        if 'order' in self.kinds:
            self.r.shuffle(out)
        return out

    def feed(self, text):
        tag = 'item' if '<item' in text else 'entry'
        items = re.findall(r'<%s[\s>].*?</%s>' % (tag, tag), text, re.S)
        if not items:
            return text
        path = lambda x: next((p for p in self.known if p in x), '')     # noqa: E731
        first, last = text.index(items[0]), text.rindex(items[-1]) + len(items[-1])
        out = ''.join(self.shown(items, path))
        if 'guid' in self.kinds:
            out = re.sub(r'(<(guid|id)[^>]*>)[^<]*(</)', lambda m: m.group(1).replace('isPermaLink="true"', 'isPermaLink="false"') + '%x' % self.r.getrandbits(64) + m.group(3), out)
        return self.links(text[:first] + out + text[last:])

    def list(self, text):
        groups = Rows(text, self.known).groups
        for rows in sorted(groups, key=lambda g: -g[0][0]):
            out = self.shown(rows, lambda x: x[2])
            text = text[:rows[0][0]] + '\n'.join(text[a:b] for a, b, _ in out) + text[rows[-1][1]:]
        self.changed += len(groups)
        return self.furniture(self.links(text))

    def links(self, text):
        def one(m):
            path = urlsplit(m.group(2)).path
            if path not in self.known or '?' in m.group(2):
                return m.group(0)
            host = self.host(path)
            at = path + self.r.choice(('', '?utm_source=other')) if host.startswith('https') else self.vary(path)
            return m.group(1) + host + at.replace('&', '&amp;') + m.group(3)
        text = re.sub(r'(href=["\'])([^"\']*)(["\'])', one, text)
        return re.sub(r'(<link>)([^<]*)(</link>)', one, text)

    def page(self, text, plain, path):
        if path.startswith(('/print/', '/amp/')):
            text = re.sub(r'<link[^>]*rel=["\']?canonical[^>]*>', '', text)
            text = text.replace('</head>', '<link rel="canonical" href="%s"></head>' % (self.base + plain), 1)
        return self.furniture(text)

    def furniture(self, text):
        r = self.r
        if 'page' in self.kinds:
            related = ''.join('<li><a href="%s">See also: %s</a></li>' % (p, ' '.join(r.choices('budget school harbour treaty energy climate water health'.split(), k=4)))
                              for p in r.sample(sorted(self.known), min(5, len(self.known))))
            text = text.replace('</head>', '<script nonce="%x">var stamp=%d;</script><meta name="csrf" content="%x"></head>'
                                % (r.getrandbits(64), r.getrandbits(40), r.getrandbits(64)), 1)
            text = text.replace('</h1>', '</h1><div class="view-counter">%d views</div>' % r.randrange(10 ** 6), 1)
            text = text.replace('</body>', '<aside class="related"><h2>Related</h2><ul>%s</ul></aside><!-- %x --></body>' % (related, r.getrandbits(64)), 1)
        if 'redesign' in self.kinds and self.redesigned:
            text = re.sub(r'<body([^>]*)>', r'<body\1><div class="cookie-bar"><p>We use cookies to make this site better.</p><button>Accept</button></div>'
                          r'<div id="page-2" class="layout"><header class="masthead"><nav><ul><li><a href="/">Start</a></li><li><a href="/about-us">About us</a></li>'
                          r'<li><a href="/contact-us">Contact</a></li></ul></nav></header><div class="wrap"><div class="inner">', text, count=1)
            text = text.replace('</body>', '</div></div><footer class="site-footer"><p>New service centre: write to us or call us on weekdays from nine to five.</p>'
                                '<ul><li><a href="/imprint">Imprint</a></li><li><a href="/privacy">Privacy</a></li></ul></footer></div></body>', 1)
            text = re.sub(r' class="', ' class="v2 ', text)
        return text
