/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place in the history, with the draft at its near end. */
#include "gesso-prompt-recall.h"

void
gesso_prompt_recall_set_history (GessoPromptRecall *self, GessoPromptHistory *history)
{
  g_set_object (&self->history, history);
  self->place = GESSO_PROMPT_DRAFT;
}

void
gesso_prompt_recall_clear (GessoPromptRecall *self)
{
  g_clear_object (&self->history);
  g_clear_pointer (&self->draft, g_free);
}

/* NULL beyond either end. */
static const char *
get_text (GessoPromptRecall *self, int place)
{
  if (place == GESSO_PROMPT_DRAFT)
    return self->draft;
  return place < 0 ? NULL : gesso_prompt_history_get (self->history, (guint) place);
}

const char *
gesso_prompt_recall_step (GessoPromptRecall *self, const char *text, gboolean older)
{
  const char *next;
  int place;

  if (self->history == NULL)
    return NULL;

  /* What was changed since is a draft of its own. */
  if (g_strcmp0 (get_text (self, self->place), text) != 0)
    {
      self->place = GESSO_PROMPT_DRAFT;
      g_free (self->draft);
      self->draft = g_strdup (text);
    }

  place = self->place;
  do
    next = get_text (self, place += older ? 1 : -1);
  while (next && g_strcmp0 (next, text) == 0);
  if (next)
    self->place = place;

  return next;
}
