/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that fit a prefix: first those that begin with it, then those that hold it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* GessoPromptName: a name that a prompt can use. */
#define GESSO_TYPE_PROMPT_NAME (gesso_prompt_name_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptName, gesso_prompt_name, GESSO, PROMPT_NAME, GObject)

const char *gesso_prompt_name_get_name (GessoPromptName *self);
/* A LoRA rather than an embedding. */
gboolean gesso_prompt_name_is_network (GessoPromptName *self);

/* Puts into store (of GessoPromptName) what fits a folded prefix. loras, embeddings: GtkStringObjects,
 * or NULL for none of that kind. */
void gesso_prompt_names_match (GListStore *store, GListModel *loras, GListModel *embeddings,
                               const char *prefix);

G_END_DECLS
