#!/usr/bin/env python3
"""Extraction measured on the shared pages with truth: one table of figures beside the goals, and CPU beside the floor.

  bench_extract.py --bin DIR [--sets a,b]     DIR holds presswatch and tests/bench/extract_manifest

The sets and the scorer are those of $PRESSWATCH_SHARED/extraction (default: ../shared beside the repository); without them
this says so and ends. CPU: extraction of all pages of a set against bare libxml2's parse and text walk of the same pages, one after the
other in this run, the median of three."""
import argparse, json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DATA = os.path.join(os.environ.get('PRESSWATCH_SHARED', os.path.join(ROOT, '..', 'shared')), 'extraction')

# set: (figure of score.py, its name, goal)
GOALS = {
    'scrapinghub': [('F1', 'body F1', 0.972)],
    'trafilatura': [('sF1', 'segment F1', 0.930), ('tX', 'title exact', 0.70), ('tF1', 'title F1', 0.88), ('dA', 'date', 0.91)],
    'fundus': [('F1', 'body F1', 0.955), ('tX', 'title exact', 0.82), ('dA', 'date', 0.985), ('lA', 'language', 0.98)],
    'wcxb': [('wF1', 'word F1', 0.870)],
    'chinese': [('F1u', 'body F1u', 0.955), ('dA', 'date', 0.70), ('lA', 'language', 0.98)],
    'charset': [('F1', 'body F1', 0.93), ('tX', 'title exact', 0.75), ('dA', 'date', 1.0)],
    'misc': [('sR', 'segment recall', 0.95), ('dA', 'date', 0.90), ('tX', 'title exact', 0.82)],
    'htmldate': [('dA', 'date', 0.95)],
}


def ms_a_page(command):
    """CPU of the pages alone, as the driver counts it: without reading them and without the start of the process."""
    said = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=600).stderr
    return float(re.search(r'([0-9.]+) ms CPU a page', said).group(1))


def measure(binary, name, work):
    manifest, pred = os.path.join(work, name + '.manifest'), os.path.join(work, name + '.jsonl')
    with open(manifest, 'wb') as f:
        subprocess.run([sys.executable, os.path.join(HERE, 'make_manifest.py'), os.path.join(DATA, name)], stdout=f, check=True)
    with open(pred, 'wb') as f:
        subprocess.run([os.path.join(binary, 'presswatch'), 'extract', '--manifest', manifest], stdout=f, stderr=subprocess.DEVNULL, timeout=600)
    errors = sum(1 for line in open(pred, encoding='utf-8') if '"error"' in line and '"text"' not in line)
    driver = os.path.join(binary, 'tests/bench/extract_manifest')
    runs = sorted(ms_a_page([driver, manifest]) / ms_a_page([driver, manifest, '--floor']) for _ in range(3))
    score = subprocess.run([sys.executable, os.path.join(DATA, 'score.py'), os.path.join(DATA, name, 'truth.jsonl'), pred, '--json', '--by', 'type'],
                           capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line) for line in score.splitlines()]
    return rows[0], {r['name']: r for r in rows[1:]}, errors, runs[1]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--bin', required=True)
    ap.add_argument('--sets', default=','.join(GOALS))
    a = ap.parse_args()
    if not os.path.exists(os.path.join(DATA, 'score.py')):
        print('bench-extract: skipped, no shared pages at ' + DATA)
        return
    print('%-12s %-16s %7s %7s  %s' % ('set', 'figure', 'here', 'goal', ''))
    with tempfile.TemporaryDirectory(prefix='presswatch-bench-') as work:
        for name in a.sets.split(','):
            got, types, errors, ratio = measure(a.bin, name, work)
            for key, label, goal in GOALS[name]:
                print('%-12s %-16s %7.3f %7.3f  %s' % (name, label, got[key], goal, 'reached' if got[key] >= goal else ''))
            if name == 'wcxb':
                print('%-12s %-16s %7.3f %7.3f  %s' % (name, 'articles alone', types['type=article']['wF1'], 0.94, ''))
            print('%-12s %-16s %7.2f %7.2f  pages %d, without an answer %d' % (name, 'CPU to floor', ratio, 2.0, got['pages'], errors), flush=True)


if __name__ == '__main__':
    main()
