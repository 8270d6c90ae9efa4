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

# The catalogues are well formed, and every word of the sources is in them, translated for sure.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
can_extract=no
if command -v xgettext >/dev/null && command -v msgmerge >/dev/null; then
  xgettext --files-from="$list" --from-code=UTF-8 --no-location --output="$work/all.pot" \
    --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 >"$work/said" 2>&1 &&
    can_extract=yes || finding "$list" "$(cat "$work/said")"
fi

for language in $(grep -vE '^[[:space:]]*(#|$)' po/LINGUAS); do
  [ -e "po/$language.po" ] || finding po/LINGUAS "names $language, but there is no po/$language.po"
done

for file in $(tree po -- '*.po'); do
  language=$(basename "$file" .po)
  grep -qxF "$language" po/LINGUAS || finding "$file" "is not in po/LINGUAS; add $language there"
  command -v msgfmt >/dev/null || continue
  said=$(msgfmt --check --output-file=/dev/null "$file" 2>&1) || finding "$file" "$said"
  [ -z "$(msgattrib --only-fuzzy "$file")" ] ||
    finding "$file" "has entries marked fuzzy; see to them and remove the mark"
  [ "$can_extract" = yes ] || continue

  # Without places and wrapping, an entry is two lines that can be added by hand, anywhere.
  msgmerge --quiet --no-fuzzy-matching --no-wrap --output-file="$work/$language.po" \
    "$file" "$work/all.pot" 2>/dev/null
  while IFS= read -r text; do
    finding "$file" "does not translate \"$text\"; add that msgid and its msgstr"
  done < <(msgattrib --untranslated --no-obsolete --no-wrap "$work/$language.po" |
             sed -n 's/^msgid "\(.\+\)"$/\1/p')
done

finish
