#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program with a display, a session bus and a home of its own: with-display.sh PROGRAM ARGUMENT...
set -eu

for tool in Xvfb dbus-run-session; do
  command -v "$tool" >/dev/null || {
    echo "1..0 # SKIP $tool is not installed"
    exit 77
  }
done

home=$(mktemp -d)
server=
clean_up () {
  [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
  rm -rf "$home"
}
trap clean_up EXIT
mkdir -m 700 "$home/runtime" "$home/tmp"

unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS NO_AT_BRIDGE
export HOME="$home" XDG_RUNTIME_DIR="$home/runtime" TMPDIR="$home/tmp"
export XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state"
export GSETTINGS_BACKEND=memory GTK_A11Y=atspi GDK_BACKEND=x11 GSK_RENDERER=cairo GTK_USE_PORTAL=0

# A server that leaves removes the socket of its number after having let go of the number, so that one
# that has just started there would be out of reach. So a number is ours, by a lock, until the server has
# left, and they are numbers that servers do not pick by themselves. Without -noreset it would begin anew,
# deaf for a moment, whenever its last client leaves, as the one that starts the accessibility bus does
# just when the program comes.
for number in $(seq 100 199); do
  exec 9>"/tmp/gesso-test-display-$number.$(id -u)"
  flock -n 9 || continue
  rm -f "$home/display"
  mkfifo "$home/display"
  Xvfb ":$number" -displayfd 3 -noreset -screen 0 1280x800x24 -nolisten tcp 3>"$home/display" \
    >"$home/xvfb.log" 2>&1 9>&- &
  server=$!
  # It tells its number once it listens.
  ! read -r _ <"$home/display" || break
  server=
done
[ -n "$server" ] || {
  cat "$home/xvfb.log" >&2
  exit 1
}
export DISPLAY=":$number"

# The bus starts what accessibility needs, and what a test puts beside it, and nothing else: a desktop
# portal is a program in the tree of accessibility too, and libatspi 2.46, asked for something, waits for
# itself for good if one comes up meanwhile.
services="$XDG_DATA_HOME/dbus-1/services"
mkdir -p "$services"
cp /usr/share/dbus-1/services/org.a11y.*.service "$services/" 2>/dev/null || true
cat >"$home/bus.conf" <<END
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:dir=$home/runtime</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END

# What the bus starts may talk, but not on the standard output that is the program's own.
status=0
dbus-run-session --config-file="$home/bus.conf" -- bash -c 'exec "$@" >&4 4>&-' bash "$@" 4>&1 >&2 9>&- || status=$?
exit "$status"
