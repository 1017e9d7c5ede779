#!/bin/sh
# Line coverage by room from the .gcda files below $1, by gcov alone.
cd "$(dirname "$0")/.." || exit 1
top=$PWD
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for room in base config document markup net fetchers discover extract store notify worker daemon cli; do
	(cd "$tmp" && find "$top/$1/$room" -name '*.gcda' -exec gcov -n -s "$top" {} + 2>/dev/null) |
	awk -v room="$room" '/^File/ { f = $2; gsub("\047", "", f) } /^Lines executed/ { if (f ~ "^" room "/.*\\.c$") {
	    split($0, a, /[:% ]+/); n = $NF; hit += a[3] * n / 100; all += n } f = "" }	# the last such line is a sum
	    END { if (all) printf "%-10s %5.1f %% of %d lines\n", room, 100 * hit / all, all; else printf "%-10s not run\n", room }'
done | awk '{ print; hit += $2 * $5 / 100; all += $5 } END { printf "%-10s %5.1f %% of %d lines\n", "whole", all ? 100 * hit / all : 0, all }'
