#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Headers guard themselves with #pragma once and stand on their own.
. "$(dirname "$0")/lint.sh"

for file in $(tree engine app tests -- '*.h'); do
  grep -q '^#pragma once' "$file" || finding "$file" "has no #pragma once; add it under its first comment"
done

# A source includes its own header first, so that every header stands on its own.
for file in $(tree engine app -- '*.c'); do
  header=${file%.c}.h
  [ -e "$header" ] || continue
  first=$(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | grep -v '^config.h$' | head -n 1)
  [[ "${first##*/}" == "${header##*/}" || "$first" == *-private.h ]] ||
    finding "$file" "includes \"$first\" before its own header; put ${header##*/} first"
done

finish
