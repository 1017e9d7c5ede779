"""Templates: the bodies that chat services get, with a title that tries to break out of each, and what a wrong template is told."""
import html, http.server, json, os, re, shutil, threading, urllib.parse

import pytest

from conftest import article, listing, prose, wait_until

TITLE = 'A "quoted" \\ 1 < 2 > 0 @everyone *bold* [x](y) & 日本'


class Chat:
    """Keeps what is sent to it: (method, path, content type, body)."""

    def __init__(self):
        self.got = []
        chat = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def take(self):
                body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                chat.got.append((self.command, self.path, self.headers['Content-Type'], body))
                self.send_response(200)
                self.send_header('Content-Length', '0')
                self.end_headers()
            do_POST = do_PUT = take

            def log_message(self, *a):
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def publish(origin, title=TITLE, words=None):
    t = html.escape(title)
    origin.pages['/p/0'] = article(t, words or prose('x'), '2023-02-09')
    origin.pages['/p/1'] = article('Another release of the ministry', prose('y'), '2023-02-08')
    origin.pages['/p/'] = listing([('/p/0', t, '9 February 2023'), ('/p/1', 'Another release of the ministry', '8 February 2023')])


def told(world, origin, template):
    """What the channel of that template is sent for the document with the title, and for its edit."""
    chat = Chat()
    world.channels = ['{name: desk, webhook: "%s/hook", template: %s}' % (chat.url, template)]
    publish(origin)
    world.source('mofa', '/p/', first_visit='announce').once()
    wait_until(lambda: len(chat.got) == 2, 'both notices')
    return chat, next(g for g in chat.got if 'quoted' in urllib.parse.unquote(g[3] + g[1]))


def test_slack_and_mattermost_get_text_that_calls_nobody(world, origin):
    chat, (method, path, kind, body) = told(world, origin, 'slack')
    url = origin.base + '/p/0'
    assert (method, path, kind) == ('POST', '/hook', 'application/json') and json.loads(body) == {
        'text': '<%s|%s>\n_mofa 2023-02-09_\n%s' % (url, TITLE.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;'), '\n\n'.join(prose('x'))[:600]), 'unfurl_links': False}
    words = prose('x')
    publish(origin, words=['Quite other words <!here> stand here. ' + words[0]] + words[1:])
    wait_until(lambda: world.once() == 0 and len(chat.got) == 3, 'the edit')
    text = json.loads(chat.got[2][3])['text']
    assert text.startswith('Edited: <') and 'words new' in text and '{+' in text and '<!' not in text


@pytest.mark.parametrize('name', ['mattermost', 'discord', 'teams'])
def test_markdown_is_escaped(world, origin, name):
    _, (method, path, kind, body) = told(world, origin, name)
    message = json.loads(body)
    text = message['attachments'][0]['content']['body'][0]['text'] if name == 'teams' else message['content' if name == 'discord' else 'text']
    escaped = 'A "quoted" \\\\ 1 \\< 2 \\> 0 @\u2060everyone \\*bold\\* \\[x\\](y) & 日本'
    assert escaped in text and kind == 'application/json'
    if name == 'discord':
        assert message['allowed_mentions'] == {'parse': []} and text == '**%s**\n%s\nmofa 2023-02-09\n%s' % (escaped, origin.base + '/p/0', '\n\n'.join(prose('x'))[:600])


def test_a_long_text_stays_below_the_two_thousand_characters_of_discord(world, origin):
    chat = Chat()
    world.channels = ['{name: desk, webhook: "%s/hook", template: discord, events: [edited]}' % chat.url]
    publish(origin)
    world.source('mofa', '/p/', first_visit='announce').once()
    publish(origin, title=TITLE + ' *' * 150, words=[w + ' new_words `stand` | here ' * 30 for w in prose('x')])
    wait_until(lambda: world.once() == 0 and chat.got, 'the edit')
    content = json.loads(chat.got[0][3])['content']
    assert 1300 < len(content) <= 2000 and '…**\n' in content and content.endswith('…') and 'new\\_words' in content


def test_matrix_ntfy_and_telegram_have_their_ways(world, origin):
    _, (method, path, kind, body) = told(world, origin, 'matrix')
    message = json.loads(body)
    assert method == 'PUT' and re.fullmatch('/hook/[0-9a-f-]{36}', path) and message['body'].startswith(TITLE + '\n' + origin.base)
    assert message['formatted_body'].startswith('<b>%s</b><br>' % html.escape(TITLE))
    world.archive, world.sources = os.path.join(world.folder, 'b.db'), []
    _, (method, path, kind, body) = told(world, origin, 'ntfy')
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query))
    assert query == {'title': '[mofa] ' + TITLE, 'click': origin.base + '/p/0'} and body.startswith(TITLE + '\nmofa 2023-02-09\n') and kind.startswith('text/plain')
    world.archive, world.sources = os.path.join(world.folder, 'c.db'), []
    _, (method, path, kind, body) = told(world, origin, 'telegram')
    form = dict(urllib.parse.parse_qsl(body))
    assert form['parse_mode'] == 'HTML' and form['text'].startswith('<b>%s</b>\n%s\nmofa' % (html.escape(TITLE), origin.base + '/p/0')) and kind == 'application/x-www-form-urlencoded'


