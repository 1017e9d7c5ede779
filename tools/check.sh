#!/bin/sh
# All tests, one step after the other; a step that fails does not hide the next. Every step ends with a line
# "name: N passed, M failed" or counts as one test. The last line is "N passed, M failed".
cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
pass=0 fail=0

step() {
	name=$1
	shift
	echo "== $name"
	begun=$(date +%s)
	"$@" >"$out/log" 2>&1
	rc=$?
	sums=$(grep -oE '[0-9]+ (passed|failed)' "$out/log" | awk '{ n[$2] += $1 } END { print n["passed"] + 0, n["failed"] + 0 }')
	p=${sums% *} f=${sums#* }
	if [ "$p" = 0 ] && [ "$f" = 0 ]; then [ $rc = 0 ] && p=1 || f=1; fi
	[ $rc != 0 ] && [ "$f" = 0 ] && f=1
	pass=$((pass + p)) fail=$((fail + f))
	if [ $rc = 0 ]; then tail -n "${TAIL:-3}" "$out/log"; else cat "$out/log"; fi
	echo "== $name: $p passed, $f failed ($(($(date +%s) - begun)) s)"
}

jobs="-j$(nproc)"
step layers tools/check-layers.sh
step style tools/check-style.sh
step build $make -s $jobs all
step headers $make -s check-headers
step manual $make -s check-man
step unit $make -s $jobs unit
step golden $make -s golden
step scenario $make -s scenario
step promises $make -s promises
step build-sanitized $make -s $jobs VARIANT=asan all
step unit-sanitized env ASAN_OPTIONS=detect_leaks=1 $make -s $jobs VARIANT=asan unit
step corpora-sanitized $make -s $jobs VARIANT=asan corpora
step golden-sanitized $make -s VARIANT=asan golden
step scenario-sanitized $make -s VARIANT=asan scenario
echo "$pass passed, $fail failed"
[ "$fail" = 0 ]
