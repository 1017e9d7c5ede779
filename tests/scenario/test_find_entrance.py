"""Where a source is asked: permanent redirects are learned, pages that ended for good are told once and asked rarely."""
import time

from conftest import article, listing, prose, wait_until


def publish(origin, path, n):
    for i in range(n):
        origin.pages['/press/%d.html' % i] = article('Minister opens harbour number %d' % i, prose(i))
    origin.pages[path] = listing([('/press/%d.html' % i, 'Minister opens harbour number %d' % i, '%d March 2024' % (i + 1)) for i in range(n)][::-1])


def moved(origin, to, status=301):
    return status, {'Location': origin.base + to}, ''


def sources(world):
    return {s['name']: s for s in world.lines('sources', '--json')}


def test_a_permanent_redirect_is_learned_shown_and_forgotten_when_it_ends(world, origin, hook):
    origin.pages['/old'] = moved(origin, '/new')
    publish(origin, '/new', 3)
    world.source('site', '/old')
    for k in range(3):
        world.once()
    assert len(origin.asked('/old')) == 3
    s = sources(world)['site']
    assert s['moved_to'] == origin.base + '/new' and s['moved_learned'] and s['url'] == origin.base + '/old'
    publish(origin, '/new', 5)
    world.once()
    assert len(origin.asked('/old')) == 3 and len(hook.of('document.new')) == 2
    assert 'moved for good' in world.command('sources').stdout
    origin.pages['/new'] = (404, {}, 'gone')        # the new address fails: the configured one is asked again
    world.once(expect=3)
    publish(origin, '/old', 6)
    world.once()
    assert len(origin.asked('/old')) == 4 and len(hook.of('document.new')) == 3
    assert 'moved_to' not in sources(world)['site'] and len(world.documents()) == 6


def test_a_redirect_that_is_not_for_good_or_not_always_the_same_is_not_learned(world, origin):
    publish(origin, '/new', 3)
    publish(origin, '/new2', 3)
    origin.pages['/302'] = moved(origin, '/new', 302)
    world.source('temporary', '/302').source('changing', '/301')
    for k in range(5):
        origin.pages['/301'] = moved(origin, '/new2' if k % 2 else '/new')
        world.once()
    assert len(origin.asked('/302')) == 5 and len(origin.asked('/301')) == 5
    assert not sources(world)['changing'].get('moved_learned') and 'moved_to' not in sources(world)['temporary']


def test_410_ends_a_source_with_one_notice(world, origin, hook):
    publish(origin, '/press/', 3)
    world.source('site', '/press/').once()
    origin.pages['/press/'] = (410, {}, 'gone')
    for k in range(4):
        world.once(expect=3)
    failing = hook.of('source.failing')
    assert len(failing) == 1 and failing[0]['data']['state'] == 'ended' and '410' in failing[0]['data']['cause']
    assert 'new address' in failing[0]['data']['advice'] and hook.of('source.gap') == []
    s = sources(world)['site']
    assert s['state'] == 'ended'
    # the daemon asks it again only in days, or after a reload
    asked = len(origin.asked('/press/'))
    world.start()
    world.source('other', '/press/')
    time.sleep(1)
    assert len(origin.asked('/press/')) - asked <= 1
    publish(origin, '/press/', 4)
    world.write()
    world.command('poll', 'site')
    wait_until(lambda: hook.of('source.recovered'), 'the recovery')
    wait_until(lambda: len(hook.of('document.new')) == 1, 'the new document')


def test_a_websub_hub_is_noticed_and_shown(world, origin):
    publish(origin, '/press/', 3)
    page = origin.pages['/press/']
    origin.pages['/press/'] = (200, {'Link': '<https://hub.example/>; rel="hub", <https://x.example/>; rel=self'}, page)
    origin.pages['/feed.xml'] = ('<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link rel="hub" href="https://hub2.example/"/>'
                                 '<item><title>T</title><link>%s/press/1.html</link></item></channel></rss>' % origin.base)
    world.source('site', '/press/').source('feed', '/feed.xml').once()
    s = sources(world)
    assert s['site']['hub'] == 'https://hub.example/' and s['feed']['hub'] == 'https://hub2.example/'
