#!/bin/sh
# Every header compiles by itself. Arguments: compiler and its flags.
bad=0
for h in base/*.h config/*.h document/*.h markup/*.h net/*.h fetchers/*.h discover/*.h extract/*.h store/*.h notify/*.h \
    worker/*.h daemon/*.h cli/*.h; do
	[ "$h" = base/banned.h ] && continue
	echo "#include \"$h\"" | "$@" -std=c11 -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only -x c - || { echo "$h does not stand by itself"; bad=1; }
done
[ $bad = 0 ] && echo "headers: each compiles by itself"
exit $bad
