#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program with a home, a display, a session bus and portals that nothing else uses:
# session.sh HOME PROGRAM ARGUMENT...
set -eu

# The run-time folder is where sandboxes have theirs, and is ours alone.
if [ "${GESSO_FLATPAK_SESSION:-}" != yes ]; then
  GESSO_FLATPAK_SESSION=yes exec unshare --mount --pid --fork --kill-child --mount-proc \
    --propagation private "$0" "$@"
fi
home=$1
shift
export XDG_RUNTIME_DIR=/run/user/$(id -u)
mkdir -p "$XDG_RUNTIME_DIR"
mount -t tmpfs -o mode=700 tmpfs "$XDG_RUNTIME_DIR"
mkdir -p /tmp/.X11-unix
mount -t tmpfs -o mode=1777 tmpfs /tmp/.X11-unix

unset $(compgen -e | grep -E '^(XDG_(CONFIG|DATA|STATE|CACHE)_|DBUS_|AT_SPI|WAYLAND|G[TDS]K_)')
export HOME=$home LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
# The portals for applications of GNOME are those of GTK here, as Debian 12 has it in a file beside
# each, and later ones in one of the user's.
export XDG_CURRENT_DESKTOP=GNOME
mkdir -p "$HOME/.config/xdg-desktop-portal" "$HOME/.config/glib-2.0/settings"
printf '[preferred]\ndefault=gtk\n' >"$HOME/.config/xdg-desktop-portal/portals.conf"
# It begins with files rather than with those of late.
printf "[org/gtk/settings/file-chooser]\nstartup-mode='cwd'\n" \
  >"$HOME/.config/glib-2.0/settings/keyfile"

mkfifo "$XDG_RUNTIME_DIR/number"
Xvfb -displayfd 3 -noreset -screen 0 1400x900x24 -nolisten tcp 3>"$XDG_RUNTIME_DIR/number" \
  >"$XDG_RUNTIME_DIR/xvfb.log" 2>&1 &
read -r number <"$XDG_RUNTIME_DIR/number"
export DISPLAY=:$number

# Settings from a file are for the portals' programs alone.
dbus-run-session -- bash -c \
  'dbus-update-activation-environment GSETTINGS_BACKEND=keyfile; exec "$@"' bash "$@"
