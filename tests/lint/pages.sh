#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pages point at what is there: links to files, and the options that README.md shows.
. "$(dirname "$0")/lint.sh"

for page in $(tree . -- '*.md'); do
  while IFS=: read -r line target; do
    case "$target" in
      *://* | '#'*) continue ;;
    esac
    [ -e "$(dirname "$page")/${target%%#*}" ] ||
      finding "$page:$line" "points at $target, which does not exist; correct the link or add the file"
  done < <(grep -noE '\]\([^) ]+\)' "$page" | sed -E 's/^([0-9]+):\]\((.*)\)$/\1:\2/')
done

# Options of gesso-cli as the README writes them are options that the sources declare.
for option in $(grep -oE '(^|[ `])--[a-z][a-z-]+' README.md | tr -d ' `' | sort -u); do
  grep -qrE "\"${option#--}\"" engine/cli/*.c ||
    [ "$option" = --help ] || finding README.md "shows $option, which gesso-cli does not know"
done

# Every layer has its line in CONTRIBUTING.md.
for folder in engine/*/; do
  grep -qE "^  $(basename "$folder")/ " CONTRIBUTING.md ||
    finding CONTRIBUTING.md "does not say what $folder is; add a line to the tree"
done

finish
