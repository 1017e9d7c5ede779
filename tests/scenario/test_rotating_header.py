"""A header that is another one at each visit (slogan, date, nonce, weather, a teaser with its link) is no revision and no document."""
import time

import pytest

from conftest import listing, prose, wait_until

HEADERS = {
    'header element': '<header><p class="date">%(date)s</p><p>%(slogan)s</p><a href="/promo/%(n)d.html">%(teaser)s</a></header>%(main)s',
    'banner role': '<div role="banner" data-nonce="%(nonce)s"><p>%(slogan)s</p><h2><a href="/promo/%(n)d.html">%(teaser)s</a></h2></div>%(main)s',
    'by its name': '<div id="site-header" class="header"><span>%(date)s</span><p>%(slogan)s</p><ul><li><a href="/promo/%(n)d.html">%(teaser)s</a></li></ul></div>%(main)s',
    'header of the article': '<main><article><header><p class="ticker" data-nonce="%(nonce)s"><a href="/promo/%(n)d.html">%(teaser)s</a></p></header>%(article)s</article></main>',
}
SLOGANS = ['Together for the region', 'Closer to you', 'Open every day from nine to five', 'Your agency since 1949', 'Please renew your permit in time',
           'Water is precious', 'We are hiring engineers and lawyers', 'Read our yearly report']


def page(where, n, title, paragraphs):
    words = {'n': n, 'nonce': '%x' % (n * 2654435761 % 2 ** 64), 'date': '%d November 2026, %02d:%02d' % (n % 28 + 1, n % 24, n * 7 % 60),
             'slogan': SLOGANS[n % len(SLOGANS)], 'teaser': 'Special offer number %d of the week for readers' % n,
             'article': '<h1>%s</h1><p class="date"><time datetime="2024-06-03">3 June 2024</time></p>%s' % (title, ''.join('<p>%s</p>' % p for p in paragraphs))}
    words['main'] = '<main><article>%s</article></main>' % words['article']
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title><meta name="csp-nonce" content="%s"></head><body>%s'
            '<footer><p>Imprint</p></footer></body></html>' % (title, words['nonce'], HEADERS[where] % words))


@pytest.mark.parametrize('where', list(HEADERS))
def test_a_header_that_rotates_says_nothing(world, origin, hook, where):
    asked = {'list': 0, 'page': 0}

    def list_page(handler):
        asked['list'] += 1
        n = asked['list']
        rows = [('/press/%d.html' % i, 'Report %d of the agency' % i, '%d June 2024' % (i + 1)) for i in range(4)][::-1]
        head = ('<header><p>%s</p><p>%d November 2026</p><a href="/promo/%d.html">Special offer number %d of the week for readers</a></header>'
                % (SLOGANS[n % len(SLOGANS)], n % 28 + 1, n, n))
        return 200, {}, listing(rows).replace('<nav>', head + '<nav>', 1)

    def document(i):
        def answer(handler):
            asked['page'] += 1
            return 200, {}, page(where, asked['page'], 'Report %d of the agency' % i, prose(i))
        return answer

    origin.pages['/press/'] = list_page
    for i in range(4):
        origin.pages['/press/%d.html' % i] = document(i)
    for n in range(500):
        origin.pages['/promo/%d.html' % n] = page(where, n, 'Special offer number %d' % n, prose('promo%d' % n))
    world.source('site', '/press/', recheck='[1s]').start()
    wait_until(lambda: world.status()['documents'] >= 4, 'the baseline')
    wait_until(lambda: asked['list'] >= 8 and asked['page'] >= 24, 'eight visits and as many looks', 120)
    time.sleep(0.5)
    docs = world.documents()
    world.stop()
    assert sorted(d['url'].rsplit('/', 1)[1] for d in docs) == ['%d.html' % i for i in range(4)]
    assert all(d['revision'] == 1 for d in docs) and not hook.of('document.new') and not hook.of('document.edited')
    assert not any(word in d['text'] for d in docs for word in ('Special offer', 'November 2026', SLOGANS[0]))
