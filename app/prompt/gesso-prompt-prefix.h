/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The beginning of a name that stands before the cursor, and what becomes of the text when the name is
 * chosen: no widgets. */
#pragma once

#include "prompt/gesso-prompt-weight.h"

G_BEGIN_DECLS

typedef struct
{
  guint start, end; /* what a name replaces, in characters */
  gboolean in_tag;  /* behind "<lora:" */
  gboolean closed;  /* and the tag goes on behind the name */
  char *prefix;     /* folded; may be empty in a tag */
} GessoPromptPrefix;

void gesso_prompt_prefix_clear (GessoPromptPrefix *prefix);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GessoPromptPrefix, gesso_prompt_prefix_clear)

/* FALSE if nothing before the cursor could be completed. */
gboolean gesso_prompt_prefix_find (const char *text, guint cursor, GessoPromptPrefix *prefix);

/* The edit that puts a name there, as a tag if it is a network's. */
void gesso_prompt_prefix_complete (const GessoPromptPrefix *prefix, const char *name,
                                   gboolean is_network, GessoPromptEdit *edit);

G_END_DECLS
