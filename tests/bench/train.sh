#!/bin/sh
# Train the tables extract/model_alone.c and extract/model_context.c anew from the development half.
#   tests/bench/train.sh BUILD_FOLDER SETS_FOLDER WORK_FOLDER [TREES]
# Needs extract_manifest and train_blocks in BUILD_FOLDER/tests/bench. About ten minutes. Afterwards build again and
# compare: WORK_FOLDER/SET.cv holds what trees that had not seen a page make of it, the honest figure.
set -eu
bin=$1/tests/bench sets=$2 work=$3 trees=${4:-320}
here=$(dirname "$0")
top=$here/../..
train="scrapinghub:1 trafilatura:1 fundus:1 wcxb:0.6 chinese:2 misc:1 made:0.4"

mkdir -p "$work"
"$here/make_pages.py" "$work/made" 350 "$sets/fundus/truth.jsonl" "$sets/wcxb/truth.jsonl" "$sets/misc/truth.jsonl"

folder() { if [ "$1" = made ]; then echo "$work/made"; else echo "$sets/$1"; fi; }

for stage in 1 2; do
	: >"$work/labelled"
	for entry in $train; do
		set=${entry%:*} weight=${entry#*:}
		"$here/make_manifest.py" "$(folder "$set")" >"$work/$set.manifest"
		if [ $stage = 1 ]; then
			"$bin/extract_manifest" "$work/$set.manifest" --rows "$work/$set.rows"
		else
			"$bin/extract_manifest" "$work/$set.manifest" --alone "$work/$set.s1" --rows "$work/$set.rows"
		fi
		"$here/label_blocks.py" "$(folder "$set")/truth.jsonl" "$work/$set.rows" "$weight" \
		    $([ "$set" = fundus ] && echo no-lists) >>"$work/labelled"
		wc -l <"$work/$set.rows" >"$work/$set.count"
	done
	name=$([ $stage = 1 ] && echo alone || echo context)
	"$bin/train_blocks" "$work/labelled" "$name" "$trees" "$top/extract/model_$name.c" "$work/scores"
	from=1
	for entry in $train; do
		set=${entry%:*} n=$(cat "$work/${entry%:*}.count")
		tail -n "+$from" "$work/scores" | head -n "$n" >"$work/$set.s$stage"
		from=$((from + n))
	done
done
for entry in $train; do
	set=${entry%:*}
	"$bin/extract_manifest" "$work/$set.manifest" --alone "$work/$set.s1" --context "$work/$set.s2" >"$work/$set.cv"
done
