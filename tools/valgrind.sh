#!/bin/sh
# valgrind.sh BUILD UNIT...: those unit tests, then scenario tests with the command under valgrind. Any error or definite leak fails.
# The daemon runs as it is: under valgrind a program cannot start itself anew, which is how workers are made.
build=$1
shift
flags='--quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --child-silent-after-fork=yes'
bad=0
for name in "$@"; do
	if CMOCKA_TEST_ABORT=0 valgrind $flags "$build/tests/unit/test_$name" >"$build/valgrind-$name.log" 2>&1; then
		echo "$name: nothing found"
	else
		echo "$name: FOUND something, see $build/valgrind-$name.log"
		bad=1
	fi
done
wrap=$(mktemp -d) || exit 1
trap 'rm -rf "$wrap"' EXIT
cat >"$wrap/presswatch" <<EOF
#!/bin/sh
exec valgrind $flags --log-file="$PWD/$build/valgrind-presswatch.%p.log" "$PWD/$build/presswatch" "\$@"
EOF
chmod 755 "$wrap/presswatch"
ln -s "$PWD/$build/presswatchd" "$wrap/presswatchd"
rm -f "$build"/valgrind-presswatch*.log
PRESSWATCH_BIN=$wrap PRESSWATCH_TEST_PATIENCE=${PRESSWATCH_TEST_PATIENCE:-200} "${PYTHON:-/usr/bin/python3}" -m pytest -q -n 2 \
    ${VALGRIND_TESTS:-tests/scenario/test_import.py tests/scenario/test_upgrade.py} || bad=1
found=$(cat "$build"/valgrind-presswatch*.log | grep -c '^==[0-9]*== [A-Z]')
echo "programs: $(ls "$build"/valgrind-presswatch*.log | wc -l) runs, $found findings"
[ "$found" = 0 ] || bad=1
exit $bad
