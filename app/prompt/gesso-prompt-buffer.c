/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offsets to iterators and back. */
#include "gesso-prompt-buffer.h"

char *
gesso_prompt_buffer_dup_text (GtkTextBuffer *buffer)
{
  char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  return text;
}

void
gesso_prompt_buffer_get_selection (GtkTextBuffer *buffer, guint *start, guint *end)
{
  GtkTextIter first, last;

  gtk_text_buffer_get_selection_bounds (buffer, &first, &last);
  *start = (guint) gtk_text_iter_get_offset (&first);
  *end = (guint) gtk_text_iter_get_offset (&last);
}

void
gesso_prompt_buffer_apply (GtkTextBuffer *buffer, const GessoPromptEdit *edit)
{
  GtkTextIter start, end;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) edit->start);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int) edit->end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, edit->text, -1);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, (int) edit->select_start);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, (int) edit->select_end);
  gtk_text_buffer_select_range (buffer, &end, &start);
  gtk_text_buffer_end_user_action (buffer);
}
