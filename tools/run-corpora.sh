#!/bin/sh
# run-corpora.sh TARGET...: gives each fuzz target every file of its corpus once. The last line is "corpora: N passed, N failed"
# (targets).
pass=0 fail=0
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
for t in "$@"; do
	name=$(basename "$t")
	name=${name#fuzz_}
	case $name in
	listing) set -- tests/golden/listings/* ;;
	*) set -- "tests/fuzz/corpus/$name"/* ;;
	esac
	if [ -f "$1" ] && "$t" "$@" >"$log" 2>&1; then
		pass=$((pass + 1))
	else
		fail=$((fail + 1))
		echo "$name: FAILED"
		cat "$log"
	fi
done
echo "corpora: $pass passed, $fail failed"
[ "$fail" = 0 ]
