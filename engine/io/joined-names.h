/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One name for several tensors of equal sizes that follow each other along the first dimension:
 * "self_attn.{q_proj,k_proj,v_proj}.weight". */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names that a joined one stands for, ended by NULL; NULL if it is a plain one. */
char **gs_joined_names_split (const char *name);

G_END_DECLS
