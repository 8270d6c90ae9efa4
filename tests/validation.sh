#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# validation.sh CANARY PROGRAM...: runs each program under the Khronos validation layer,
# synchronization validation on, and fails on any message. Skipped (77) where the layer is not
# installed or does not find the hazard in CANARY (tests/validation-canary.c).

set -u

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

have_layer ()
{
  local folder
  for folder in /usr/share /usr/local/share /etc "${XDG_DATA_HOME:-${HOME:-}/.local/share}"; do
    ls "$folder"/vulkan/explicit_layer.d/*alidation*.json >/dev/null 2>&1 && return 0
  done
  [ -n "${VK_LAYER_PATH:-}" ]
}

have_layer || {
  echo "The validation layer is not installed; apt-get install vulkan-validationlayers"
  exit 77
}

# Newer layers read other settings than older ones, and complain of those.
settings () # SETTING...
{
  printf 'khronos_validation.%s\n' "debug_action = VK_DBG_LAYER_ACTION_LOG_MSG" \
    "report_flags = error,warn" "log_filename = $work/messages" "enable_message_limit = true" \
    "duplicate_message_limit = 3" "$@" >"$work/vk_layer_settings.txt"
}
export VK_LAYER_SETTINGS_PATH=$work VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
export VK_LOADER_DEBUG=layer

# messages PROGRAM: what the layer says while it runs. Fails if the program does or no layer ran.
messages ()
{
  rm -f "$work/messages"
  if ! "$1" >"$work/output" 2>"$work/loader"; then
    echo "it failed:"
    tail -n 20 "$work/output" "$work/loader"
    return 1
  fi
  grep -q VK_LAYER_KHRONOS_validation "$work/loader" || {
    echo "it ran without the layer"
    return 1
  }
  head -c 6000 "$work/messages" 2>/dev/null
  return 0
}

# A layer that misses the planted hazard would call everything clean.
canary=$1
shift
settings "validate_sync = true" "syncval_full_validation = true"
messages "$canary" | grep -q SYNC-HAZARD ||
  settings "enables = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT" \
    "validate_sync = true" "syncval_submit_time_validation = true" "syncval_queue_submit = true"
if ! messages "$canary" | grep -q SYNC-HAZARD; then
  echo "The layer does not report the hazard in $(basename "$canary"), so its silence means nothing."
  exit 77
fi

n_bad=0
for program; do
  said=$(messages "$program") && [ -z "$said" ] && continue
  echo "$(basename "$program"): $said"
  n_bad=$((n_bad + 1))
done
echo "$# programs, $n_bad with messages"
[ "$n_bad" -eq 0 ]
