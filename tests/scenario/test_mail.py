"""Mail: a server that wants TLS and a password, one that wants neither, hostile ones; what a reader gets."""
import base64, email, email.policy, os, socket, ssl, subprocess, threading

import pytest

from conftest import article, listing, prose, wait_until


class MailServer:
    """A mail server of few words. replies: command -> line, said instead; tls: None, 'starttls' or 'smtps'."""

    def __init__(self, tls=None, cert=None, password=None, **replies):
        self.mails, self.log, self.replies, self.tls, self.password = [], [], replies, tls, password
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*cert)
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.url = '%s://localhost:%d' % ('smtps' if tls == 'smtps' else 'smtp', self.socket.getsockname()[1])
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(c,), daemon=True).start()

    def talk(self, c):
        try:
            if self.tls == 'smtps':
                c = self.context.wrap_socket(c, server_side=True)
            self.dialogue(c, self.tls == 'smtps')
        except (OSError, ssl.SSLError) as e:
            self.log.append(str(e))

    def dialogue(self, c, safe):
        f, login, to = c.makefile('rb'), None, []
        c.sendall(b'220 ready\r\n')
        while True:
            line = f.readline().decode('latin-1').strip()
            if not line:
                return
            self.log.append(line)
            verb = line.split()[0].upper()
            if verb in self.replies:
                answer = self.replies[verb]
                if answer is None:
                    c.close()
                    return
            elif verb == 'EHLO':
                answer = '250-hello\r\n250-AUTH PLAIN LOGIN\r\n' + ('250-STARTTLS\r\n' if self.tls == 'starttls' and not safe else '') + '250 SIZE 1000000'
            elif verb == 'STARTTLS':
                c.sendall(b'220 go\r\n')
                c = self.context.wrap_socket(c, server_side=True)
                f, safe = c.makefile('rb'), True
                continue
            elif verb == 'AUTH':
                c.sendall(b'334 \r\n') if len(line.split()) == 2 else None
                word = line.split()[2] if len(line.split()) > 2 else f.readline().decode().strip()
                login = base64.b64decode(word).split(b'\0')[1:]
                self.log.append(login)
                answer = '235 yes' if login == [b'desk', self.password.encode()] else '535 no'
            elif verb == 'MAIL':
                answer = '530 STARTTLS first' if self.tls == 'starttls' and not safe else '530 who are you' if self.password and not login else '250 ok'
                to = []
            elif verb == 'RCPT':
                to.append(line.split(':', 1)[1].split()[0].strip('<>'))
                answer = '250 ok'
            elif verb == 'DATA':
                c.sendall(b'354 go\r\n')
                raw = b''
                while not raw.endswith(b'\r\n.\r\n'):
                    raw += f.readline()
                raw = raw[:-3].replace(b'\r\n..', b'\r\n.')
                self.mails.append((to, raw, email.message_from_bytes(raw, policy=email.policy.default)))
                answer = self.replies.get('END', '250 taken')
            else:
                answer = '221 bye' if verb == 'QUIT' else '250 ok'
            c.sendall(answer.encode() + b'\r\n')
            if verb == 'QUIT':
                c.close()
                return


@pytest.fixture(scope='module')
def cert(tmp_path_factory):
    folder = tmp_path_factory.mktemp('cert')
    pem, key = str(folder / 'cert.pem'), str(folder / 'key.pem')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', pem, '-days', '2', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=DNS:localhost'], check=True, capture_output=True)
    return pem, key


def mail_channel(world, server, **more):
    rest = ''.join(', %s: %s' % (k.replace('_', '-'), v) for k, v in more.items())
    world.channels = ['{name: desk, retry: [1s, 1s, 1s, 1s], mail: {to: [desk@example.org, "second@example.org"], from: watch@example.org, server: "%s"%s}}' % (server.url, rest)]


def publish(origin, title, words):
    rows = [('/p/0', title, '2023-02-09'), ('/p/1', 'Another release of the ministry', '2023-02-08')]
    origin.pages['/p/0'] = article(title, words, '2023-02-09')
    origin.pages['/p/1'] = article(rows[1][1], prose('other'), '2023-02-08')
    origin.pages['/p/'] = listing(rows)


