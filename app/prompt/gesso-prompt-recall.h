/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going through former prompts and back to what was being written. */
#pragma once

#include "prompt/gesso-prompt-history.h"

G_BEGIN_DECLS

typedef struct
{
  GessoPromptHistory *history; /* NULL: none */
  int                 place;   /* in the history, 0 is the newest, or GESSO_PROMPT_DRAFT */
  char               *draft;   /* what stood there before */
} GessoPromptRecall;

#define GESSO_PROMPT_DRAFT (-1)

/* history: may be NULL. */
void        gesso_prompt_recall_set_history (GessoPromptRecall *self, GessoPromptHistory *history);
void        gesso_prompt_recall_clear       (GessoPromptRecall *self);

/* The next text, which is another than the one that is there now; NULL at the end. */
const char *gesso_prompt_recall_step (GessoPromptRecall *self, const char *text, gboolean older);

G_END_DECLS
