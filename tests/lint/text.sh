#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file says its licence and what it is, ends in a newline, and carries nothing half done.
. "$(dirname "$0")/lint.sh"

# The first line, after a #! line, is the licence; .ui files begin with an XML declaration.
while IFS= read -r file; do
  finding "$file:1" "no licence; begin with a comment SPDX-License-Identifier: GPL-3.0-or-later"
done < <(tree . -- '*.c' '*.h' '*.comp' '*.glsl' meson.build meson_options.txt '*.sh' '*.py' '*.ui' \
           '*.css' run .clang-format .editorconfig |
           xargs awk 'FNR == 1 { if (NR > 1 && !found) print name; found = 0; name = FILENAME }
                      FNR <= 3 && /SPDX-License-Identifier: GPL-3.0-or-later/ { found = 1 }
                      END { if (!found) print name }')

# The second thing in a source file is a comment that says what it is.
while IFS= read -r file; do
  finding "$file:2" "does not say what it is; write one comment under the licence line"
done < <(tree . -- '*.c' '*.h' '*.comp' '*.glsl' |
           xargs awk 'FNR == 1 { if (NR > 1 && !found) print name; found = 0; name = FILENAME }
                      FNR >= 2 && FNR <= 4 && /^ *\/[*\/]/ { found = 1 }
                      END { if (!found) print name }')

mapfile -t files < <(texts)

while IFS=: read -r file line text; do
  finding "$file:$line" "ends in white space or holds a tab; indent with spaces, end at the last word"
done < <(grep -nP '[ \t]+$|\t' "${files[@]}" /dev/null)

for file in "${files[@]}"; do
  [[ -z "$(tail -c 1 "$file")" || "$file" == *.json ]] ||
    finding "$file" "does not end in a newline; add one"
done

# Words are split here so that this file does not find itself.
words='\b(T''ODO|FIX''ME|X''XX|HA''CK|place''holder text|lorem ip''sum)\b'
while IFS=: read -r file line text; do
  finding "$file:$line" "work left to do; do it, or open an issue and remove the word"
done < <(grep -nE "$words" "${files[@]}" /dev/null)

# Paths of one developer's machine.
paths='(^|[^A-Za-z0-9_.$}~-])/(home|root|work|mnt|media|Users|tmp/build)(/[A-Za-z0-9_.-]+)+'
while IFS=: read -r file line text; do
  finding "$file:$line" "an absolute path of one machine; make it relative to the source or build folder"
done < <(grep -nE "$paths" "${files[@]}" /dev/null | grep -v '^tests/lint/')

finish
