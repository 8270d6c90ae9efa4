/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is different in a sandbox as Flatpak's: only the program's own folders last, and a file that was
 * chosen in a portal's dialog comes alone, under a path that says nothing.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether what is written into the home folder is gone with the program. */
gboolean gesso_sandbox_is_on (void);

/* The folder that the file lies in, or NULL if the file was granted by itself: then no neighbour of it
 * can be read, and none that is written would be where it was wanted. */
GFile *gesso_sandbox_dup_folder (GFile *file);

/* For people: "~/Pictures/Gesso" rather than the whole path, and the host's path rather than the
 * sandbox's, or at least the name. */
char *gesso_sandbox_dup_name (GFile *file);

G_END_DECLS