def headers_are_sound(raw):
    head = raw.split(b'\r\n\r\n')[0]
    assert all(len(line) <= 78 for line in head.split(b'\r\n')) and all(c < 127 for c in head)
    assert b'\n' not in raw.replace(b'\r\n', b'') and all(len(line) <= 998 for line in raw.split(b'\r\n'))


def test_a_mail_reads_well_and_its_edits_stand_under_it(world, origin):
    server = MailServer()
    mail_channel(world, server)
    title, words = 'Möte om Việt Nam och 日本 ' + 'med mycket långa ord ' * 5, prose('mail')
    publish(origin, title, words)
    world.source('mofa', '/p/', first_visit='announce').once()
    by_url = {m['X-Presswatch-Address']: (to, raw, m) for to, raw, m in server.mails}
    to, raw, mail = by_url[origin.base + '/p/0']
    assert to == ['desk@example.org', 'second@example.org'] and len(server.mails) == 2
    headers_are_sound(raw)
    event = next(e for e in world.lines('tail', '--json') if e['data'].get('url', '').endswith('/p/0'))
    assert mail['Subject'] == '[mofa] ' + title.strip() and mail['Message-ID'].startswith('<' + event['id'])
    assert mail['Auto-Submitted'] == 'auto-generated' and mail['Precedence'] == 'bulk' and mail['X-Auto-Response-Suppress'] == 'All'
    assert mail['List-Id'] == 'presswatch desk <desk.presswatch.example.org>'
    text = mail.get_content()
    lines = text.splitlines()
    assert lines[0] == title.strip() and lines[1] == 'mofa, 2023-02-09' and lines[2] == origin.base + '/p/0' and words[2] in text
    publish(origin, title, [words[0].replace('.', ' not 30 but 45 million.')] + words[1:])
    wait_until(lambda: world.once() == 0 and len(server.mails) == 3, 'the mail of the edit')
    to, raw, edit = server.mails[2]
    headers_are_sound(raw)
    assert edit['Subject'] == '[mofa] Edited: ' + title.strip() and edit['References'] == edit['In-Reply-To'] == mail['Message-ID'] and mail['References'] is None and edit['Message-ID'] != mail['Message-ID']
    text = edit.get_content()
    assert '6 words new, 1 gone: body, number, negation' in text or 'words new' in text
    assert '{+' in text and '45 million' in text and text.index('45 million') < text.index(words[2])


def test_a_server_that_wants_tls_and_a_password_gets_both(world, origin, cert, monkeypatch):
    monkeypatch.setenv('SSL_CERT_FILE', cert[0])
    secret = os.path.join(world.folder, 'password')
    with open(secret, 'w') as f:
        f.write('open sesame\n')
    os.chmod(secret, 0o600)
    publish(origin, 'A release of the ministry', prose('x'))
    for name, server in (('a', MailServer('smtps', cert, 'open sesame')), ('b', MailServer('starttls', cert, 'open sesame'))):
        mail_channel(world, server, user='desk', password_file=secret)
        world.sources = []
        world.archive = os.path.join(world.folder, name + '.db')
        world.source('mofa', '/p/', first_visit='announce').once(expect=None)
        assert len(server.mails) == 2, server.log
    wrong = MailServer('smtps', cert, 'other')
    mail_channel(world, wrong, user='desk', password_file=secret)
    world.archive = os.path.join(world.folder, 'c.db')
    world.once(expect=3)
    error = world.lines('channels', '--json')[0]['error']
    assert wrong.mails == [] and ('535' in error or 'denied' in error.lower())


def test_a_password_is_not_said_to_a_server_nobody_vouches_for(world, origin, cert):
    secret = os.path.join(world.folder, 'password')
    with open(secret, 'w') as f:
        f.write('open sesame\n')
    os.chmod(secret, 0o600)
    server = MailServer('smtps', cert, 'open sesame')
    mail_channel(world, server, user='desk', password_file=secret)
    publish(origin, 'A release of the ministry', prose('x'))
    world.source('mofa', '/p/', first_visit='announce').once(expect=3)
    assert server.mails == [] and not any('AUTH' in line for line in server.log)


@pytest.mark.parametrize('replies,waits', [({'MAIL': '451 later'}, True), ({'RCPT': '550 nobody here'}, True), ({'END': '452 full'}, True), ({'DATA': None}, True),
                                           ({'EHLO': '250-' + 'x' * 5000}, True), ({'QUIT': None}, False), ({'END': '250 ' + 'y' * 5000}, False)])
