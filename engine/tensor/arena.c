/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One growing buffer for the activations of programs that never run at the same time. */
#include "tensor/arena.h"

struct _GsArena
{
  GsDevice *device;
  GsBuffer *buffer;
  guint     generation;
  guint64   guard_bytes;
};

GsArena *
gs_arena_new (GsDevice *device)
{
  GsArena *arena = g_new0 (GsArena, 1);

  arena->device = device;
  return arena;
}

void
gs_arena_free (GsArena *arena)
{
  if (arena == NULL)
    return;
  gs_buffer_free (arena->buffer);
  g_free (arena);
}

gboolean
gs_arena_reserve (GsArena *arena, guint64 n_bytes, GError **error)
{
  if (arena->buffer != NULL && gs_buffer_get_bytes (arena->buffer) >= n_bytes)
    return TRUE;
  gs_arena_trim (arena); /* first: both would not always fit */
  arena->buffer = gs_buffer_new (arena->device, GS_MEMORY_DEVICE, n_bytes, "picture's intermediate "
                                 "results", error);
  arena->generation++;
  return arena->buffer != NULL;
}

void
gs_arena_trim (GsArena *arena)
{
  g_clear_pointer (&arena->buffer, gs_buffer_free);
}

guint64
gs_arena_get_bytes (GsArena *arena)
{
  return arena->buffer != NULL ? gs_buffer_get_bytes (arena->buffer) : 0;
}

GsBuffer *
gs_arena_get_buffer (GsArena *arena)
{
  return arena->buffer;
}

guint
gs_arena_get_generation (GsArena *arena)
{
  return arena->generation;
}

GsDevice *
gs_arena_get_device (GsArena *arena)
{
  return arena->device;
}

void
gs_arena_set_guard_bytes (GsArena *arena, guint64 n_bytes)
{
  arena->guard_bytes = n_bytes;
}

guint64
gs_arena_get_guard_bytes (GsArena *arena)
{
  return arena->guard_bytes;
}
