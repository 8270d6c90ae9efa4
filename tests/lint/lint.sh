# SPDX-License-Identifier: GPL-3.0-or-later
# What the lint tests share; sourced with the source root as the current folder.
#
# A lint prints one line per finding, "file:line: what is wrong; what to do", and exits 1 if there
# was one, 77 if it needs a tool that is not installed.

set -u
cd "${GESSO_SOURCE_ROOT:-$(dirname "$0")/../..}" || exit 1
export LC_ALL=C.UTF-8

n_findings=0

finding () # WHERE MESSAGE
{
  printf '%s: %s\n' "$1" "$2"
  n_findings=$((n_findings + 1))
}

finish ()
{
  if [ "$n_findings" -gt 0 ]; then
    printf '%d found\n' "$n_findings"
    exit 1
  fi
  exit 0
}

# Files of the tree below the given folders (default: everything) whose name matches one of the
# patterns after --, without what builds leave behind: tree FOLDER... -- PATTERN...
tree ()
{
  local folders=() patterns=()

  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    [ -e "$1" ] && folders+=("$1")
    shift
  done
  shift
  [ ${#folders[@]} -gt 0 ] || return 0
  for pattern; do
    patterns+=(-o -name "$pattern")
  done
  find "${folders[@]}" \( -name .git -o -path './build*' -o -name .cache -o -name __pycache__ \) \
    -prune -o -type f \( "${patterns[@]:1}" \) -print | sed 's,^\./,,' | sort
}

# Everything that people write and read: sources, build files, scripts, pages.
texts ()
{
  tree . -- '*.c' '*.h' '*.comp' '*.glsl' meson.build meson_options.txt '*.sh' '*.py' '*.ui' \
    '*.css' '*.md' '*.xml' '*.xml.in' '*.desktop' '*.desktop.in' '*.json' '*.in' \
    .clang-format .editorconfig .gitignore POTFILES.in run
}
