"""A hostile origin: one behaviour a path, raw sockets, so that it can break any rule. `Hostile().base + '/slow-body'` is an
address; pages that need a name of their own take one: `/cut/NAME`. Everything listens on loopback, ports are the system's.
What each behaviour does stands in the function; what must come of it, in test_hostile.py."""
import gzip, io, os, random, select, socket, struct, threading, time, zlib
from email.utils import formatdate

from conftest import article, listing, prose, rss

BEHAVIOURS = {}


def on(*names):
    def keep(fn):
        for name in names:
            BEHAVIOURS[name] = fn
        return fn
    return keep


class Ask:
    """One request: path, headers, n (how often this path was asked before), and ways to answer."""

    def __init__(self, server, conn, path, headers, n):
        self.server, self.conn, self.path, self.headers, self.n = server, conn, path, headers, n
        self.name = path.rsplit('/', 1)[-1]

    def raw(self, data):
        self.conn.sendall(data if isinstance(data, bytes) else data.encode())

    def head(self, status='200 OK', **headers):
        headers.setdefault('Content_Type', 'text/html; charset=utf-8')
        headers.setdefault('Connection', 'close')
        self.raw('HTTP/1.1 %s\r\n%s\r\n' % (status, ''.join('%s: %s\r\n' % (k.replace('_', '-'), v) for k, v in headers.items() if v is not None)))

    def page(self, body, status='200 OK', **headers):
        body = body if isinstance(body, bytes) else body.encode('utf-8', 'surrogateescape')
        headers.setdefault('Content_Length', len(body))
        self.head(status, **headers)
        self.raw(body)

    def chunk(self, data):
        data = data if isinstance(data, bytes) else data.encode()
        self.raw(b'%x\r\n%s\r\n' % (len(data), data))

    def forever(self, data, pause=0.0, limit=200 << 20):
        sent = 0
        while not self.server.stopping and sent < limit:
            if select.select([self.conn], [], [], 0)[0] and not self.conn.recv(4096):
                return
            self.conn.sendall(data)
            sent += len(data)
            if pause:
                time.sleep(pause)


class Hostile:
    def __init__(self, address='127.0.0.1', family=socket.AF_INET):
        self.sock = socket.socket(family)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind((address, 0))
        self.sock.listen(256)
        self.port = self.sock.getsockname()[1]
        self.base = 'http://%s:%d' % (address, self.port)
        self.lock, self.counts, self.held, self.log, self.bytes, self.stopping = threading.Lock(), {}, {}, [], {}, False
        self.robots, self.var = None, {}
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.stopping:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        conn.settimeout(90)
        begun, path = time.time(), '?'
        try:
            data = b''
            while b'\r\n\r\n' not in data:
                got = conn.recv(65536)
                if not got or len(data) > 1 << 20:
                    return
                data += got
            lines = data.decode('latin-1').split('\r\n')
            path = lines[0].split(' ')[1]
            headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(':') for line in lines[1:] if line)}
            with self.lock:
                n = self.counts[path] = self.counts.get(path, 0) + 1
                self.log.append((begun, path, headers, len(data)))
            ask = Ask(self, conn, path, headers, n - 1)
            if path == '/robots.txt':
                return self.robots(ask) if self.robots else ask.page('', '404 Not Found')
            fn = BEHAVIOURS.get(path) or BEHAVIOURS.get(path.split('?')[0]) or BEHAVIOURS.get(path.rsplit('/', 1)[0] + '/')
            if fn is None:
                return ask.page('nothing here', '404 Not Found')
            fn(ask)
        except OSError:
            pass
        finally:
            with self.lock:
                self.held.setdefault(path, []).append(time.time() - begun)
            try:
                conn.close()
            except OSError:
                pass

    def asked(self, path):
        return self.counts.get(path, 0)

    def close(self):
        self.stopping = True
        self.sock.close()


class Canary:
    """What nothing may ever reach: the same port on 127.0.0.1 and ::1."""

    def __init__(self):
        self.hits, self.socks = [], []
        four = socket.socket()
        four.bind(('127.0.0.1', 0))
        self.port = four.getsockname()[1]
        self.socks.append(four)
        try:
            six = socket.socket(socket.AF_INET6)
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            six.bind(('::1', self.port))
            self.socks.append(six)
        except OSError:
            pass
        for s in self.socks:
            s.listen(64)
            threading.Thread(target=self.accept, args=(s,), daemon=True).start()

    def accept(self, s):
        while True:
            try:
                conn, peer = s.accept()
            except OSError:
                return
            self.hits.append(peer)
            try:
                conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nCANARY')
            except OSError:
                pass
            conn.close()

    def close(self):
        for s in self.socks:
            s.close()


def text_of(name):
    """An article whose last paragraph says that it is whole."""
    return article('Whole title of %s' % name, prose(name, 6) + ['The text of %s ends with WHOLE-%s here, and with these last words of it.' % (name, name)],
                   '2024-05-02')


# ---- P1: slow, silent, endless ---------------------------------------------------------------------------------------

@on('/never-respond')
def never_respond(a):
    a.forever(b'', 0.5)


