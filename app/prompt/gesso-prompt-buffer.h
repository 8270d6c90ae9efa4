/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text buffer by the characters' numbers, as the files without widgets count them. */
#pragma once

#include "prompt/gesso-prompt-weight.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

char *gesso_prompt_buffer_dup_text (GtkTextBuffer *buffer);

/* Equal where nothing is selected: the cursor. */
void gesso_prompt_buffer_get_selection (GtkTextBuffer *buffer, guint *start, guint *end);

/* One step for undo. */
void gesso_prompt_buffer_apply (GtkTextBuffer *buffer, const GessoPromptEdit *edit);

G_END_DECLS