def test_a_template_of_ones_own_from_a_file_or_in_place_and_a_digest_through_it(world, origin):
    with open(os.path.join(world.folder, 'own.template'), 'w') as f:
        f.write('content-type: text/html\n\n<p>{title:12}</p>{source|plain} { "no": field } {id}\n')
    _, (_, _, kind, body) = told(world, origin, './own.template')
    assert kind == 'text/html' and re.fullmatch(r'<p>A &quot;quoted&quot; …</p>mofa { "no": field } [0-9a-f-]{36}\n', body), body
    world.archive, world.sources = os.path.join(world.folder, 'b.db'), []
    _, (_, _, kind, body) = told(world, origin, '''\'{"t": "{title}", "x": "{summary:5}"}\'''')
    assert json.loads(body)['t'] == TITLE and len(json.loads(body)['x']) == 5
    world.archive, world.sources = os.path.join(world.folder, 'c.db'), []
    _, (_, _, kind, body) = told(world, origin, '\'{"t": "{?published}on {published:10}{?title}: {title:10}{/title}{/published}{!published}undated{/published}"{?author}, "by": "{author}"{/author}'
                                 '{!author}, "unsigned": true{/author}}\'')
    assert json.loads(body) == {'t': 'on 2023-02-09: A "quoted…', 'unsigned': True}


@pytest.mark.parametrize('template,words', [('slak', 'there are slack, mattermost, discord'), ("'{\"text\": \"{titel}\"}'", 'line 1, column 11: there is no such field'),
                                            ("'{\"text\": \"{title|shout}\"}'", 'there is no such filter'), ("'{\"text\": {title}}'", 'makes no JSON'), ('/nowhere/x', 'No such file'),
                                            ("'{\"a\": \"{?author}x\"}'", 'line 1, column 8: this part has no end'), ("'{\"a\": \"x{/author}\"}'", 'ends a part that is not the last one begun'),
                                            ("'{\"a\": \"{?nobody}x{/nobody}\"}'", 'there is no such field'),
                                            ("'{\"a\": \"{?url}{?title}x{/url}{/title}\"}'", 'ends a part'), ("'{\"a\": 1{!author}{/author}{?author}, {/author}}'", 'makes no JSON')])
def test_a_wrong_template_is_a_mistake_of_the_configuration(world, origin, template, words):
    world.channels = ['{name: desk, webhook: "http://127.0.0.1:9/", template: %s}' % template]
    r = world.source('mofa', '/p/').write().command('check', expect=1)
    assert words in r.stdout + r.stderr and 'template: ' in r.stdout + r.stderr and 'presswatch.yaml:' in r.stdout + r.stderr


@pytest.mark.skipif(shutil.which('apprise') is None, reason='needs the package apprise')
def test_apprise_carries_it_on(world, origin):
    chat = Chat()
    world.channels = ['{name: far, exec: [%s, "json://%s/x"], template: "content-type: text/plain\\n\\n{message}"}' % (shutil.which('apprise'), chat.url[7:])]
    publish(origin)
    world.source('mofa', '/p/', first_visit='announce').once()
    wait_until(lambda: len(chat.got) == 2, 'both notices')
    message = next(json.loads(g[3])['message'] for g in chat.got if 'quoted' in g[3])
    assert message.startswith(TITLE + '\nmofa, 2023-02-09\n') and origin.base + '/p/0' in message
