"""Edits: channels that choose by kind, servers whose validators lie."""
import time

import pytest

from conftest import article, listing, prose, rss, wait_until


def publish(origin, texts):
    rows = []
    for i, t in enumerate(texts):
        origin.pages['/press/%d.html' % i] = article('Release number %d of the ministry' % i, t, '2024-03-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def test_a_channel_hears_only_of_the_kinds_it_asked_for(world, origin, hook):
    texts = [prose(i) for i in range(3)]
    for t in texts:
        t[0] = 'The fund will pay 40 million to the towns and it will be open to all of them. ' + t[0]
    publish(origin, texts)
    out = {name: world.folder + '/' + name for name in ('all', 'some')}
    world.channels = ['{name: all, file: %s}' % out['all'], '{name: some, file: %s, when: [number, negation]}' % out['some']]
    world.source('site', '/press/').once()
    texts[0][0] = texts[0][0].replace('40 million', '45 million')
    texts[1][0] = texts[1][0].replace('will be open', 'will not be open')
    texts[2][0] = texts[2][0].replace('towns', 'villages')
    publish(origin, texts)
    for _ in range(2):
        time.sleep(1.1)
        world.once()
    told = {name: sorted(line.split('/press/')[1][0] for line in open(path)) for name, path in out.items()}
    assert told == {'all': ['0', '1', '2'], 'some': ['0', '1']}


def test_validators_that_lie_are_found_out_and_no_longer_sent(world, origin, hook):
    """The list changes behind a validator that stays: at most 24 visits hide it, and none after that; the host's other sources are read whole too."""
    first = {'ETag': '"v1"'}
    feed = {}

    def serve(handler):
        return (304, first, '') if handler.headers.get('If-None-Match') else (200, dict(first, **{'Content-Type': 'application/rss+xml'}), feed['now'])

    def show(n):
        feed['now'] = rss([('id-%d' % i, origin.base + '/press/%d.html' % i, 'Release number %d of the ministry' % i,
                            'Fri, 01 Mar 2024 10:%02d:00 GMT' % i, 'short') for i in range(n - 1, -1, -1)])
    publish(origin, [prose(i) for i in range(8)])
    origin.pages['/feed.xml'] = serve
    show(5)
    origin.pages['/other.xml'] = rss([('other-1', origin.base + '/press/7.html', 'Release number 7 of the ministry', 'Fri, 01 Mar 2024 10:07:00 GMT', 'short')])
    world.source('feed', '/feed.xml', every='1s', recheck='[1d]').source('other', '/other.xml', every='1s', recheck='[1d]').start()
    end = time.time() + 60
    while len(origin.asked('/feed.xml')) < 3 and time.time() < end:
        time.sleep(0.1)
    show(6)
    while not hook.of('document.new') and time.time() < end:
        time.sleep(0.1)
    hidden = len(origin.asked('/feed.xml'))
    assert len(hook.of('document.new')) == 1 and hidden <= 26
    show(7)
    while len(hook.of('document.new')) < 2 and time.time() < end:
        time.sleep(0.1)
    assert len(hook.of('document.new')) == 2 and len(origin.asked('/feed.xml')) <= hidden + 3
    world.stop()
    assert world.log().count('validators-lie') == 1
    last = origin.asked('/feed.xml')[-1][3]
    assert 'If-None-Match' not in last and 'If-Modified-Since' not in last
    others = ['If-None-Match' in r[3] for r in origin.asked('/other.xml')]
    assert others.count(True) >= 10 and not others[-1]
    stale = hook.of('source.stale')
    assert [e['data']['source'] for e in stale] == ['feed'] and 'ETag' in stale[0]['data']['cause']
    before = len(others)        # and it is known after the next start
    world.once()
    assert [r[3].get('If-None-Match') for r in origin.asked('/other.xml')[before:]] == [None]


@pytest.mark.parametrize('confirm', ['0s', '2s'])
def test_a_change_of_the_template_is_one_notice_and_no_edits(world, origin, hook, confirm):
    """The same line appears on twelve documents, and one of them is edited besides."""
    texts = [prose(i) for i in range(12)]
    publish(origin, texts)
    world.source('site', '/press/', confirm=confirm, recheck='[1s, 2s]').once()
    for t in texts:
        t.append('For further questions please contact the new service centre of the government by telephone or by electronic mail.')
    texts[3][0] = 'The minister did not agree to the plan. ' + texts[3][0]
    publish(origin, texts)
    world.start()
    end = time.time() + 25
    while time.time() < end and not [e for e in hook.of('document.edited') if e['data']['url'].endswith('/3.html')]:
        time.sleep(0.2)
    time.sleep(4)
    world.stop()
    edited = [e['data']['url'].rsplit('/', 1)[1] for e in hook.of('document.edited')]
    assert len(hook.of('source.template')) == 1 and edited.count('3.html') == 1
    assert len(edited) == 1 if confirm != '0s' else len(edited) <= 5
    assert all('service centre' in d['text'] for d in world.documents())
    before = len(hook.events)
    time.sleep(1.1)
    world.once()
    assert len(hook.events) == before


def test_another_reading_of_pages_that_changed_besides_is_no_edit_and_a_true_one_is(world, origin, hook):
    """The rules of a source change, as an upgraded extractor would, while every page has new nonces: each text is read anew, nothing is told; an
    edit at the same time is told as what it is."""
    texts = [prose(i) + ['Contact the press desk of the ministry by telephone on working days from nine to five.'] for i in range(4)]

    def serve(nonce):
        for i, t in enumerate(texts):
            page = article('Release number %d of the ministry' % i, t[:-1], '2024-03-%02d' % (i + 1), extra='<script nonce="%d-%d"></script>' % (nonce, i))
            origin.pages['/press/%d.html' % i] = page.replace('</main>', '<p class="desk">%s</p></main>' % t[-1])
    publish(origin, texts)
    serve(1)
    world.source('site', '/press/', select='{body: main}').once()
    assert all('press desk' in d['text'] for d in world.documents())
    texts[2][0] = 'The fund will pay 40 million. ' + texts[2][0]
    serve(2)
    world.source('site', '/press/', select="{body: main, remove: ['.desk']}")
    for k in range(3):
        time.sleep(1.05)
        world.once()
        serve(3 + k)
    assert all('press desk' not in d['text'] for d in world.documents())
    edits = [e['data'] for e in hook.events]
    assert [e['type'] for e in hook.events] == ['document.edited'] and edits[0]['url'].endswith('/2.html')
    assert edits[0]['diff']['deleted'] == 0 and edits[0]['diff']['inserted'] == 6
    assert sorted(d['revision'] for d in world.documents()) == [1, 1, 1, 2]


def test_a_page_that_goes_back_and_forth_is_one_notice_and_one_more_when_it_settles(world, origin, hook):
    texts = [prose(i) for i in range(2)]
    other = ['A second server still has the older words of this release. ' + texts[0][0]] + texts[0][1:]
    publish(origin, texts)
    world.source('site', '/press/', confirm='2s', recheck='[1s]').once()

    def show(text):
        """One look at least."""
        publish(origin, [text, texts[1]])
        looks = len(origin.asked('/press/0.html'))
        wait_until(lambda: world.once() == 0 and len(origin.asked('/press/0.html')) > looks, 'a look', 120)

    def stays(text, told):
        wait_until(lambda: show(text) or len(hook.events) >= told, 'event %d' % told, 240)
    show(other)             # gone again before the second look
    for _ in range(3):
        show(texts[0])
    assert hook.events == []
    stays(other, 1)
    for text in (texts[0], other, texts[0], other):     # none of them stays
        show(text)
    assert [e['type'] for e in hook.events] == ['document.edited'] and 'the page shows an earlier text again' in world.log()
    stays(texts[0], 2)      # for as long as the other one stood
    data = hook.events[-1]['data']
    assert [e['type'] for e in hook.events] == ['document.edited'] * 2 and data['returns_to'] == 1 and data['revision'] == 3
    assert [h.get('returns_to') for h in world.lines('history', data['id'], '--json')] == [None, None, 1]
    assert 'as revision 1' in world.command('history', data['id']).stdout
    for _ in range(3):      # and once more, which is now known
        show(other)
    assert len(hook.events) == 2 and 'the page goes back and forth between two texts' in world.log()
