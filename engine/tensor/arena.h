/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What program.c and the op tests know of an arena beyond program.h. */
#pragma once

#include "tensor/program.h"

G_BEGIN_DECLS

/* Makes the arena at least so large. A growing arena is a new buffer: its generation changes, and
 * what was recorded with the old one must be recorded again. */
gboolean  gs_arena_reserve        (GsArena *arena, guint64 n_bytes, GError **error);
GsBuffer *gs_arena_get_buffer     (GsArena *arena);
guint     gs_arena_get_generation (GsArena *arena);
GsDevice *gs_arena_get_device     (GsArena *arena);

/* For tests: programs planned from now on keep so many bytes free around each tensor. */
void    gs_arena_set_guard_bytes (GsArena *arena, guint64 n_bytes);
guint64 gs_arena_get_guard_bytes (GsArena *arena);

G_END_DECLS
