"""The main job: a quiet baseline, each new document told once, each edit a revision, noise told to nobody."""
import pytest

from conftest import article, listing, prose, rss, wait_until


def publish(origin, n, edit=()):
    """A site of n releases, newest first; those in edit have one word more."""
    rows = []
    for i in range(n):
        text = prose(i)
        if i in edit:
            text[1] = text[1].replace(' ', ' indeed ', 1)
        origin.pages['/press/%d.html' % i] = article('Release number %d of the ministry' % i, text, '2024-03-%02d' % (i + 1))
        rows.append(('/press/%d.html' % i, 'Release number %d of the ministry' % i, '%d March 2024' % (i + 1)))
    origin.pages['/press/'] = listing(rows[::-1])


def test_first_visit_is_quiet_and_later_documents_are_told_once(world, origin, hook):
    publish(origin, 5)
    world.source('site', '/press/')
    world.once()
    assert len(world.documents()) == 5 and hook.events == []
    publish(origin, 7)
    world.once()
    world.once()
    assert sorted(e['data']['title'] for e in hook.of('document.new')) == ['Release number 5 of the ministry', 'Release number 6 of the ministry']
    assert all(e['data']['published'] == '2024-03-%02d' % (int(e['data']['title'].split()[2]) + 1) for e in hook.events)


