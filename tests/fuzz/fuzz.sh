#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fuzz.sh BUILD SECONDS [TARGET...]: runs the fuzz targets of a build made with
#   CC=clang meson setup BUILD -Dfuzz=true
# each for so long, from the seeds in corpus/. What it finds lands in BUILD/tests/fuzz/.

set -u
build=$(realpath "$1") seconds=$2
shift 2
seeds=$(realpath "$(dirname "$0")")/corpus
[ $# -gt 0 ] ||
  set -- $(find "$build/tests/fuzz" -maxdepth 1 -type f -name "fuzz-*" -printf "%f\n" | sed "s/fuzz-//" | sort)

# Where targets write what they open by a path; in memory if possible.
TMPDIR=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

cd "$build/tests/fuzz" || exit 1
status=0
for target; do
  mkdir -p "corpus/$target"
  "./fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$target-" "corpus/$target" "$seeds/$target" \
    >"$target.log" 2>&1 || { status=1; echo "$target: found something, see $PWD/$target.log"; }
  grep -E 'stat::number_of_executed_units|stat::peak_rss_mb|SUMMARY' "$target.log" | sed "s/^/$target: /"
done
exit $status
