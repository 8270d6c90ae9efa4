#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One concept a file: warns at 500 lines and fails over 700 (shaders: 200, 300), and over 120 columns.
. "$(dirname "$0")/lint.sh"

check () # WARN FAIL FILE...
{
  local warn=$1 fail=$2 file n
  shift 2
  for file; do
    n=$(wc -l <"$file")
    if [ "$n" -gt "$fail" ]; then
      finding "$file" "$n lines, at most $fail; split it into two files of one concept each"
    elif [ "$n" -gt "$warn" ]; then
      echo "$file: $n lines; will fail over $fail, think of where to split it"
    fi
  done
}

check 500 700 $(tree . -- '*.c' '*.h' '*.py' '*.sh' '*.ui' '*.css' meson.build run | grep -v '^shaders/')
check 200 300 $(tree . -- '*.comp' '*.glsl')

while IFS=: read -r file line text; do
  finding "$file:$line" "more than 120 columns; break the line (100 is the aim)"
done < <(grep -nE '^.{121,}' $(tree . -- '*.c' '*.h' '*.comp' '*.glsl' meson.build '*.sh' run) /dev/null |
           grep -v 'https\?://')

finish
