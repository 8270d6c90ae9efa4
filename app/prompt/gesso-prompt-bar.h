/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptBar: the prompt, the negative prompt, and the button that turns them into a picture
 * or, while one is being made, stops it. */
#pragma once

#include "document/gesso-settings.h"
#include "engine/gesso-job.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PROMPT_BAR (gesso_prompt_bar_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptBar, gesso_prompt_bar, GESSO, PROMPT_BAR, GtkWidget)

/* Once. */
void gesso_prompt_bar_bind (GessoPromptBar *self, GessoSettings *settings);

/* The job to show the progress of, or NULL when none is running. */
void gesso_prompt_bar_set_job (GessoPromptBar *self, GessoJob *job);

/* The tokens of the prompt and how many fit into the chunks that it takes; n_tokens 0: not known. */
void gesso_prompt_bar_set_tokens (GessoPromptBar *self, guint n_tokens, guint n_available);

/* Names of LoRAs and embeddings that the prompts may use: GtkStringObjects that may come and go, or
 * NULL. */
void gesso_prompt_bar_set_names (GessoPromptBar *self, GListModel *loras, GListModel *embeddings);

/* Puts words behind those of the prompt, as a step that can be undone. */
void gesso_prompt_bar_add_words (GessoPromptBar *self, const char *words);

/* Puts both prompts into their histories. */
void gesso_prompt_bar_remember (GessoPromptBar *self);

G_END_DECLS
