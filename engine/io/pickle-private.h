/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of pickle.c, pickle-literals.c and pickle-torch.c. */
#pragma once

#include "io/pickle.h"

G_BEGIN_DECLS

typedef struct
{
  const guint8 *bytes, *at, *end;
  GsPickle *pickle;
  GPtrArray *stack;   /* GsPickleValue */
  GArray *marks;      /* guint: heights of the stack */
  GHashTable *memo;   /* index -> GsPickleValue */
  const char *shown;
  GError **error;
} GsPickleMachine;

/* Sets GS_ERROR_BAD_FILE "... its pickle has REASON at byte N ..."; returns FALSE. */
gboolean gs_pickle_fail (GsPickleMachine *m, const char *reason);

/* A new value on top of the stack. */
GsPickleValue *gs_pickle_push (GsPickleMachine *m, GsPickleKind kind);
gboolean gs_pickle_push_integer (GsPickleMachine *m, GsPickleKind kind, gint64 integer);
/* Takes the text; FALSE with error if it is NULL or not UTF-8. */
gboolean gs_pickle_push_text (GsPickleMachine *m, GsPickleKind kind, char *text);

/* From the program: n bytes, or NULL; a little-endian number of n bytes; up to a line's end, which is
 * passed, the caller's, or NULL. */
const guint8 *gs_pickle_take (GsPickleMachine *m, guint64 n);
gboolean gs_pickle_take_number (GsPickleMachine *m, guint n, guint64 *number);
char *gs_pickle_take_line (GsPickleMachine *m);

/* Opcodes that push what the program says. */
gboolean gs_pickle_read_text (GsPickleMachine *m, guint n_length, gboolean is_bytes);
gboolean gs_pickle_read_quoted (GsPickleMachine *m);
gboolean gs_pickle_read_number (GsPickleMachine *m, guint n, gboolean is_signed);
gboolean gs_pickle_read_long (GsPickleMachine *m, guint n_length);
gboolean gs_pickle_read_text_integer (GsPickleMachine *m);
gboolean gs_pickle_read_real (GsPickleMachine *m, gboolean is_text);

/* What a pickle may call: the result's kind goes into `value`, which is an opaque one before. FALSE if
 * nothing of that name is known. `reason` is set instead if the arguments cannot be. */
gboolean gs_pickle_call (const char *name, const GsPickleValue *arguments, GsPickleValue *value,
                         GsPickleValue **instead, const char **reason);

/* ("storage", class, key, place, number of elements) -> a storage. */
gboolean gs_pickle_make_storage (const GsPickleValue *id, GsPickleValue *value);

G_END_DECLS
