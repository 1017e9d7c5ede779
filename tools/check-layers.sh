#!/bin/sh
# Reads every #include "room/file.h" against the table of rooms below and fails on the first stranger.
# A new room or a new arrow is a change to this table. Exit 0: every arrow is allowed; 1: one is not.
set -eu
cd "$(dirname "$0")/.."

allowed() {
	case $1 in
	base)     echo "" ;;
	config)   echo "base" ;;
	document) echo "base" ;;
	markup)   echo "base" ;;
	net)      echo "base" ;;
	fetchers) echo "base net" ;;
	discover) echo "base document markup" ;;
	extract)  echo "base document markup" ;;
	store)    echo "base document" ;;
	notify)   echo "base document net" ;;
	worker)   echo "base document markup discover extract" ;;
	daemon)   echo "base config document markup net fetchers discover extract store notify worker" ;;
	cli)      echo "base config document markup net fetchers discover extract store notify worker" ;;
	*)        echo "?" ;;
	esac
}

# A library that one room alone may use: header prefix and its rooms.
sole() {
	cat <<-TABLE
	libpsl.h base
	yaml.h config
	curl/ net notify
	sqlite3 store
	systemd/ daemon
	seccomp.h worker
	libxml/HTMLparser.h markup
	libxml/parser.h markup discover
	event2/ net fetchers notify worker daemon
	uthash.h base
	TABLE
}

bad=0
for room in base config document markup net fetchers discover extract store notify worker daemon cli; do
	may=" $room $(allowed "$room") "
	for file in "$room"/*.c "$room"/*.h "$room"/*.cc; do
		[ -e "$file" ] || continue
		for inc in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
			to=${inc%%/*}
			[ "$to" = "$inc" ] && { echo "$file: \"$inc\" is included without its room"; bad=1; continue; }
			case $may in *" $to "*) ;; *) echo "$file: $room may not include $to ($inc)"; bad=1 ;; esac
			case $inc in *_int.h) [ "$to" = "$room" ] || { echo "$file: $inc belongs to $to alone"; bad=1; } ;; esac
		done
		for inc in $(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*<\([^>]*\)>.*/\1/p' "$file"); do
			sole | while read -r head rooms; do
				case $inc in "$head"*)
					case " $rooms " in *" $room "*) ;; *) echo "$file: <$inc> is for $rooms, not for $room" ;; esac ;;
				esac
			done
		done | grep . && bad=1
	done
done
[ $bad = 0 ] && echo "layers: every include follows the table"
exit $bad
