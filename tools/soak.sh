#!/bin/sh
# The promises of docs/reliability.md with their whole figures; the last lines are a table for that page, a row a promise.
# They wait more than they work, so some run at once; the long ones begin first.
cd "$(dirname "$0")/.." || exit 1
PRESSWATCH_PROMISES=$(mktemp) || exit 1
export PRESSWATCH_PROMISES
trap 'rm -f "$PRESSWATCH_PROMISES"' EXIT
cd tests/scenario || exit 1
"${PYTHON:-python3}" -m pytest -q -n "${SOAK_JOBS:-5}" --dist load test_hostile.py::test_p19_queries_are_words test_crash.py test_hostile.py \
    test_receivers.py test_reextract.py test_upgrade.py test_nth.py test_depth_timelapse.py
rc=$?
PRESSWATCH_BIN=$PRESSWATCH_ASAN "${PYTHON:-python3}" -m pytest -q -n 2 test_nth.py || rc=1	# what is lost of memory is counted here
"${PYTHON:-python3}" -m pytest -q test_systemd.py || rc=1	# boots a machine: alone
echo
echo '| promise | kept | figure |'
echo '|---|---|---|'
sed -n 's/^PROMISE \([^ ]*\) \([^:]*\): \(.*\)$/| \1 | \2 | \3 |/p' "$PRESSWATCH_PROMISES" | sort -V
exit $rc
