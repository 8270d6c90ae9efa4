/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders that a session was told of: what prompts may name is found in them too. */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

/* Paths of the files there, listed anew if the last time is some seconds ago; the session's. */
const GPtrArray *gs_session_library (GsSession *session);

/* Path of the file of that kind and name, or NULL. The caller's. */
char *gs_library_find (const GPtrArray *paths, GsLibraryKind kind, const char *name);

/* A file's name without its folder and ending. */
char *gs_library_stem (const char *path);

G_END_DECLS
