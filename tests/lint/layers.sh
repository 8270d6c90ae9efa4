#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of engine/ includes only what stands below it; the table is the one of CONTRIBUTING.md.
. "$(dirname "$0")/lint.sh"

declare -A below=(
  [base]=""
  [gpu]="base"
  [tensor]="base gpu"
  [io]="base tensor"
  [sample]="base"
  [ops]="base gpu tensor"
  [nn]="base gpu tensor ops io"
  [models]="base gpu tensor ops io nn"
  [train]="base gpu tensor ops io nn models sample"
  [session]="base gpu tensor ops io nn models sample train"
  [parity]="base gpu tensor ops io nn models sample train session"
  [cli]=""
)

# Headers that are not the engine's: made by the build, or a shader's push constants.
is_outside () # INCLUDED
{
  case "$1" in
    config.h | shaders/* | *.spv.h | *-resources.h) return 0 ;;
  esac
  return 1
}

check_engine () # FILE
{
  local file=$1 folder=${1#engine/} line included
  folder=${folder%%/*}
  case "$file" in
    engine/gs*.h) folder=session ;;
  esac
  if [ -z "${below[$folder]+known}" ]; then
    finding "$file" "engine/$folder is not a layer; see tests/lint/layers.sh and CONTRIBUTING.md"
    return
  fi
  while IFS=: read -r line included; do
    if is_outside "$included"; then
      continue
    fi
    case "$included" in
      gs.h | gs-control.h | gs-image.h | gs-library.h)
        case "$folder" in
          session | parity | cli) continue ;;
        esac
        finding "$file:$line" "gs.h is what programs see; include the header of the part you need"
        continue ;;
    esac
    if [ "$folder" = cli ] && [ "${included%%/*}" != cli ]; then
      finding "$file:$line" "the command line sees gs.h alone, not $included; extend gs.h or do without"
    elif [ -e "shaders/$included" ]; then
      continue
    elif [ ! -e "engine/$included" ] || [ "${included#*/}" = "$included" ]; then
      finding "$file:$line" "\"$included\" is no path below engine/; write #include \"$folder/${included##*/}\""
    elif [[ " $folder ${below[$folder]} " != *" ${included%%/*} "* ]]; then
      finding "$file:$line" "$folder may not include $included, which is above it; move it down or pass it in"
    fi
  done < <(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/;t p;b;:p;=;p' "$file" | paste -d: - -)
}

for file in $(tree engine -- '*.c' '*.h'); do
  check_engine "$file"
done

# Vulkan stays inside engine/gpu.
while IFS=: read -r file line text; do
  finding "$file:$line" "Vulkan is seen by engine/gpu alone; use the headers of engine/gpu"
done < <(grep -nE '#[[:space:]]*include[[:space:]]*<(vulkan|vk_)|\bVk[A-Z][A-Za-z]+\b|\bvk[A-Z][a-z]+[A-Z]' \
           $(tree engine app -- '*.c' '*.h' | grep -v '^engine/gpu/') /dev/null)

# The application sees gs.h, and only from app/engine/.
while IFS=: read -r file line included; do
  case "$included" in
    gs.h | gs-control.h | gs-image.h | gs-library.h)
      [[ "$file" == app/engine/* ]] ||
        finding "$file:$line" "only app/engine/ includes $included; go through GessoEngine and GessoJob" ;;
    base/* | gpu/* | tensor/* | ops/* | nn/* | io/* | models/* | sample/* | train/* | session/*)
      finding "$file:$line" "the application sees gs.h alone, not $included" ;;
  esac
done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $(tree app -- '*.c' '*.h') /dev/null |
           sed -n 's/^\([^:]*:[0-9]*\):.*"\([^"]*\)".*/\1:\2/p')

# Widgets never call the engine: its prefix is seen in app/engine/ alone.
while IFS=: read -r file line text; do
  finding "$file:$line" "gs_ functions are the engine's; a widget asks GessoEngine or GessoJob"
done < <(grep -nE '\bgs_[a-z_]+ \(' $(tree app -- '*.c' '*.h' | grep -v '^app/engine/') /dev/null)

# The engine and its command line know no toolkit.
while IFS=: read -r file line text; do
  finding "$file:$line" "the engine builds without GTK; use GLib alone here"
done < <(grep -nE '#[[:space:]]*include[[:space:]]*<(gtk|gdk|adwaita|graphene|pango|cairo)' \
           $(tree engine -- '*.c' '*.h') /dev/null)

finish
