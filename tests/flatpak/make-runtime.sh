#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes stand-ins for GNOME's runtime and SDK, of their names, out of Debian: the runtime holds what
# an application runs with, the SDK also what it is built with, so that what is only in the second is
# missed in the first.
#
#   make-runtime.sh FOLDER BRANCH      FOLDER/repo gets both; FOLDER/base is the installed Debian
set -eu

folder=$1
branch=$2
suite=${GESSO_FLATPAK_SUITE:-trixie}
mirror=${GESSO_FLATPAK_MIRROR:-http://deb.debian.org/debian}
base=$folder/base
repo=$folder/repo
arch=$(flatpak --default-arch)

# What GNOME's runtime has of what Gesso uses, and Mesa, which there is an extension of it.
runtime=(libgtk-4-1 libgtk-4-common libadwaita-1-0 libjson-glib-1.0-0 libsoup-3.0-0 libarchive13t64 libpng16-16t64
  libvulkan1 mesa-vulkan-drivers librsvg2-common adwaita-icon-theme hicolor-icon-theme
  shared-mime-info gsettings-desktop-schemas dconf-gsettings-backend libglib2.0-bin
  fonts-cantarell fonts-dejavu-core)
sdk=(gcc libc6-dev pkgconf meson ninja-build ccache gettext glslang-tools libxml2-utils
  desktop-file-utils libvulkan-dev libglib2.0-dev libjson-glib-dev libsoup-3.0-dev libpng-dev libarchive-dev
  zlib1g-dev libgtk-4-dev libgtk-4-bin libadwaita-1-dev appstream appstream-util appstream-compose)

unmount () { umount "$base/proc" 2>/dev/null || true; }
trap unmount EXIT

install_packages ()
{
  mount -t proc proc "$base/proc"
  chroot "$base" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    apt-get -q -y -o APT::Install-Recommends=false -o DPkg::Options::=--force-unsafe-io \
    -o Dpkg::Use-Pty=0 install "$@"
  unmount
}

# A runtime is the /usr of its applications, with its /etc inside; links are cheap.
commit ()
{
  local name=$1 tree=$folder/tree
  rm -rf "$tree"
  mkdir "$tree"
  cp -al "$base/usr" "$tree/files"
  cp -a "$base/etc" "$tree/files/etc"
  # No applications of the runtime's own, no accounts, and no names of this machine.
  rm -rf "$tree"/files/{share/doc,share/man,share/applications,games,local,src} \
    "$tree"/files/etc/{apt,passwd*,group*,shadow*,gshadow*} \
    "$tree"/files/etc/{hostname,hosts,resolv.conf,machine-id,mtab}
  # Flatpak looks for it in the places of programs that anybody may run.
  [ -e "$tree/files/bin/ldconfig" ] || ln -s ../sbin/ldconfig "$tree/files/bin/ldconfig"
  cat >"$tree/metadata" <<METADATA
[Runtime]
name=$name
runtime=org.gnome.Platform/$arch/$branch
sdk=org.gnome.Sdk/$arch/$branch

[Environment]
XDG_DATA_DIRS=/app/share:/usr/share:/usr/share/runtime/share:/run/host/user-share:/run/host/share
METADATA
  flatpak build-export --runtime --files=files --disable-sandbox --no-update-summary \
    --subject="$name, made of Debian $suite" "$repo" "$tree" "$branch"
  rm -rf "$tree"
}

# Anew each time: what an earlier SDK left would be in the runtime.
unmount
rm -rf "$base"
debootstrap --variant=minbase "$suite" "$base" "$mirror"
[ -d "$repo" ] || ostree --repo="$repo" init --mode=archive-z2
ostree --repo="$repo" config set archive.zlib-level 1

install_packages "${runtime[@]}"
commit org.gnome.Platform
install_packages "${sdk[@]}"
commit org.gnome.Sdk
flatpak build-update-repo "$repo"