@on('/slow-headers')
def slow_headers(a):
    a.raw('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n')
    a.forever(b'X-A: b\r\n', 0.5)


@on('/slow-body')
def slow_body(a):
    a.head(Content_Length=10 << 20)
    a.forever(b'<p>a</p>', 0.3)


@on('/stall-mid-body')
def stall_mid_body(a):
    body = text_of('stall').encode()
    a.head(Content_Length=len(body))
    a.raw(body[:len(body) // 2])
    a.forever(b'', 0.5)


@on('/stall-gzip')
def stall_gzip(a):
    body = gzip.compress(text_of('stall').encode())
    a.head(Content_Length=len(body), Content_Encoding='gzip')
    a.raw(body[:100])
    a.forever(b'', 0.5)


@on('/endless-body')
def endless_body(a):
    a.head()
    a.forever(b'<p>' + b'word ' * 2000 + b'</p>')


@on('/endless-chunks')
def endless_chunks(a):
    a.head(Transfer_Encoding='chunked')
    a.forever(b'1000\r\n' + b'a ' * 2048 + b'\r\n')


@on('/endless-status-line')
def endless_status(a):
    a.forever(b'HTTP/1.1 200 ' + b'O' * 4096)


@on('/endless-2kb')
def endless_2kb(a):
    a.head()
    a.forever(b'x' * 1000, 0.5)


@on('/slow-but-legal/')
def slow_but_legal(a):
    body = text_of(a.name).encode()
    a.head(Content_Length=len(body))
    step = len(body) // 10 + 1
    for i in range(0, len(body), step):
        a.raw(body[i:i + step])
        time.sleep(0.1)


@on('/one-byte-chunks/')
def one_byte_chunks(a):
    a.head(Transfer_Encoding='chunked')
    out = b''.join(b'1\r\n%c\r\n' % c for c in text_of(a.name).encode())
    a.raw(out + b'0\r\n\r\n')


# ---- P2: bombs -------------------------------------------------------------------------------------------------------

def bomb(mib):
    out, z = io.BytesIO(), zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b'<p>' + b'a' * ((1 << 20) - 7) + b'</p>'
    for _ in range(mib):
        out.write(z.compress(block))
    out.write(z.flush())
    return out.getvalue()


BOMB = {}


def bombs():
    if not BOMB:
        BOMB['big'] = bomb(256)
        BOMB['nested'] = gzip.compress(gzip.compress(BOMB['big']))
        BOMB['feed'] = gzip.compress(b'<?xml version="1.0"?><rss version="2.0"><channel><title>' + b'A' * (100 << 20) + b'</title></channel></rss>')
    return BOMB


@on('/gzip-bomb')
def gzip_bomb(a):
    a.page(bombs()['big'], Content_Encoding='gzip')


@on('/gzip-nested')
def gzip_nested(a):
    a.page(bombs()['nested'], Content_Encoding='gzip, gzip, gzip')


@on('/gzip-bomb-feed')
def gzip_bomb_feed(a):
    a.page(bombs()['feed'], Content_Encoding='gzip', Content_Type='application/rss+xml')


@on('/xml-bomb')
def xml_bomb(a):
    dtd = '<!ENTITY a "lollollollol">' + ''.join('<!ENTITY %s "%s">' % (y, ('&%s;' % x) * 10) for x, y in zip('abcdefghi', 'bcdefghij'))
    a.page('<?xml version="1.0"?><!DOCTYPE rss [%s]><rss version="2.0"><channel><title>&j;</title><item><title>&j;</title><link>http://x/1</link></item></channel></rss>' % dtd,
           Content_Type='application/rss+xml')


@on('/xml-bomb-quadratic')
def xml_bomb_quadratic(a):
    a.page('<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "%s">]><rss version="2.0"><channel><title>%s</title></channel></rss>' % ('A' * 100000, '&a;' * 10000),
           Content_Type='application/rss+xml')


@on('/long-line')
def long_line(a):
    a.page('<html><body><p>' + 'a' * (30 << 20) + '</p></body></html>')


# ---- P3: cut or false framing ----------------------------------------------------------------------------------------

def cut_gzip(body):
    z = gzip.compress(body)
    return z[:-20]


def corrupt_gzip(body):
    z = bytearray(gzip.compress(body))
    z[-6] ^= 0xff
    return bytes(z)


def send_cut(a, how, body):
    half = len(body) // 2
    if how == 'gzip-truncated':
        a.page(cut_gzip(body), Content_Encoding='gzip')
    elif how == 'gzip-half':
        z = gzip.compress(body)
        a.page(z[:len(z) // 2], Content_Encoding='gzip')
    elif how == 'gzip-corrupt':
        a.page(corrupt_gzip(body), Content_Encoding='gzip')
    elif how == 'gzip-flipped':
        z = bytearray(gzip.compress(body))
        for i in range(len(z) // 2, len(z) // 2 + 8):
            z[i] ^= 0x55
        a.page(bytes(z), Content_Encoding='gzip')
    elif how == 'deflate-truncated':
        a.page(zlib.compress(body)[:-30], Content_Encoding='deflate')
    elif how == 'chunked-cut':
        a.head(Transfer_Encoding='chunked')
        a.chunk(body[:half])
    elif how == 'chunked-no-end':
        a.head(Transfer_Encoding='chunked')
        a.chunk(body)
    elif how == 'chunked-bad-size':
        a.head(Transfer_Encoding='chunked')
        a.chunk(body[:half])
        a.raw('zz\r\n')
        a.raw(body[half:])
    elif how == 'chunked-huge-size':
        a.head(Transfer_Encoding='chunked')
        a.chunk(body[:half])
        a.raw('ffffffffffffffffff\r\nabc')
    elif how == 'chunked-negative':
        a.head(Transfer_Encoding='chunked')
        a.chunk(body[:half])
        a.raw('-5\r\nabcde\r\n0\r\n\r\n')
    elif how == 'length-long':
        a.head(Content_Length=len(body) + 1000)
        a.raw(body)
    elif how == 'length-cut':
        a.head(Content_Length=len(body))
        a.raw(body[:half])
    elif how == 'length-short':
        a.head(Content_Length=half)
        a.raw(body)
    elif how == 'length-two':
        a.raw('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % (len(body), half))
        a.raw(body[:half])
    elif how == 'length-negative':
        a.head(Content_Length=-1)
        a.raw(body[:half])
    elif how == 'length-garbage':
        a.head(Content_Length='abc')
        a.raw(body[:half])
    elif how == 'length-and-chunked':
        a.raw('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n' % half)
        a.chunk(body[:half])
        a.raw('0\r\n\r\n')
    elif how == 'reset-mid-body':
        a.head(Content_Length=len(body))
        a.raw(body[:half])
        a.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        a.conn.close()
    elif how == 'reset-no-length':
        a.head()
        a.raw(body[:half])
        time.sleep(0.05)
        a.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        a.conn.close()
    elif how == 'close-mid-body':
        a.head()
        a.raw(body[:half])
    elif how == 'http-0.9':
        a.raw(body[:half])


CUTS = ('gzip-truncated gzip-half gzip-corrupt gzip-flipped deflate-truncated chunked-cut chunked-no-end chunked-bad-size chunked-huge-size '
        'chunked-negative length-long length-cut length-short length-two length-negative length-garbage length-and-chunked reset-mid-body '
        'reset-no-length close-mid-body http-0.9').split()


@on('/cut/')
def cut(a):
    """Never whole."""
    send_cut(a, a.name, text_of(a.name).encode())


@on('/later-cut/')
def later_cut(a):
    """Whole at first, then cut, with an edit in the part that still comes."""
    if a.n == 0:
        a.page(text_of(a.name))
    else:
        send_cut(a, a.name, text_of(a.name).replace('<main>', '<main><p>Breaking words which were never there before today.</p>').encode())


def rows_of(folder, names):
    return listing([('/%s/%s' % (folder, n), 'Whole title of %s' % n, '2 May 2024') for n in names])


@on('/cut-list')
def cut_list(a):
    a.page(rows_of('cut', CUTS))


@on('/later-cut-list')
def later_cut_list(a):
    a.page(rows_of('later-cut', CUTS))


@on('/feed-truncated')
def feed_truncated(a):
    items = [('g%d' % i, a.server.base + '/ok/f%d' % i, 'Feed item %d' % i, formatdate(1700000000 + i), '') for i in range(6)]
    body = rss(items).encode()
    a.head(Content_Type='application/rss+xml')
    a.raw(body[:len(body) // 2])


@on('/pipelined-second')
def pipelined_second(a):
    body = text_of('pipelined').encode()
    a.raw(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
    evil = article('SMUGGLED', ['SMUGGLED ' * 60]).encode()
    a.raw(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n' % len(evil) + evil)
    time.sleep(0.5)


@on('/ok/')
def ok(a):
    a.page(text_of(a.name))


# ---- P4: header floods -----------------------------------------------------------------------------------------------

@on('/header-big')
def header_big(a):
    a.head(X_Big='a' * (10 << 20))


@on('/header-many')
def header_many(a):
    a.raw('HTTP/1.1 200 OK\r\n' + ''.join('X-%d: y\r\n' % i for i in range(20000)) + '\r\n')


@on('/header-endless')
def header_endless(a):
    a.raw('HTTP/1.1 200 OK\r\n')
    a.forever(b'X-H: ' + b'b' * 1000 + b'\r\n')


@on('/header-nul')
def header_nul(a):
    a.raw(b'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 1\r\n\r\na')


@on('/header-fold')
def header_fold(a):
    a.raw(b'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n c\r\nContent-Length: 1\r\n\r\na')


@on('/continue-flood')
def continue_flood(a):
    a.forever(b'HTTP/1.1 100 Continue\r\n\r\n' * 100)


@on('/cookie-flood')
def cookie_flood(a):
    a.raw('HTTP/1.1 302 Found\r\nLocation: /cookie-flood\r\n' + ''.join('Set-Cookie: c%d=%s\r\n' % (i, 'v' * 100) for i in range(1000)) + 'Content-Length: 0\r\n\r\n')


@on('/chunked-extension-flood')
def chunked_extension(a):
    a.head(Transfer_Encoding='chunked')
    a.forever(b'1;' + b'e' * 4000 + b'\r\na\r\n')


@on('/chunked-trailer-flood')
def chunked_trailer(a):
    a.head(Transfer_Encoding='chunked')
    a.raw('3\r\nabc\r\n0\r\n')
    a.forever(b'X-T: ' + b'c' * 1000 + b'\r\n')


@on('/header-location-1mb')
def header_location(a):
    a.raw('HTTP/1.1 302 Found\r\nLocation: /' + 'a' * (1 << 20) + '\r\nContent-Length: 0\r\n\r\n')


FLOODS = [p for p in BEHAVIOURS if p.startswith(('/header-', '/continue-', '/cookie-', '/chunked-'))]


# ---- P5: redirects ---------------------------------------------------------------------------------------------------

def spellings(port):
    """Where a redirect may point; all of them are loopback, private, or no http at all."""
    hosts = ['127.0.0.1', '127.1', '127.0.1', '0x7f.1', '0x7f000001', '2130706433', '017700000001', '0177.0.0.1', '127.0.0.1.', 'localhost', 'LOCALHOST',
             'localhost.', '0.0.0.0', '0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[64:ff9b::127.0.0.1]',
             '[0:0:0:0:0:0:0:1]', '127.000.000.001', 'user:pass@127.0.0.1', 'example.org@127.0.0.1', '\uff11\uff12\uff17.0.0.1', '\u2460\u2461\u2466.0.0.1',
             '127.0x0.0.0x1', '0x7F.0.0.1', '0177.1', '[::ffff:0:127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2001:0:7f00:1::80ff:fffe]',
             '[fe80::1%25lo]', '[::1%25lo]', '[fec0::1]', '[ff02::1]', '[100::1]', '169.254.169.254', '100.64.0.1', '192.168.0.1', '172.16.0.1', '198.18.0.1',
             '255.255.255.255', '[::ffff:169.254.169.254]', '[::ffff:10.0.0.1]', '[64:ff9b::a9fe:a9fe]', 'localhost.localdomain', 'a.localhost', 'ip6-localhost',
             '127%2e0%2e0%2e1', '127\u30020\u30020\u30021', '[::127.0.0.1]', '[2002:7f00:1::]']
    urls = ['http://%s:%d/' % (h, port) for h in hosts]
    urls += ['//127.0.0.1:%d/' % port, '\\\\127.0.0.1:%d\\' % port, 'http:/\\127.0.0.1:%d/' % port, 'HTTP://127.0.0.1:%d/' % port, 'http:127.0.0.1:%d/' % port,
             'https://127.0.0.1:%d/' % port, 'http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1:%d/' % port, 'http://[fd00::1]:%d/' % port, 'http://224.0.0.1:%d/' % port,
             'file:///etc/hostname', 'file://localhost/etc/hostname', 'ftp://127.0.0.1:%d/' % port, 'gopher://127.0.0.1:%d/_GET' % port, 'dict://127.0.0.1:%d/x' % port,
             'smtp://127.0.0.1:%d/' % port, 'ldap://127.0.0.1:%d/' % port, 'telnet://127.0.0.1:%d/' % port, 'data:text/html,<p>CANARY</p>', 'javascript:alert(1)']
    return urls


@on('/redirect/')
def redirect(a):
    a.page(b'', '302 Found', Location=spellings(a.server.var['canary'])[int(a.name)].encode().decode('latin-1'))


@on('/redirect-loop')
def redirect_loop(a):
    a.page(b'', '302 Found', Location='/redirect-loop')


@on('/redirect-chain/')
def redirect_chain(a):
    a.page(b'', '301 Moved Permanently', Location='/redirect-chain/%d' % (int(a.name) + 1))


@on('/to-canary')
def to_canary(a):
    """A listing, a meta refresh, a canonical link, a frame and pictures that all point at the canary."""
    port = a.server.var['canary']
    links = [(u.replace('"', ''), 'Release number %d of the canary' % i, '2 May 2024') for i, u in enumerate(spellings(port)[:30])]
    a.page(listing(links).replace('<head>', '<head><meta http-equiv="refresh" content="0;url=http://127.0.0.1:%d/"><link rel="canonical" href="http://127.0.0.1:%d/">' % (port, port)))


# ---- P7: parser attacks ----------------------------------------------------------------------------------------------

@on('/attr-flood')
def attr_flood(a):
    a.page('<html><body><div %s>x</div></body></html>' % ' '.join('a%d="1"' % i for i in range(60000)))


@on('/xml-attr-flood')
def xml_attr_flood(a):
    a.page('<?xml version="1.0"?><rss %s version="2.0"><channel></channel></rss>' % ' '.join('a%d="1"' % i for i in range(60000)), Content_Type='application/rss+xml')


@on('/deep-html')
def deep_html(a):
    a.page('<html><body>' + '<div>' * 100000 + 'deep' + '</div>' * 100000 + '</body></html>')


@on('/deep-xml')
def deep_xml(a):
    a.page('<?xml version="1.0"?><rss>' + '<a>' * 100000 + '</a>' * 100000 + '</rss>', Content_Type='application/rss+xml')


@on('/deep-300')
def deep_300(a):
    a.page('<html><head><title>Deep text</title></head><body><h1>Deep text</h1>' + '<div>' * 300 + ''.join('<p>%s</p>' % p for p in prose('deep', 4)) + '<p>DEEPMARK</p>' + '</div>' * 300 + '</body></html>')


@on('/deep-json')
def deep_json(a):
    a.page('[' * 200000, Content_Type='application/feed+json')


@on('/tag-flood')
def tag_flood(a):
    a.page('<html><body>' + '<b><i>' * 400000 + '</body></html>')


@on('/table-flood')
def table_flood(a):
    a.page('<html><body>' + '<table><tr><td>' * 50000 + '</body></html>')


@on('/entity-flood')
def entity_flood(a):
    a.page('<html><body><p>' + '&amp;&#x41;&nosuch;' * 300000 + '</p></body></html>')


@on('/link-flood')
def link_flood(a):
    a.page('<html><body><ul>' + ''.join('<li><a href="/x/%d">Link number %d of the flood</a></li>' % (i, i) for i in range(100000)) + '</ul></body></html>')


@on('/feed-100k-items')
def feed_100k(a):
    a.page(rss([('g%d' % i, a.server.base + '/x/%d' % i, 'Item %d' % i, formatdate(1700000000 + i), '') for i in range(100000)]), Content_Type='application/rss+xml')


@on('/comment-flood')
def comment_flood(a):
    a.page('<html><body>' + '<!--' * 500000 + '<!DOCTYPE' * 100000)


PARSER = ['/attr-flood', '/xml-attr-flood', '/deep-html', '/deep-xml', '/deep-json', '/tag-flood', '/table-flood', '/entity-flood', '/link-flood', '/feed-100k-items',
          '/comment-flood']


# ---- P8: external entities -------------------------------------------------------------------------------------------

def xxe(a, dtd, body):
    a.page('<?xml version="1.0"?>%s<rss version="2.0" xmlns:xi="http://www.w3.org/2001/XInclude"><channel><title>x</title><link>%s/</link>'
           '<item><title>Item %s with its own title</title><link>%s/ok/%s</link><description>%s</description></item></channel></rss>'
           % (dtd, a.server.base, a.name, a.server.base, a.name, body), Content_Type='application/rss+xml')


@on('/xxe-file')
def xxe_file(a):
    xxe(a, '<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/hostname">]>', '&e;')


@on('/xxe-http')
def xxe_http(a):
    xxe(a, '<!DOCTYPE rss [<!ENTITY e SYSTEM "http://127.0.0.1:%d/">]>' % a.server.var['canary'], '&e;')


@on('/xxe-parameter')
def xxe_parameter(a):
    xxe(a, '<!DOCTYPE rss [<!ENTITY %% p SYSTEM "http://127.0.0.1:%d/d.dtd"> %%p;]>' % a.server.var['canary'], 'x')


@on('/xxe-doctype')
def xxe_doctype(a):
    xxe(a, '<!DOCTYPE rss SYSTEM "http://127.0.0.1:%d/d.dtd">' % a.server.var['canary'], 'x')


@on('/xinclude')
def xinclude(a):
    xxe(a, '', '<xi:include href="file:///etc/hostname" parse="text"/><xi:include href="http://127.0.0.1:%d/" parse="text"/>' % a.server.var['canary'])


# ---- P9: bytes -------------------------------------------------------------------------------------------------------

def bytes_page(title, body, charset='utf-8', header='text/html; charset=utf-8'):
    return lambda a: a.page(b'<!DOCTYPE html><html><head><meta charset="' + charset.encode() + b'"><title>' + title + b'</title></head><body><main><h1>' + title + b'</h1>'
                            + b''.join(b'<p>' + p.encode() + b'</p>' for p in prose(title, 3)) + b'<p>' + body + b'</p></main></body></html>', Content_Type=header)


BYTES = {
    'utf8-invalid': bytes_page(b'Bad \xff\xfe\xc0\xaf title', b'text \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xc3( end of it'),
    'utf8-cut': bytes_page(b'Cut title \xe6\x97', b'text which ends inside of a character \xe6\x97'),
    'nul-bytes': bytes_page(b'Nul \0 title', b'text \0 with \0 nul \x01\x02\x1b[31m bytes \x7f'),
    'c1-bytes': bytes_page(b'C1 \xc2\x85 title', b'text \xc2\x9b31m with \xc2\x80 controls'),
    'charset-lies': bytes_page(b'Latin \xe9t\xe9 title', b'caf\xe9 na\xefve fa\xe7ade d\xe9j\xe0', 'utf-8', 'text/html; charset=utf-8'),
    'charset-unknown': bytes_page(b'Unknown charset title', b'plain words', 'x-nonsense-9', 'text/html; charset=x-nonsense-9'),
    'charset-two': bytes_page(b'Two charsets \xd0\xbf title', b'\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82', 'windows-1251', 'text/html; charset=utf-8'),
    'charset-utf7': bytes_page(b'Seven title', b'+ADw-script+AD4-', 'utf-7', 'text/html; charset=utf-7'),
    'charset-utf16': lambda a: a.page(article('Sixteen title', prose(16)).encode('utf-16'), Content_Type='text/html; charset=utf-16'),
    'charset-iso2022': lambda a: a.page(('<html><head><title>\u65e5\u672c title</title></head><body><h1>\u65e5\u672c title</h1><p>%s</p></body></html>' % ('\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002' * 20)).encode('iso2022_jp'),
                                        Content_Type='text/html; charset=iso-2022-jp'),
}


@on('/bytes/')
def bytes_(a):
    BYTES[a.name](a)


@on('/bytes-list')
def bytes_list(a):
    a.page(listing([('/bytes/' + n, 'Row of ' + n, '2 May 2024') for n in BYTES] + [('/charset-flips', 'Row of the flips', '2 May 2024')]))


@on('/charset-flips')
def charset_flips(a):
    page = article('Caf\u00e9 d\u00e9j\u00e0 vu na\u00efve', prose('flips') + ['Fa\u00e7ade \u00e9t\u00e9 gar\u00e7on o\u00f9 \u00eatre.'])
    if a.n % 2:
        a.page(page.replace('charset="utf-8"', 'charset="iso-8859-1"').encode('latin-1'), Content_Type='text/html; charset=iso-8859-1')
    else:
        a.page(page)


# ---- P10: lying validators -------------------------------------------------------------------------------------------

def some_rows(a, folder, n, first=0):
    return [('/%s/%d' % (folder, i), 'Whole title of %d' % i, '%d May 2024' % (i % 28 + 1)) for i in range(first, first + n)]


@on('/etag-304-forever')
def etag_304_forever(a):
    if 'if-none-match' in a.headers:
        return a.page('', '304 Not Modified', ETag='"same"', Content_Length=None)
    a.page(listing(some_rows(a, 'ok', a.server.var.get('rows', 3))), ETag='"same"')


@on('/etag-always-new')
def etag_always_new(a):
    a.page(text_of('always-new'), ETag='"%d"' % a.n, Last_Modified=formatdate(time.time(), usegmt=True))


@on('/etag-hostile')
def etag_hostile(a):
    a.page(text_of('etag-hostile'), ETag='"%s"' % ('e' * 20000 if a.n % 2 else 'a\x01b' * 300), Last_Modified='x' * 20000)


# ---- P11: dates ------------------------------------------------------------------------------------------------------

@on('/clock-skew')
def clock_skew(a):
    a.page(listing(some_rows(a, 'skewed', 4)), Date='Thu, 01 Jan 1970 00:00:00 GMT', Last_Modified='Fri, 31 Dec 2100 00:00:00 GMT', Expires='0')


@on('/skewed/')
def skewed(a):
    a.page(text_of(a.name), Date='Fri, 31 Dec 2199 00:00:00 GMT', Last_Modified='Fri, 31 Dec 2100 00:00:00 GMT')


@on('/date-future')
def date_future(a):
    dates = ['31 December 2099', '2 May 2024', '99 May 2024', '1 January 9999']
    a.page(listing([('/future/%d' % i, 'Item %d from another time' % i, d) for i, d in enumerate(dates)]))


@on('/future/')
def future(a):
    dates = ['2099-12-31', '2024-05-02', '2024-05-99', '9999-01-01']
    a.page(article('Item %s from another time' % a.name, prose('future' + a.name), dates[int(a.name)]))


# ---- P12: false change -----------------------------------------------------------------------------------------------

def standin(title, text, extra=''):
    return '<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s</title></head><body><main><h1>%s</h1><p>%s</p>%s</main></body></html>' % (title, title, text, extra)


LOGIN = '<form action="/login" method="post"><label>User <input name="u"></label><label>Password <input type="password" name="p"></label><button>Log in</button></form>'
STANDIN = {
    'page-soft-404': standin('Page not found', 'Sorry, the page you are looking for could not be found. It may have been moved or deleted.'),
    'page-soft-404-ja': standin('\u30da\u30fc\u30b8\u304c\u898b\u3064\u304b\u308a\u307e\u305b\u3093', '\u304a\u63a2\u3057\u306e\u30da\u30fc\u30b8\u306f\u898b\u3064\u304b\u308a\u307e\u305b\u3093\u3067\u3057\u305f\u3002'),
    'page-soft-404-home': article('Welcome to the agency', ['Welcome to our site. Choose a topic from the menu to go on.', 'Contact us by telephone.']),
    'page-maintenance': standin('Site under maintenance', 'We are performing scheduled maintenance. We will be back shortly. Thank you for your patience.'),
    'page-maintenance-fr': standin('Site en maintenance', 'Notre site est en cours de maintenance. Merci de revenir plus tard.'),
    'page-login': standin('Sign in', 'Please log in to continue. Your session has expired.', LOGIN),
    'page-challenge': standin('Just a moment...', 'Checking your browser before accessing the site. Enable JavaScript and cookies to continue. Ray ID: 7f00'),
    'page-captcha': standin('Attention required!', 'Please complete the security check to access the site. Verify you are human.'),
    'page-blocked': standin('Access denied', 'You do not have permission to access this resource. Reference #18.5f'),
    'page-error': standin('Error', 'An unexpected error occurred. Please try again later.'),
    'page-empty': '<!DOCTYPE html><html><head><title></title></head><body></body></html>',
    'page-consent': standin('Before you continue', 'We use cookies. Accept all cookies to continue to the site.'),
}


@on('/false/')
def false_change(a):
    """Good at first; then a stand-in under status 200 two times of three."""
    if a.n % 3 == 0:
        return a.page(text_of(a.name))
    a.page(STANDIN[a.name])


@on('/false-short/')
def false_short(a):
    """The same before a document of few words."""
    if a.n % 3 == 0:
        return a.page(article('Whole title of short %s' % a.name, ['The agency will be closed on Monday, the ninth of May, in observance of the national holiday, and opens again on Tuesday at nine in the morning. Telephone enquiries are answered by the regional office meanwhile.']))
    a.page(STANDIN[a.name])


@on('/status-flap')
def status_flap(a):
    status = ['200 OK', '500 Internal Server Error', '200 OK', '404 Not Found', '503 Service Unavailable', '403 Forbidden'][a.n % 6]
    a.page(text_of('status-flap') if status.startswith('200') else STANDIN['page-error'], status)


@on('/page-noise')
def page_noise(a):
    r = random.Random(a.n)
    a.page(text_of('page-noise').replace('</nav>', '</nav><p>Now %s, visitors today: %d</p>' % (time.ctime(), r.randrange(10 ** 6)))
           .replace('<footer>', '<footer><input type="hidden" name="csrf" value="%x"><p>Generated in %.3f s</p><ul><li><a href="/r/%d">Related story number %d</a></li><li><a href="/r/%d">Most read number %d</a></li></ul>'
                    % (r.getrandbits(64), r.random(), a.n, a.n, a.n + 1, a.n + 1)))


@on('/page-flap')
def page_flap(a):
    a.page(text_of('page-flap') if a.n % 2 == 0 else text_of('page-flap').replace('<p>', '<p>Variant B of the page has these words. ', 1).replace('WHOLE', 'OTHER'))


@on('/cf-challenge')
def cf_challenge(a):
    if a.n % 3 == 0:
        return a.page(text_of('cf-challenge'))
    a.page(article('Whole title of cf-challenge', prose('other', 6)), cf_mitigated='challenge')


@on('/false-list')
def false_list(a):
    more = [('/status-flap', 'Whole title of status-flap', '2 May 2024'), ('/page-noise', 'Whole title of page-noise', '2 May 2024'),
            ('/page-flap', 'Whole title of page-flap', '2 May 2024'), ('/cf-challenge', 'Whole title of cf-challenge', '2 May 2024')]
    a.page(listing([('/%s/%s' % (f, n), 'Whole title of %s%s' % ('short ' if f == 'false-short' else '', n), '2 May 2024') for f in ('false', 'false-short') for n in STANDIN] + more))


# ---- P13: listing attacks --------------------------------------------------------------------------------------------

@on('/listing-vanish')
def listing_vanish(a):
    a.page(listing(some_rows(a, 'vanish', 20)) if a.n % 2 == 0 else listing([]))


@on('/vanish/', '/half/', '/shuffle/', '/storm/')
def listed(a):
    a.page(text_of(a.path.strip('/').replace('/', '-')))


@on('/listing-session')
def listing_session(a):
    sid = '%032x' % random.Random(a.n).getrandbits(128)
    a.page(listing([('/session/%d?%s=%s' % (i, ['sid', 'PHPSESSID', 'jsessionid'][i % 3], sid), 'Whole title of session-%d' % i, '2 May 2024') for i in range(20)]))


@on('/session/')
def session(a):
    a.page(text_of('session-' + a.name.split('?')[0]))


@on('/listing-republish')
def listing_republish(a):
    """The same releases under new addresses each time."""
    a.page(listing([('/republish/%d-%d' % (a.n, i), 'Whole title of republish-%d' % i, '2 May 2024') for i in range(20)]))


@on('/republish/')
def republish(a):
    a.page(text_of('republish-' + a.name.split('-')[1]))


@on('/listing-storm')
def listing_storm(a):
    a.page(listing(some_rows(a, 'storm', 5 if a.n < 1 else 2005)))


@on('/listing-half')
def listing_half(a):
    rows = some_rows(a, 'half', 20)
    a.page(listing(rows if a.n % 2 == 0 else rows[:10] if a.n % 4 == 1 else rows[10:]))


@on('/listing-shuffle')
def listing_shuffle(a):
    rows = some_rows(a, 'shuffle', 50)
    random.Random(a.n).shuffle(rows)
    a.page(listing(rows))


@on('/listing-trap', '/trap/')
def listing_trap(a):
    """An endless calendar: each page leads to further ones."""
    r = random.Random(a.path)
    a.page(listing([('/trap/%d' % r.randrange(10 ** 9), 'Calendar of month %d' % r.randrange(10 ** 6), '2 May 2024') for _ in range(30)]))


# ---- P14: robots -----------------------------------------------------------------------------------------------------

def robots_modes():
    def endless(a):
        a.head(Content_Type='text/plain')
        a.forever(b'User-agent: x\nDisallow: /y\n' * 1000)

    def loop(a):
        a.page(b'', '302 Found', Location='/robots.txt')

    def silent(a):
        a.forever(b'', 0.3)

    def binary(a):
        a.page(os.urandom(100000), Content_Type='text/plain')

    def text(s, status='200 OK', **more):
        return lambda a: a.page(s, status, Content_Type='text/plain', **more)
    return {'404': text('', '404 Not Found'), '403': text('', '403 Forbidden'), '500': text('', '500 Internal Server Error'), 'html': text('<html><body>Sorry</body></html>'),
            'endless': endless, 'loop': loop, 'silent': silent, 'binary': binary, 'delay': text('User-agent: *\nCrawl-delay: 99999999999\n'),
            'long-line': text('User-agent: *\nDisallow: /' + '*a' * 200000 + '$\n'), 'gzip-bomb': lambda a: a.page(bombs()['big'], Content_Encoding='gzip', Content_Type='text/plain')}


# ---- P15 to P20: hostile text ----------------------------------------------------------------------------------------

TEXTS = {
    'terminal-escapes': '\x1b[31mred\x1b]0;owned\x07 \x9b31m \x08\x08 back \x7f \u0085 title',
    'bidi-controls': 'left \u202e thgir \u2066 iso \u2069 \u200f title \u061c',
    'xss': '<script>alert(1)</script><img src=x onerror=alert(1)> title',
    'shell': '$(touch pwned) `touch pwned` ; touch pwned | touch pwned && title',
    'crlf-title': 'First\r\nBcc: victim@example.org\r\nSubject: second title',
    'long-title': 'L' * 300000 + ' title',
    'sql': "'; DROP TABLE document; -- \" OR 1=1 title",
    'csv-json': '=cmd|calc!A1, "quoted", \\u0000 {"a":1} line\nbreak; title',
    'csv-at': '@SUM(A1) +1-1 title',
}


def escape(s):
    return s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


@on('/text/')
def text_page(a):
    t = TEXTS[a.name]
    body = prose(a.name, 3)
    a.page('<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s</title></head><body><main><h1>%s</h1><p>%s</p>%s<p>%s</p></main></body></html>'
           % (escape(t), escape(t), escape(t[:2000]), ''.join('<p>%s</p>' % p for p in body), escape(t[:2000])))


@on('/text-feed')
def text_feed(a):
    items = ''.join('<item><title>%s</title><link>%s/text/%s</link><guid isPermaLink="false">%s</guid></item>'
                    % (escape(''.join(c for c in t if c >= ' ' or c in '\t\r\n'))[:20000], a.server.base, n, n) for n, t in TEXTS.items())
    a.page('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>%s</title><link>%s/</link>%s</channel></rss>' % ('feed', a.server.base, items), Content_Type='application/rss+xml')


@on('/text-list')
def text_list(a):
    a.page(listing([('/text/' + n, escape(t[:500]), '2 May 2024') for n, t in TEXTS.items()]))


# ---- names that lie ------------------------------------------------------------------------------------------------------

class Resolver(threading.Thread):
    """A DNS server on UDP whose answers the test sets: answer(name, type, nth question of that name) gives a list of addresses,
    None for silence, or a number, the error code. Time to live 0."""

    def __init__(self, address, answer):
        super().__init__(daemon=True)
        self.sock, self.answer, self.asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), answer, {}
        self.sock.bind((address, 53))
        self.start()

    def run(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(4096)
            except OSError:
                return
            at, labels = 12, []
            while at < len(data) and data[at]:
                labels.append(data[at + 1:at + 1 + data[at]].decode('latin-1'))
                at += data[at] + 1
            name, kind = '.'.join(labels).lower(), struct.unpack('>H', data[at + 1:at + 3])[0]
            kind = {1: 'A', 28: 'AAAA'}.get(kind, '?')
            n = self.asked[(name, kind)] = self.asked.get((name, kind), 0) + 1
            got = self.answer(name, kind, n - 1)
            if got is None:
                continue
            code, addresses = (got, []) if isinstance(got, int) else (0, got)
            out = data[:2] + struct.pack('>HHHHH', 0x8180 | code, 1, len(addresses), 0, 0) + data[12:at + 5]
            for a in addresses:
                packed = socket.inet_pton(socket.AF_INET6 if ':' in a else socket.AF_INET, a)
                out += b'\xc0\x0c' + struct.pack('>HHIH', 28 if ':' in a else 1, 1, 0, len(packed)) + packed
            self.sock.sendto(out, peer)

    def close(self):
        self.sock.close()


def with_resolver(folder, address, argv):
    """argv in a mount namespace where that address alone resolves names."""
    conf = os.path.join(folder, 'resolv.conf')
    with open(conf, 'w') as f:
        f.write('nameserver %s\noptions timeout:1 attempts:1\n' % address)
    return ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', conf] + argv
