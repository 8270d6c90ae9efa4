#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# parity.sh GESSO-CLI PRECISION GLOBS: the reference cases whose id or group matches must all pass.
# Skipped (77) without the cases, without a Vulkan device, or on one that cannot store halves.

set -u

cli=$(realpath "$1") precision=$2 only=$3
cases=${GESSO_SHARED:-}/golden

[ -e "$cases/MANIFEST.json" ] || {
  echo "There are no reference cases at $cases"
  exit 77
}
"$cli" info >/dev/null 2>&1 || {
  echo "There is no Vulkan device"
  exit 77
}

cases=$(cd "$cases" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

"$cli" parity "$cases" --precision "$precision" --only "$only" >output 2>error
status=$?
if grep -q 'cannot store half precision' error; then
  cat error
  exit 77
fi
grep -v '^ok' output
cat error
[ "$status" -eq 0 ] || exit 1
grep -q '^ok' output || {
  echo "No case matches $only"
  exit 1
}
# The hostile files would leave this one behind if their code were run.
if [ -e PWNED ] || [ -e "$cases/PWNED" ] || [ -e "$cases/malformed/PWNED" ]; then
  echo "The code of a malformed file was run"
  exit 1
fi
