/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changing weights in a prompt's text from the keyboard: no widgets, text and cursor in, edit out.
 *
 * What is changed, in this order: the tag "<lora:name:0.8>" that the cursor is in, the group of
 * brackets that it is in, the word that it touches. A selection is wrapped, unless it is a group or
 * what a group holds. Old-style brackets, "((word))" and "[word]", become a number; at 1 the brackets
 * go away. The manner is that of AUTOMATIC1111/stable-diffusion-webui, javascript/edit-attention.js.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GESSO_WEIGHT_STEP 0.05

/* Positions are in characters; the selection is meant after the edit. */
typedef struct
{
  guint start, end;               /* this of the text ... */
  char *text;                     /* ... becomes this     */
  guint select_start, select_end; /* equal: the cursor    */
} GessoPromptEdit;

void gesso_prompt_edit_clear (GessoPromptEdit *edit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GessoPromptEdit, gesso_prompt_edit_clear)

/* selection_start and selection_end: in any order, equal for a cursor. n_steps: positive for stronger.
 * FALSE if there is nothing there to change or the weight is at its limit. */
gboolean gesso_prompt_weight_change (const char *text, guint selection_start, guint selection_end,
                                     int n_steps, GessoPromptEdit *edit);

G_END_DECLS
