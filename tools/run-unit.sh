#!/bin/sh
# Runs cmocka programs and prints one line for each, with the output of those that fail.
# The last line is "unit: N passed, N failed" (tests, not programs). Exit 1 when one failed.
pass=0 fail=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
for t in "$@"; do
	if timeout "${UNIT_TIMEOUT:-300}" "$t" >"$log" 2>&1; then state=ok; else state=FAILED; fi
	n=$(grep -c '^\[       OK \]' "$log")
	f=$(grep -c '^\[  FAILED  \] [a-zA-Z_0-9]*$' "$log")
	[ $state = FAILED ] && [ "$f" = 0 ] && f=1
	pass=$((pass + n)) fail=$((fail + f))
	[ $state = FAILED ] && cat "$log"
	printf '%-34s %s (%d)\n' "$(basename "$t")" "$state" "$n"
done
echo "unit: $pass passed, $fail failed"
[ "$fail" = 0 ]
