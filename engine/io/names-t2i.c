/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T2I-Adapter names -> diffusers' (models/adapter.py):
 *
 *   conv_in                 conv_in
 *   body.N.block1           body.L.resnets.R.block1   with N = L blocks + R
 *   body.N.in_conv          body.L.in_conv
 *   body.L.body.R.block1    body.L.resnets.R.block1   of light ones
 *
 * TencentARC/T2I-Adapter (ldm/modules/encoders/adapter.py) numbers the blocks of all four levels in one
 * list, as many in each level. */
#include "io/names-parts.h"

#include <string.h>

#define LEVELS 4

/* "body.3.": moves on behind it. */
static gboolean
take_body (const char **rest, guint *index)
{
  return gs_names_take (rest, "body.") && gs_names_take_index (rest, index);
}

static gboolean
is_flat_block (const char *rest)
{
  return g_str_has_prefix (rest, "block1.") || g_str_has_prefix (rest, "block2.");
}

gboolean
gs_t2i_names_is_mark (const char *name)
{
  static const char *const inner[] = { "block1.", "block2.", "in_conv.", "out_conv.", "resnets.",
                                       "body." };
  guint index;

  if (!take_body (&name, &index))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (inner); i++)
    if (g_str_has_prefix (name, inner[i]))
      return TRUE;
  return FALSE;
}

void
gs_t2i_names_see (GsT2iNames *names, const char *rest)
{
  guint index;

  if (take_body (&rest, &index) && is_flat_block (rest))
    names->n_blocks = MAX (names->n_blocks, index + 1);
}

char *
gs_t2i_names_rename (const GsT2iNames *names, const char *rest)
{
  const guint per_level = MAX (names->n_blocks / LEVELS, 1);
  const char *inner = rest;
  guint index, block;

  if (!take_body (&inner, &index))
    return g_strdup (rest);
  if (gs_names_take (&inner, "body."))
    return gs_names_take_index (&inner, &block)
             ? g_strdup_printf ("body.%u.resnets.%u.%s", index, block, inner)
             : g_strdup (rest);
  if (is_flat_block (inner))
    return g_strdup_printf ("body.%u.resnets.%u.%s", index / per_level, index % per_level, inner);
  if (names->n_blocks > 0)
    return g_strdup_printf ("body.%u.%s", index / per_level, inner);
  return g_strdup (rest);
}
