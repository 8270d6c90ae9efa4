#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file of the application with words for people is listed in po/POTFILES.in, and only those.
. "$(dirname "$0")/lint.sh"

list=po/POTFILES.in
if [ ! -e "$list" ]; then
  [ -z "$(tree app -- '*.ui')" ] || finding "$list" "is missing; list the files with translatable strings"
  finish
fi
listed=$(grep -vE '^[[:space:]]*(#|$)' "$list")

for file in $(grep -lE '\b(_|N_|C_|NC_|Q_|ngettext|g_dngettext) \("|translatable="(yes|true)"' \
                $(tree app -- '*.c' '*.h' '*.ui') /dev/null); do
  grep -qxF "$file" <<<"$listed" || finding "$file" "has words for people; add it to $list"
done

for file in $listed; do
  [ -e "$file" ] || finding "$list" "lists $file, which does not exist; remove the line"
done

# Words that people read in the interface files are marked.
properties='label|title|subtitle|tooltip-text|placeholder-text|description|heading'
while IFS=: read -r file line text; do
  finding "$file:$line" "a label that is not marked; add translatable=\"yes\""
done < <(grep -nE "<property name=\"($properties)\">[^<]*[[:alpha:]]" \
           $(tree app -- '*.ui') /dev/null)

# The catalogues are whole.
for file in $(tree po -- '*.po'); do
  language=$(basename "$file" .po)
  grep -qxF "$language" po/LINGUAS || finding "$file" "is not in po/LINGUAS; add $language there"
  if command -v msgfmt >/dev/null; then
    said=$(msgfmt --check --output-file=/dev/null "$file" 2>&1) || finding "$file" "$said"
  fi
done

finish
