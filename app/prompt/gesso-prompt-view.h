/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPromptView: the editor of a prompt.
 *
 * It shows what the words and brackets mean, says what belongs into it while it is empty, changes
 * weights (Ctrl+Up, Ctrl+Down), completes names (Tab or Enter while some are offered, else Tab moves
 * the focus on) and goes through former prompts (Alt+Up, Alt+Down). All of it can be undone.
 *
 * Properties: "text" (string), "placeholder-text" (string). A paste of a picture is handed to the
 * window's action win.paste. Actions: "prompt.weight" (i: steps), "prompt.history" (i: 1 is older).
 */
#pragma once

#include "prompt/gesso-prompt-completion.h"
#include "prompt/gesso-prompt-history.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PROMPT_VIEW (gesso_prompt_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptView, gesso_prompt_view, GESSO, PROMPT_VIEW, GtkTextView)

/* Names to offer and to highlight, and of LoRAs to tell from those that are not there:
 * GtkStringObjects that may come and go, or NULL. */
void gesso_prompt_view_set_loras (GessoPromptView *self, GListModel *names);
void gesso_prompt_view_set_embeddings (GessoPromptView *self, GListModel *names);

/* NULL: none. */
void gesso_prompt_view_set_history (GessoPromptView *self, GessoPromptHistory *history);

/* Puts another text in place of all of it, as a step that can be undone. */
void gesso_prompt_view_replace (GessoPromptView *self, const char *text);

/* For whoever hands keys on; the view's own child. */
GessoPromptCompletion *gesso_prompt_view_get_completion (GessoPromptView *self);

G_END_DECLS
