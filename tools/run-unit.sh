#!/bin/sh
# Runs cmocka programs, one a processor at a time, and prints one line for each, with the output of those that fail.
# The last line is "unit: N passed, N failed" (tests, not programs). Exit 1 when one failed.
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
export logs UNIT_TIMEOUT="${UNIT_TIMEOUT:-300}"
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c '
	name=$(basename "{}")
	timeout "$UNIT_TIMEOUT" "{}" >"$logs/$name" 2>&1 || : >"$logs/$name.failed"'
pass=0 fail=0
for t in "$@"; do
	name=$(basename "$t") state=ok
	[ -e "$logs/$name.failed" ] && state=FAILED
	n=$(grep -c '^\[       OK \]' "$logs/$name")
	f=$(grep -c '^\[  FAILED  \] [a-zA-Z_0-9]*$' "$logs/$name")
	[ $state = FAILED ] && [ "$f" = 0 ] && f=1
	pass=$((pass + n)) fail=$((fail + f))
	[ $state = FAILED ] && cat "$logs/$name"
	printf '%-34s %s (%d)\n' "$name" "$state" "$n"
done
echo "unit: $pass passed, $fail failed"
[ "$fail" = 0 ]