def test_hostile_servers_lose_no_notice(world, origin, replies, waits):
    server = MailServer(**replies)
    mail_channel(world, server)
    publish(origin, 'A release of the ministry', prose('x'))
    world.source('mofa', '/p/', first_visit='announce').once(expect=None)
    c = world.lines('channels', '--json')[0]
    assert (c['waiting'] > 0, c['told']) == ((True, 0) if waits else (False, 2)), (c, server.log)
    if waits:
        server.replies = {}
        world.once()
        assert world.lines('channels', '--json')[0]['waiting'] == 0 and len(server.mails) >= 2


EXIM = '''
keep_environment =
primary_hostname = localhost
spool_directory = %(d)s/spool
log_file_path = %(d)s/spool/log-%%s
pid_file_path = %(d)s/spool/pid
daemon_smtp_port = %(port)d
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = %(d)s/cert.pem
tls_privatekey = %(d)s/key.pem
acl_smtp_rcpt = rcpt
queue_only = true
begin acl
rcpt:
  deny !encrypted = *
  accept authenticated = *
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = ${if def:tls_in_cipher}
  server_condition = ${if and{{eq{$auth2}{desk}}{eq{$auth3}{open sesame}}}}
  server_set_id = $auth2
'''


@pytest.mark.skipif(not os.path.exists('/usr/sbin/exim4') or os.geteuid() != 0, reason='needs exim4 and root')
def test_a_mail_server_of_the_world_takes_it_over_starttls_with_a_password(world, origin, cert, monkeypatch):
    import glob, re, shutil, tempfile
    d = tempfile.mkdtemp(prefix='presswatch-exim-')
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    os.chmod(d, 0o755)
    os.mkdir(os.path.join(d, 'spool'))
    os.chmod(os.path.join(d, 'spool'), 0o777)
    for path, name in zip(cert, ('cert.pem', 'key.pem')):
        shutil.copy(path, os.path.join(d, name))
        os.chmod(os.path.join(d, name), 0o644)
    with open(os.path.join(d, 'conf'), 'w') as f:
        f.write(EXIM % {'d': d, 'port': port})
    exim = subprocess.Popen(['/usr/sbin/exim4', '-C', os.path.join(d, 'conf'), '-bdf'], stderr=subprocess.DEVNULL)
    try:
        monkeypatch.setenv('SSL_CERT_FILE', cert[0])
        secret = os.path.join(world.folder, 'password')
        with open(secret, 'w') as f:
            f.write('open sesame\n')
        os.chmod(secret, 0o600)

        class Server:
            url = 'smtp://localhost:%d' % port
        mail_channel(world, Server, user='desk', password_file=secret)
        title = 'Việt Nam ký kết 日本 =?utf-8?q?x?= ' + 'very long ' * 20
        publish(origin, title, prose('x'))
        wait_until(lambda: socket.socket().connect_ex(('127.0.0.1', port)) == 0, 'the server')
        world.source('mofa', '/p/', first_visit='announce').once()
        mails = []      # as they lie in its queue: headers behind their lengths, and the text
        for path in sorted(glob.glob(os.path.join(d, 'spool/input/*-H'))):
            head = re.search(rb'\n\n(\d{3}P Received:.*)', open(path, 'rb').read(), re.S).group(1)
            text = open(path[:-1] + 'D', 'rb').read().split(b'\n', 1)[1]
            mails.append(email.message_from_bytes(re.sub(rb'(?m)^\d{3,}[A-Z* ] ', b'', head) + b'\n' + text, policy=email.policy.default))
        assert len(mails) == 2
        mail = next(m for m in mails if 'Nam' in m['Subject'])
        assert mail['Subject'].startswith('[mofa] ' + title[:100]) and mail['Auto-Submitted'] == 'auto-generated' and '<desk.presswatch.example.org>' in mail['List-Id']
        assert mail['Message-ID'].endswith('@presswatch>') and prose('x')[0] in mail.get_content() and origin.base + '/p/0' in mail.get_content()
        assert 'esmtpsa' in ' '.join(mail.get_all('Received'))
    finally:
        exim.terminate()
        exim.wait()
        shutil.rmtree(d)
