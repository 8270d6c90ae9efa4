/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPromptCompletion: offers names of LoRAs and embeddings beside a prompt's cursor.
 *
 * The focus stays in the text; the view hands the keys on while is_open. Nothing is offered while the
 * text is changed by anything but typing.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PROMPT_COMPLETION (gesso_prompt_completion_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptCompletion, gesso_prompt_completion, GESSO, PROMPT_COMPLETION,
                      GtkPopover)

/* Belongs to the view as a child; the view calls gtk_popover_present() when it is allocated and
 * unparents it when disposed. */
GessoPromptCompletion *gesso_prompt_completion_new (GtkTextView *view);

/* GtkStringObjects that may come and go, or NULL. */
void gesso_prompt_completion_set_loras (GessoPromptCompletion *self, GListModel *names);
void gesso_prompt_completion_set_embeddings (GessoPromptCompletion *self, GListModel *names);

/* Opens, narrows or closes, after something was typed or the cursor moved. may_open: only the former
 * does. */
void gesso_prompt_completion_update (GessoPromptCompletion *self, gboolean may_open);

gboolean gesso_prompt_completion_is_open (GessoPromptCompletion *self);

/* By rows; goes round at the ends. */
void gesso_prompt_completion_move (GessoPromptCompletion *self, int n_rows);
void gesso_prompt_completion_accept (GessoPromptCompletion *self);
/* Not again for the same word. */
void gesso_prompt_completion_dismiss (GessoPromptCompletion *self);

G_END_DECLS
