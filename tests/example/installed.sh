#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the example as a program does for which Gesso is installed: installed.sh BUILD PREFIX SOURCE CC...
set -eu

build=$1 prefix=$2 source=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

DESTDIR=$folder meson install -C "$build" --no-rebuild --tags devel --quiet
description=$(find "$folder" -name gesso-engine.pc)
sed -i "s|^prefix=.*|prefix=$folder$prefix|" "$description"
flags=$(pkg-config --cflags --libs "$description")
# Away from the source tree: whatever a header lacks is missing.
cd "$folder"
# shellcheck disable=SC2086 # flags are words
"$@" -Wall -Werror -o picture "$source" $flags
./picture 2>said || [ $? -eq 2 ]
grep -q "PROMPT FILE" said
