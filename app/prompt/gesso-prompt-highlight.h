/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoPromptHighlight: keeps a text buffer's tags in step with its text, the names that are known, and
 * the desktop's style. */
#pragma once

#include "prompt/gesso-prompt-syntax.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PROMPT_HIGHLIGHT (gesso_prompt_highlight_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptHighlight, gesso_prompt_highlight, GESSO, PROMPT_HIGHLIGHT,
                      GObject)

/* The buffer outlives it. */
GessoPromptHighlight *gesso_prompt_highlight_new (GtkTextBuffer *buffer);

/* names: GtkStringObjects that may come and go, or NULL. */
void gesso_prompt_highlight_set_embeddings (GessoPromptHighlight *self, GListModel *names);
/* The same of LoRAs: a tag of any other name is underlined; NULL: none is. */
void gesso_prompt_highlight_set_loras (GessoPromptHighlight *self, GListModel *names);

/* "#1a5fb4", or NULL for the text's own colour. */
const char *gesso_prompt_highlight_get_color (GessoSpanKind kind, gboolean dark,
                                              gboolean high_contrast);

G_END_DECLS
