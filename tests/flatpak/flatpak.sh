#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Gesso as a Flatpak, from the manifest to an upgrade: stand-ins for GNOME's runtime and SDK are made
# of Debian, the manifest is built against them without network, and what came of it is installed from
# a local repository, used in its sandbox through the portals, started again, and upgraded.
#
#   flatpak.sh [FOLDER]       FOLDER keeps the runtime and the builds; build/flatpak if not given
#
# GESSO_FLATPAK_FROM       a commit to upgrade from; without it, this tree with a lower version
# GESSO_FLATPAK_SOURCES    a folder with what the manifest names, by the last part of its address, for
#                          where there is no network; it is checked as what is downloaded is
# GESSO_FLATPAK_NO_PICTURES   set: empty layers instead of pictures, where these would take too long
# GESSO_FLATPAK_JOBS       how many compilers run at a time; only one does while the machine's load is
#                          twice as many, so on a busy machine a number that is too small costs much
#
# It needs root, for debootstrap and a mount of its own, and leaves nothing outside FOLDER.
# Exit status: 77 where this machine cannot do it, with the reason.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
id=$(sed -n "s/^app_id = '\(.*\)'/\1/p" "$root/meson.build")
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" "$root/meson.build")
manifest=$root/flatpak/$id.json

say () { printf '%s  %s\n' "$(date +%T)" "$*" >&2; }

# How much space something takes, for the transcript.
size () { du -sh "$1" | cut -f 1; }

skip ()
{
  say "SKIP: $*"
  exit 77
}

for tool in flatpak flatpak-builder eu-strip ostree bwrap debootstrap Xvfb dbus-run-session \
  unshare; do
  command -v "$tool" >/dev/null || skip "$tool is not installed"
done
python=/usr/bin/python3
"$python" -c 'import gi; gi.require_version("Atspi", "2.0")' 2>/dev/null ||
  skip "python3-gi or gir1.2-atspi-2.0 is not installed"
for service in org.freedesktop.portal.Documents org.freedesktop.impl.portal.desktop.gtk; do
  [ -e "/usr/share/dbus-1/services/$service.service" ] ||
    skip "xdg-desktop-portal or xdg-desktop-portal-gtk is not installed"
done
[ "$(id -u)" -eq 0 ] || skip "this needs root, for debootstrap and mounts of its own"
[ -c /dev/fuse ] || skip "there is no /dev/fuse, which the document portal needs"
bwrap --ro-bind / / --unshare-all true 2>/dev/null ||
  skip "bubblewrap cannot make name spaces here"

folder=${1:-$root/build/flatpak}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
branch=$(sed -n 's/.*"runtime-version": "\(.*\)".*/\1/p' "$manifest")
export FLATPAK_USER_DIR=$folder/user GESSO_FLATPAK_ID=$id

# ---- The runtime --------------------------------------------------------------------------------

# It is made again when what it is made of has changed.
made_by=$(sha256sum <"$here/make-runtime.sh")
if [ "$(cat "$folder/runtime-$branch" 2>/dev/null)" != "$made_by" ]; then
  say "Making a runtime and an SDK of Debian; this is done once."
  "$here/make-runtime.sh" "$folder" "$branch" >"$folder/runtime.log" 2>&1 || {
    tail -n 30 "$folder/runtime.log" >&2
    skip "no runtime could be made; see $folder/runtime.log"
  }
  rm -rf "$FLATPAK_USER_DIR"
  flatpak --user remote-add --no-gpg-verify stand-in "$folder/repo"
  flatpak --user install -y --noninteractive stand-in "org.gnome.Platform//$branch" \
    "org.gnome.Sdk//$branch"
  echo "$made_by" >"$folder/runtime-$branch"
fi
say "The runtime takes $(size "$(flatpak --user info -l "org.gnome.Platform//$branch")")," \
  "the SDK $(size "$(flatpak --user info -l "org.gnome.Sdk//$branch")")."

