/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoHistoryPopover: the former prompts as a list. Its signal "chosen" (string) tells of one. */
#pragma once

#include "prompt/gesso-prompt-history.h"

G_BEGIN_DECLS

#define GESSO_TYPE_HISTORY_POPOVER (gesso_history_popover_get_type ())
G_DECLARE_FINAL_TYPE (GessoHistoryPopover, gesso_history_popover, GESSO, HISTORY_POPOVER,
                      GtkPopover)

/* Once. */
void gesso_history_popover_bind (GessoHistoryPopover *self, GessoPromptHistory *history);

G_END_DECLS
