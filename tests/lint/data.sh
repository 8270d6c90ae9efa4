#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Desktop entry, metainfo, interface files, JSON and shell scripts are well formed, as far as the
# tools to say so are installed.
. "$(dirname "$0")/lint.sh"

have () { command -v "$1" >/dev/null; }

report () # FILE, messages on stdin
{
  while IFS= read -r text; do
    [ -z "$text" ] || finding "$1" "$text"
  done
}

n_tools=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

if have desktop-file-validate; then
  n_tools=$((n_tools + 1))
  for file in $(tree resources app -- '*.desktop' '*.desktop.in' '*.desktop.in.in'); do
    copy=$work/$(basename "${file%%.desktop*}").desktop
    sed 's/@[A-Za-z_]*@/io.github.gesso_paint.Gesso/g' "$file" >"$copy"
    report "$file" < <(desktop-file-validate "$copy" 2>&1 | sed "s,^$work/,,")
  done
fi

if have appstreamcli; then
  n_tools=$((n_tools + 1))
  for file in $(tree resources app -- '*.metainfo.xml' '*.metainfo.xml.in' '*.metainfo.xml.in.in'); do
    copy=$work/$(basename "${file%%.metainfo*}").metainfo.xml
    sed 's/@[A-Za-z_]*@/io.github.gesso_paint.Gesso/g' "$file" >"$copy"
    appstreamcli validate --no-net --no-color "$copy" >"$work/said" 2>&1 ||
      report "$file" < <(grep -E '^[[:space:]]*[EW]:' "$work/said")
  done
fi

if have xmllint; then
  n_tools=$((n_tools + 1))
  for file in $(tree app resources po -- '*.ui' '*.xml' '*.xml.in' '*.svg'); do
    report "$file" < <(xmllint --noout --nonet "$file" 2>&1 | grep -E 'error|warning')
  done
fi

if have glib-compile-schemas; then
  n_tools=$((n_tools + 1))
  for folder in $(tree resources app -- '*.gschema.xml' | xargs -r -n 1 dirname | sort -u); do
    report "$folder" < <(glib-compile-schemas --strict --dry-run "$folder" 2>&1)
  done
fi

for file in $(tree . -- '*.sh' run) .ci/run; do
  [ -e "$file" ] || continue
  report "$file" < <(bash -n "$file" 2>&1)
  [[ "$file" == */lint.sh || -x "$file" ]] || finding "$file" "is not executable; chmod +x $file"
done

[ "$n_tools" -gt 0 ] || [ "$n_findings" -gt 0 ] || {
  echo "none of desktop-file-validate, appstreamcli, xmllint, glib-compile-schemas is installed"
  exit 77
}
finish
