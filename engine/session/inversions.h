/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of textual inversion that prompts may use with the session's model. */
#pragma once

#include "session/model.h"

G_BEGIN_DECLS

/* Makes room for words in the text encoders' tables: before any graph is built. */
void gs_inversions_reserve (GsModel *model);

/* Looks for files and gives their words to the tokenizer: those in $XDG_DATA_HOME/gesso/embeddings/
 * and in folders embeddings with the model or above it. Files of other models are passed over. Cheap
 * when nothing is new; touches no device. library: paths of files that may be some too. */
void gs_inversions_find (GsModel *model, const GPtrArray *library);

/* Brings the text encoders' tables up to date with the words found. */
gboolean gs_inversions_apply (GsModel *model, GError **error);

/* A word that is being taught, before all others of its name: n vectors for the first text encoder
 * (copied). Given again with as many, it keeps its ids. Returns the first one; for the tokenizer at
 * once, in the tables after gs_inversions_apply(). n 0: forgets the word. */
guint gs_inversions_put (GsModel *model, const char *word, const float *values, guint n);

G_END_DECLS
