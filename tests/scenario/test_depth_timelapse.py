"""Time-lapse sites of the shared data behind noise: every true edit one revision, every release one notice, and nothing else."""
import collections, json, os, sys, time

import pytest

from conftest import SHARED
from noise import Noisy

SITES = os.path.join(SHARED, 'sites')
SOAK = bool(os.environ.get('PRESSWATCH_SOAK'))
CASES = [('seed-pages', None), ('edgi-revisions', None), ('court-ca2.uscourts.gov', None)] + ([('treasury-press-releases', None), ('regeringen-pressmeddelanden', None), ('wire-a', 3)]
                                  if SOAK else [('treasury-press-releases', 5)])
GAPS = ('court-ca2.uscourts.gov',)      # two of its snapshots have no item in common


def sources(site):
    rows = [json.loads(line) for line in open(os.path.join(site, 'pages.jsonl'), encoding='utf-8') if line.strip()]
    steps = json.load(open(os.path.join(site, 'steps.json'), encoding='utf-8'))['steps']
    rows += [r for s in steps for r in s.get('set', [])]
    found = sorted({(r['role'], r['url']) for r in rows if r['role'] in ('listing', 'feed', 'sitemap')})
    return found or sorted({('page', r['url']) for r in rows if r['role'] == 'page'}), len(steps)


def run(world, noisy, steps, lists):
    """Two visits and looks for each step; the template changes in the middle."""
    world.origin.base = noisy.base
    for n, (role, url) in enumerate(lists):
        world.source('%s-%d' % (role, n), url, kind=role, recheck='[1s]')
    world.network = 'allow: [127.0.0.0/8], host-delay: 0s, per-host: 8, timeout: 60s'
    for k in range(steps):
        noisy.step(k)
        noisy.redesigned = k >= (steps + 1) // 2
        for _ in range(2):
            world.once(expect=None)
            time.sleep(1.05)
    world.once(expect=None)


def plain_rows(world, noisy):
    """The archive's documents under the addresses that their variants stand for."""
    rows = world.documents()
    for d in rows:
        names = [noisy.behind + noisy.plain('/' + u.split('/', 3)[3]) for u in [d['url']] + d.get('aliases', []) if 'localhost' in u]
        d['url'], d['aliases'] = names[0], sorted(set(names))
    return rows


@pytest.mark.skipif(not os.path.exists(os.path.join(SITES, 'check.py')), reason='no shared data: time-lapse sites are not here')
@pytest.mark.parametrize('site,steps', CASES)
def test_a_real_site_behind_noise_is_told_right(world, hook, site, steps):
    sys.path.insert(0, SITES)
    sys.dont_write_bytecode = True
    from check import judge
    lists, all_steps = sources(os.path.join(SITES, site))
    noisy = Noisy(os.path.join(SITES, site), 6)
    try:
        run(world, noisy, steps or all_steps, lists)
        exp = noisy.expected()
        res, docs = judge(exp, plain_rows(world, noisy))
    finally:
        noisy.close()
    told = collections.Counter((e['type'], e['data'].get('id')) for e in hook.events)
    other = [(e['type'], e['data'].get('source'), e['data'].get('cause')) for e in hook.events if not e['type'].startswith('document.')]
    if other and other[0][0] == 'source.gap' and site in GAPS:
        other = other[1:]
    wrong = {w: res[w] for w in ('missing', 'stored_twice', 'wrongly_one', 'edits_missed', 'revised_without_edit') if res[w]}
    new = {i for i, d in docs.items() if d.first and not d.free}
    wrong.update({k: v for k, v in {
        'not told': [docs[i].url for i in new if told[('document.new', i)] != 1],
        'told of what was there': [d.url for i, d in docs.items() if d.first == 0 and not d.free and told[('document.new', i)]],
        'edits told': [(d.url, told[('document.edited', i)], d.revision - 1) for i, d in docs.items() if told[('document.edited', i)] != d.revision - 1],
        'other': other + [k for k in told if k[0] in ('document.removed', 'document.restored')]}.items() if v})
    assert not wrong, json.dumps(wrong, indent=1, default=str)[:6000]
    assert all(len(v) == 1 for v in hook.bodies.values()) and len(new) + sum(d.edits for d in docs.values()) > 0
