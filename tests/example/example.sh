#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The example makes a picture, and says what is wrong where it cannot: example.sh PROGRAM
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
picture=$folder/picture.png

"$1" "a red house under a yellow sun" "$picture" | grep -x "step 6 of 6"
head -c 8 "$picture" | cmp - <(printf '\211PNG\r\n\032\n')
grep -aq "a red house under a yellow sun" "$picture"
# White alone would be some hundred bytes.
[ "$(stat -c %s "$picture")" -gt 5000 ]

status=0
"$1" "a red house" "$folder/nowhere/picture.png" >/dev/null 2>"$folder/said" || status=$?
[ "$status" -eq 1 ]
grep -q nowhere "$folder/said"
