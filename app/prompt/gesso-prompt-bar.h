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

/* One short line under the prompts; NULL for none. */
void gesso_prompt_bar_set_note (GessoPromptBar *self, const char *note);

G_END_DECLS