# ---- The application ----------------------------------------------------------------------------

# fetch: what the manifest names, where flatpak-builder looks for it.
fetch ()
{
  local sha256 url downloads=$folder/builder/downloads
  "$python" - "$manifest" <<'PYTHON' | while read -r sha256 url; do
import json, sys
for module in json.load(open(sys.argv[1]))['modules']:
    for source in module['sources']:
        if 'sha256' in source:
            print(source['sha256'], source['url'])
PYTHON
    [ ! -e "$downloads/$sha256/${url##*/}" ] || continue
    if [ -e "${GESSO_FLATPAK_SOURCES:-/nowhere}/${url##*/}" ]; then
      echo "$sha256  $GESSO_FLATPAK_SOURCES/${url##*/}" | sha256sum --check --quiet || exit 1
      mkdir -p "$downloads/$sha256"
      cp "$GESSO_FLATPAK_SOURCES/${url##*/}" "$downloads/$sha256/"
    fi
  done
  # The rest is its own to fetch; what is there is not asked for.
  flatpak-builder --user --download-only --state-dir="$folder/builder" "$folder/download" \
    "$manifest" >"$folder/download.log" 2>&1 || {
    tail -n 10 "$folder/download.log" >&2
    skip "a source of the manifest is neither in GESSO_FLATPAK_SOURCES nor to be had"
  }
}

# build SOURCE VERSION: into the repository of applications.
build ()
{
  local start=$SECONDS
  sed -i "s/^  version: '.*',/  version: '$2',/" "$1/meson.build"
  flatpak-builder --user --force-clean --disable-download --disable-updates --disable-rofiles-fuse \
    ${GESSO_FLATPAK_JOBS:+--jobs="$GESSO_FLATPAK_JOBS"} --ccache --state-dir="$folder/builder" \
    --repo="$folder/apps" --default-branch=stable \
    "$folder/app" "$1/flatpak/$id.json" >"$folder/build-$2.log" 2>&1 || {
    tail -n 60 "$folder/build-$2.log" >&2
    say "Building $2 failed: see $folder/build-$2.log"
    exit 1
  }
  say "Built $2 in $((SECONDS - start)) seconds; $(size "$folder/app/files") installed."
}

# tree TARGET [COMMIT]: a copy of the sources, of this folder or as they were.
tree ()
{
  rm -rf "$1"
  mkdir "$1"
  if [ $# -gt 1 ]; then
    git -C "$root" archive "$2" | tar -C "$1" -x
    # How it was made into a Flatpak then is of no matter.
    cp "$manifest" "$1/flatpak/"
  else
    tar -C "$root" --exclude='./build*' --exclude=./.git --exclude=./.flatpak-builder -c . |
      tar -C "$1" -x
  fi
}

fetch
say "Building the version to upgrade from."
rm -rf "$folder/apps"
tree "$folder/source" ${GESSO_FLATPAK_FROM:+"$GESSO_FLATPAK_FROM"}
build "$folder/source" 0.0.1
flatpak --user uninstall -y --noninteractive --delete-data "$id" >/dev/null 2>&1 || true
flatpak --user remote-delete --force gesso-test >/dev/null 2>&1 || true
flatpak --user remote-add --no-gpg-verify gesso-test "$folder/apps"
flatpak --user install -y --noninteractive gesso-test "$id"

# ---- Its use ------------------------------------------------------------------------------------

rm -rf "$folder/home"
mkdir -p "$folder/home"
say "Using it for the first time, and once more."
"$here/session.sh" "$folder/home" "$python" "$here/artist.py" first 0.0.1

say "Building $version and upgrading."
tree "$folder/source"
build "$folder/source" "$version"
flatpak --user update -y --noninteractive "$id"
"$here/session.sh" "$folder/home" "$python" "$here/artist.py" upgraded "$version"
say "The Flatpak works; the repository of both versions takes $(size "$folder/apps")."
