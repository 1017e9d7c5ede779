#!/bin/sh
# The time-lapse sites of the shared data, in both modes, with kills and a dead receiver. PRESSWATCH_BIN names the programs' folder,
# PRESSWATCH_SHARED the data (default: ../shared beside the repository). One line a run; exit 1 when one is not good.
cd "$(dirname "$0")/.." || exit 1
shared=${PRESSWATCH_SHARED:-../shared}
bin=${PRESSWATCH_BIN:-build/release}
[ -e "$shared/sites/timelapse.py" ] || { echo "acceptance: skipped, no shared data at $shared"; exit 0; }
bad=0
mkdir -p build/acceptance

run() {
	site=$1
	shift
	log=build/acceptance/$(basename "$site")$(echo "$*" | tr -d ' ').json
	python3 "$shared/sites/timelapse.py" "$bin" "$site" "$@" >"$log" 2>"$log.err" || bad=1
	python3 - "$log" "$(basename "$site") $*" <<'PY'
import json, sys
try:
    r = json.load(open(sys.argv[1]))
    print('%-52s %s found %d/%d edits %s dates %s titles %s twice %d %s' % (sys.argv[2], 'good' if r['good'] else 'WRONG', r['found'],
          r['expected'], r['edits_seen'], r['date_agrees'], r['title_agrees'], len(r['stored_twice']), ' '.join(r['wrong'])))
except Exception as e:
    print(sys.argv[2], 'no result:', e)
PY
}

for steps in "$shared"/sites/*/steps.json; do
	site=${steps%/steps.json}
	for mode in once resident; do
		run "$site" --mode $mode
	done
done
for site in wire-a treasury-press-releases regeringen-pressmeddelanden; do
	run "$shared/sites/$site" --mode resident --kill 20 --seed 1
done
run "$shared/sites/regeringen-pressmeddelanden" --mode resident --down 2-4
exit $bad
