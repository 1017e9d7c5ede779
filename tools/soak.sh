#!/bin/sh
# The promises of docs/reliability.md with their whole figures; the last lines are a table for that page.
cd "$(dirname "$0")/.." || exit 1
PRESSWATCH_PROMISES=$(mktemp) || exit 1
export PRESSWATCH_PROMISES
trap 'rm -f "$PRESSWATCH_PROMISES"' EXIT
"${PYTHON:-python3}" -m pytest -q tests/scenario/test_hostile.py tests/scenario/test_crash.py
rc=$?
echo
echo '| promise | kept | figure |'
echo '|---|---|---|'
sed -n 's/^PROMISE \([^ ]*\) \([^:]*\): \(.*\)$/| \1 | \2 | \3 |/p' "$PRESSWATCH_PROMISES"
exit $rc
