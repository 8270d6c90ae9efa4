/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoVocabulary: whether a model's prompts can be read, looked up on a thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Tokens of CLIP's own vocabulary, which full-sized models read with. */
#define GESSO_VOCABULARY_CLIP 49408

/* path: empty for the starter model; folders: of the library, ended by NULL. */
void  gesso_vocabulary_query_async  (const char         *path,
                                     const char *const  *folders,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            data);
/* Tokens of the vocabulary that is nowhere, 0: there is one; -1: cancelled. */
gssize gesso_vocabulary_query_finish (GAsyncResult *result);

G_END_DECLS
