#!/bin/sh
# valgrind.sh BUILD UNIT...: those unit tests, then scenario tests with the daemon, its workers and the command under valgrind.
# Any error or definite leak fails. What a worker's seal forbids to valgrind is left out (tests/faults/under_valgrind.c).
build=$1
shift
flags='--quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite'
bad=0
for name in "$@"; do
	if CMOCKA_TEST_ABORT=0 valgrind $flags --child-silent-after-fork=yes "$build/tests/unit/test_$name" >"$build/valgrind-$name.log" 2>&1; then
		echo "$name: nothing found"
	else
		echo "$name: FOUND something, see $build/valgrind-$name.log"
		bad=1
	fi
done
wrap=$(mktemp -d) || exit 1
trap 'rm -rf "$wrap"' EXIT
for program in presswatch presswatchd; do
	# What users' commands and other programs do is theirs.
	cat >"$wrap/$program" <<-END
		#!/bin/sh
		export LD_PRELOAD="$PWD/$build/tests/faults/under_valgrind.so"
		exec valgrind $flags --trace-children=yes --trace-children-skip='/bin/*,/usr/*' --log-file="$PWD/$build/valgrind-program.%p.log" \\
		    "$PWD/$build/$program" "\$@"
	END
	chmod 755 "$wrap/$program"
done
rm -f "$build"/valgrind-program.*.log
PRESSWATCH_BIN=$wrap PRESSWATCH_TEST_PATIENCE=${PRESSWATCH_TEST_PATIENCE:-300} "${PYTHON:-/usr/bin/python3}" -m pytest -q -n 2 ${VALGRIND_TESTS:?} || bad=1
found=$(cat "$build"/valgrind-program.*.log | grep -c '^==[0-9]*== [A-Z]')
echo "programs: $(ls "$build"/valgrind-program.*.log | wc -l) runs of daemon, workers and command, $found findings"
[ "$found" = 0 ] || bad=1
exit $bad
