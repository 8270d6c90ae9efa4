#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The top level is a fixed short list, and file names are lower case with hyphens.
. "$(dirname "$0")/lint.sh"

allowed=" app engine shaders resources po tests flatpak meson.build meson_options.txt run README.md
 CONTRIBUTING.md LICENSE .ci .clang-format .editorconfig .gitignore .git .gitattributes "

for entry in $(ls -A); do
  case "$entry" in
    build* | .cache | *~) continue ;;
  esac
  [[ $(echo $allowed) == *"$entry"* && " $(echo $allowed) " == *" $entry "* ]] ||
    finding "$entry" "the top level is a fixed list; put it into one of its folders"
done

for folder in engine/*/; do
  folder=${folder#engine/}
  [[ " base gpu tensor ops nn io models sample train session parity cli " == *" ${folder%/} "* ]] ||
    finding "engine/$folder" "not a layer of the engine; see CONTRIBUTING.md"
done

while IFS= read -r file; do
  finding "$file" "file names are lower case with hyphens; rename it"
done < <(tree engine app shaders tests -- '*.c' '*.h' '*.comp' '*.glsl' '*.sh' '*.ui' '*.css' |
           grep -E '(^|/)[^/]*[_A-Z][^/]*$')

finish