def test_announce_tells_of_the_first_visit_too(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/', first_visit='announce')
    world.once()
    assert len(hook.of('document.new')) == 3


def test_a_silent_edit_is_one_revision_with_a_word_diff(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/')
    world.once()
    publish(origin, 3, edit=[1])
    import time
    time.sleep(1.1)
    world.once()
    time.sleep(1.1)
    world.once()
    assert [e['data']['revision'] for e in hook.of('document.edited')] == [2]
    event = hook.events[0]
    assert event['data']['previous_revision'] == 1 and event['data']['diff']['inserted'] == 1
    assert 'indeed' in world.command('diff', event['data']['id']).stdout
    assert len(world.lines('history', '--json', event['data']['id'])) == 2


def test_noise_is_no_edit(world, origin, hook):
    import time
    for k in range(3):
        publish(origin, 3)
        for i in range(3):
            origin.pages['/press/%d.html' % i] = origin.pages['/press/%d.html' % i].replace(
                '</footer>', '<p>Visitors today: %d</p><script>nonce="%d"</script></footer>' % (k * 7919, k))
        world.source('site', '/press/').once()
        time.sleep(1.1)
    assert hook.events == [] and all(d['revision'] == 1 for d in world.documents())


def test_an_edit_waits_for_its_second_look(world, origin, hook):
    import time
    publish(origin, 2)
    world.source('site', '/press/', confirm='1s')
    world.once()
    time.sleep(1.1)
    publish(origin, 2, edit=[0])
    world.once()
    assert hook.events == []
    publish(origin, 2)                      # it flapped back
    time.sleep(1.1)
    world.once()
    assert hook.events == []
    publish(origin, 2, edit=[0])
    time.sleep(1.1)
    world.once()
    time.sleep(1.1)
    world.once()
    assert len(hook.of('document.edited')) == 1


def test_one_document_under_many_names_is_told_once(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/').source('feed', '/feed.xml')
    item = lambda i, tail='': ('id-%d' % i, origin.base + '/press/%d.html%s' % (i, tail), 'Release number %d of the ministry' % i,   # noqa: E731
                               'Fri, %02d Mar 2024 10:00:00 GMT' % (i + 1), 'short')
    origin.pages['/feed.xml'] = rss([item(2), item(1), item(0)])
    world.once()
    publish(origin, 4)
    origin.pages['/print/3.html'] = origin.pages['/press/3.html']
    origin.pages['/feed.xml'] = rss([item(3, '?utm_source=rss'), item(2), item(1)])
    origin.pages['/press/3.html?utm_source=rss'] = origin.pages['/press/3.html']
    world.once()
    origin.pages['/feed.xml'] = rss([('other-guid', origin.base + '/print/3.html', 'Release number 3 of the ministry', 'Mon, 04 Mar 2024 10:00:00 GMT', 's')])
    world.once()
    assert len(hook.of('document.new')) == 1
    docs = world.documents()
    assert len(docs) == 4
    assert [d for d in docs if '/print/3.html' in ' '.join(d.get('aliases', []))]


def test_same_title_with_another_text_is_another_document(world, origin, hook):
    publish(origin, 1)
    world.source('site', '/press/')
    world.once()
    for i in (10, 11):
        origin.pages['/press/%d.html' % i] = article('Press briefing', prose(i), '2024-04-%d' % i,
                                                     extra='<link rel="canonical" href="/press/0.html">')
    origin.pages['/press/'] = listing([('/press/11.html', 'Press briefing', '11 April 2024'), ('/press/10.html', 'Press briefing', '10 April 2024'),
                                       ('/press/0.html', 'Release number 0 of the ministry', '1 March 2024')])
    world.once()
    assert len(hook.of('document.new')) == 2 and len(world.documents()) == 3


def test_a_wrong_canonical_on_every_page_swallows_nothing(world, origin, hook):
    def page(i):
        return article('Release %d about the harbour' % i, prose(i)).replace(
            '<title>', '<link rel="canonical" href="%s/press/0.html"><meta property="og:title" content="Home of the ministry"><title>' % origin.base)
    for i in range(4):
        origin.pages['/press/%d.html' % i] = page(i)
    rows = [('/press/%d.html' % i, 'Release %d about the harbour' % i, '%d May 2024' % (i + 1)) for i in range(4)]
    origin.pages['/press/'] = listing(rows[:2])
    world.source('site', '/press/').once()
    origin.pages['/press/'] = listing(rows)
    world.once()
    assert sorted(d['title'] for d in world.documents()) == ['Release %d about the harbour' % i for i in range(4)]
    assert len(hook.of('document.new')) == 2


def test_a_pdf_is_archived_and_told_with_the_words_of_its_row(world, origin, hook):
    publish(origin, 2)
    world.source('site', '/press/').once()
    origin.pages['/files/report.pdf'] = (200, {'Content-Type': 'application/pdf'}, b'%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
    rows = [('/files/report.pdf', 'Annual report on harbour safety', '9 March 2024'), ('/press/1.html', 'Release number 1 of the ministry', '2 March 2024'),
            ('/press/0.html', 'Release number 0 of the ministry', '1 March 2024')]
    origin.pages['/press/'] = listing(rows)
    world.once()
    event, = hook.of('document.new')
    assert event['data']['title'] == 'Annual report on harbour safety' and event['data']['published'] == '2024-03-09'
    assert event['data']['text_state'] == 'none' and 'text' not in event['data']


def test_sitemap_and_news_sitemap(world, origin, hook):
    publish(origin, 4)
    loc = lambda i: '<url><loc>%s/press/%d.html</loc><lastmod>2024-03-%02d</lastmod></url>' % (origin.base, i, i + 1)     # noqa: E731
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    origin.pages['/index.xml'] = head + '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>%s/one.xml</loc></sitemap></sitemapindex>' % origin.base
    origin.pages['/one.xml'] = head + '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">%s</urlset>' % (loc(0) + loc(1))
    world.source('map', '/index.xml', kind='sitemap').once()
    assert len(world.documents()) == 2
    origin.pages['/one.xml'] = head + '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">%s</urlset>' % (loc(0) + loc(1) + loc(2))
    world.once()
    assert [e['data']['title'] for e in hook.of('document.new')] == ['Release number 2 of the ministry']


def test_a_single_page_is_a_document_of_its_own(world, origin, hook):
    import time
    origin.pages['/policy.html'] = article('Travel policy', prose(1))
    world.source('policy', '/policy.html', kind='page').once()
    assert len(world.documents()) == 1 and hook.events == []
    origin.pages['/policy.html'] = article('Travel policy', prose(1)[:2] + ['The fee is now 30 euro.'])
    time.sleep(1)
    world.once()
    event, = hook.events
    assert event['type'] == 'document.edited' and '30' in str(event['data']['diff'])


def test_resident_daemon_finds_new_and_edited_by_itself(world, origin, hook):
    publish(origin, 3)
    world.source('site', '/press/').start()
    wait_until(lambda: world.status()['documents'] == 3, 'the baseline')
    publish(origin, 4)
    wait_until(lambda: hook.of('document.new'), 'the new release')
    publish(origin, 4, edit=[2])
    wait_until(lambda: hook.of('document.edited'), 'the edit')
    assert world.stop() < 5
    assert len(hook.events) == 2 and world.whole()


def test_conditional_requests_carry_the_servers_own_validators(world, origin, hook):
    publish(origin, 2)
    page = origin.pages['/press/']
    origin.pages['/press/'] = lambda h: (304, {}, b'') if h.headers.get('If-None-Match') == 'W/"a b"' else (200, {'ETag': 'W/"a b"', 'Last-Modified': 'nonsense date'}, page)
    world.source('site', '/press/').once()
    world.once()
    last = origin.asked('/press/')[-1]
    assert last[2] == 304 and last[3]['If-None-Match'] == 'W/"a b"'
    assert 'presswatch' in last[3]['User-Agent'] and 'test@example.org' in last[3]['User-Agent']


@pytest.mark.parametrize('rule,expected', [('Disallow: /press/1', 1), ('Disallow: /', 0)])
def test_robots_are_obeyed(world, origin, hook, rule, expected):
    publish(origin, 2)
    origin.pages['/robots.txt'] = (200, {'Content-Type': 'text/plain'}, 'User-agent: *\n%s\n' % rule)
    world.source('site', '/press/', first_visit='announce').once(expect=None)
    with_text = [d for d in world.documents() if d['text_state'] == 'full']
    assert len(with_text) == expected
    assert not origin.asked('/press/1.html')


def test_a_changed_rule_reads_an_unchanged_page_anew(world, origin, hook):
    publish(origin, 4)
    world.source('site', '/press/', include="['/press/[01]']").once()
    assert len(world.documents()) == 2
    world.once()
    assert origin.asked('/press/')[-1][2] == 304
    world.source('site', '/press/').once()
    assert origin.asked('/press/')[-1][2] == 200
    assert len(world.documents()) == 4 and len(hook.of('document.new')) == 2
