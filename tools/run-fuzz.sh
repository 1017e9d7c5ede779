#!/bin/sh
# run-fuzz.sh MINUTES TARGET...: each target for that long on its corpus; new findings stay in build/fuzz/findings.
# Golden pages are seeds of the targets that read such pages.
minutes=$1
shift
bad=0
mkdir -p build/fuzz/findings
for t in "$@"; do
	name=$(basename "$t")
	corpus=build/fuzz/corpus/$name
	mkdir -p "$corpus" "tests/fuzz/corpus/${name#fuzz_}"
	case $name in
	fuzz_listing) golden=tests/golden/listings ;;
	*) golden= ;;
	esac
	dict=tests/fuzz/$name.dict
	[ -e "$dict" ] && d="-dict=$dict" || d=
	if "$t" $d -max_total_time=$((minutes * 60)) -rss_limit_mb=2048 -timeout=10 -print_final_stats=0 \
	    -artifact_prefix=build/fuzz/findings/"$name"- "$corpus" "tests/fuzz/corpus/${name#fuzz_}" $golden >build/fuzz/"$name".log 2>&1; then
		echo "$name: nothing found in $minutes min"
	else
		echo "$name: FOUND something, see build/fuzz/$name.log"
		bad=1
	fi
done
exit $bad
