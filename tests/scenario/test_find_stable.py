"""The same site over weeks: new order, a pinned item, a redesign. Nothing is lost, nothing is told twice."""
from conftest import article, listing, prose


def title(i):
    return 'Minister opens harbour number %d' % i


def date(i):
    return '%d March 2024' % (i + 1)


def cards(order):
    """The same documents after a redesign: other tags, other classes, absolute addresses with a session, dates in boxes, another menu."""
    rows = ''.join('<article class="card"><a href="/press/%d.html?utm_source=home"><img src="/i/%d.jpg" alt=""></a><div class="body"><p class="day">%s</p>'
                   '<h3><a href="/press/%d.html?utm_source=home">%s</a></h3><p>What it is about, in some words.</p><a href="/press/%d.html?utm_source=home">Read more</a>'
                   '</div></article>' % (i, i, date(i), i, title(i), i) for i in order)
    return ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Newsroom</title></head><body><header><ul class="mega"><li><a href="/a">Ministry and '
            'departments</a></li><li><a href="/b">Topics of the harbour</a></li></ul></header><main><h1>Newsroom</h1><div class="grid">%s</div></main></body></html>' % rows)


def test_weeks_of_a_site_with_a_redesign_lose_and_repeat_nothing(world, origin, hook):
    for i in range(20):
        for tail in ('', '?utm_source=home'):
            origin.pages['/press/%d.html%s' % (i, tail)] = article(title(i), prose(i))
    rows = lambda order: listing([('/press/%d.html' % i, title(i), date(i)) for i in order])
    weeks = [
        rows(range(7, -1, -1)),                             # newest first
        rows([2] + [i for i in range(9, 1, -1) if i != 2]),   # one is pinned
        rows([2, 5, 10, 3, 8, 9, 4, 7, 6]),                 # in another order
        cards(range(12, 4, -1)),                            # rebuilt
        cards([6] + list(range(14, 7, -1))),                # rebuilt, and one pinned
        rows(range(15, 7, -1)),                             # and back again
    ]
    world.source('site', '/press/')
    for page in weeks:
        origin.pages['/press/'] = page
        world.once()
        world.once()
    told = sorted(int(e['data']['title'].split()[-1]) for e in hook.of('document.new'))
    assert told == list(range(8, 16)) and len(world.documents()) == 16
    assert hook.of('document.edited') == [] and hook.of('source.gap') == []
