#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Flatpak manifest: well formed, of this application, with no more permissions than a program
# that draws a window and computes on the graphics card needs, and of sources that cannot change.
. "$(dirname "$0")/lint.sh"

id=$(sed -n "s/^app_id = '\(.*\)'/\1/p" meson.build)
manifest=flatpak/$id.json
[ -e "$manifest" ] || {
  finding "$manifest" "is missing; the manifest is called like the application"
  finish
}

# Meson needs Python, so it is there.
while IFS= read -r text; do
  finding "$manifest" "$text"
done < <(python3 - "$manifest" "$id" 2>&1 <<'PYTHON'
import json, re, sys

ALLOWED = ['--device=dri', '--share=ipc', '--share=network', '--socket=fallback-x11', '--socket=wayland']


def once(pairs):
    names = [name for name, value in pairs]
    for name in set(names):
        if names.count(name) > 1:
            print(f'names "{name}" twice; keep one')
    return dict(pairs)


def check_source(module, source):
    kind = source.get('type')
    if kind == 'dir':
        if module != 'gesso':
            print(f'module {module} is taken from a folder; only Gesso itself may be')
    elif kind == 'git':
        if not re.fullmatch('[0-9a-f]{40}', source.get('commit', '')):
            print(f'module {module} names no commit; add the one its tag stands for')
    elif not re.fullmatch('[0-9a-f]{64}', source.get('sha256', '')):
        print(f'module {module} has a source without a checksum; add its sha256')
    if kind != 'dir' and not source.get('url', '').startswith('https://'):
        print(f'module {module} is not fetched over https')


def check_module(module):
    if not isinstance(module, dict):
        print(f'includes {module}; write its modules here')
        return
    name = module.get('name', '?')
    if not module.get('sources'):
        print(f'module {name} has no sources')
    for source in module.get('sources', []):
        check_source(name, source)
    if '--share=network' in module.get('build-options', {}).get('build-args', []):
        print(f'module {name} builds with the network; list what it fetches as sources')
    for inner in module.get('modules', []):
        check_module(inner)


try:
    manifest = json.load(open(sys.argv[1], encoding='utf-8'), object_pairs_hook=once)
except ValueError as error:
    print(f'is not JSON: {error}')
    sys.exit()
if manifest.get('id') != sys.argv[2]:
    print(f'is for {manifest.get("id")}; the id is {sys.argv[2]}')
if (manifest.get('runtime'), manifest.get('sdk')) != ('org.gnome.Platform', 'org.gnome.Sdk'):
    print("stands on another runtime than GNOME's")
if not re.fullmatch('[0-9]{2}', manifest.get('runtime-version', '')):
    print('has no stable runtime; "runtime-version" is a number, as a string')
if manifest.get('command') != 'gesso':
    print('starts another command than gesso')
for argument in sorted(set(manifest.get('finish-args', [])) ^ set(ALLOWED)):
    print(f'finish-args: {argument} is ' + ('missing' if argument in ALLOWED else 'not needed') +
          '; the list is ' + ' '.join(ALLOWED))
for module in manifest.get('modules', []):
    check_module(module)
if not manifest.get('modules') or manifest['modules'][-1].get('name') != 'gesso':
    print('the last module is not gesso')
PYTHON
)

finish
