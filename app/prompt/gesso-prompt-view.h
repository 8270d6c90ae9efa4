/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPromptView: a text view that says what belongs into it while it is empty.
 *
 * Properties: "text" (string), "placeholder-text" (string). A paste of a picture is handed to the
 * window's action win.paste.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GESSO_TYPE_PROMPT_VIEW (gesso_prompt_view_get_type ())
G_DECLARE_FINAL_TYPE (GessoPromptView, gesso_prompt_view, GESSO, PROMPT_VIEW, GtkTextView)

G_END_DECLS
