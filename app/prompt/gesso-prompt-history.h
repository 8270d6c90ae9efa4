/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPromptHistory: the last prompts that pictures were made of, each once, the newest first; kept
 * in a file that only its owner reads, replaced as a whole.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_PROMPT_HISTORY_LENGTH 100

#define GESSO_TYPE_PROMPT_HISTORY (gesso_prompt_history_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptHistory, gesso_prompt_history, GESSO, PROMPT_HISTORY, GObject)

/* Reads the file if there is one. file_name: within Gesso's folder of the user's state. */
GessoPromptHistory *gesso_prompt_history_new (const char *file_name);

/* GtkStringObjects. */
GListModel *gesso_prompt_history_get_list (GessoPromptHistory *self);
const char *gesso_prompt_history_get (GessoPromptHistory *self, guint i);

/* Puts a prompt in front, or moves it there, and writes the file soon, on a thread. Prompts of white
 * space alone are not kept. */
void gesso_prompt_history_add (GessoPromptHistory *self, const char *prompt);

G_END_DECLS
