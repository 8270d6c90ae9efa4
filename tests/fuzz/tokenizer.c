/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as text, with the small vocabulary of the unit tests. */
#include "io/tokenizer.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  static GsTokenizer *tokenizer;
  g_autoptr (GArray) ids = NULL;

  if (tokenizer == NULL)
    tokenizer = gs_tokenizer_new_from_path (SMALL_VOCABULARY, NULL);
  g_assert (tokenizer != NULL);
  ids = gs_tokenizer_encode (tokenizer, (const char *) data, (gssize) n);
  for (guint i = 0; i < ids->len; i++)
    g_assert ((guint) g_array_index (ids, gint32, i) < gs_tokenizer_get_n_vocab (tokenizer));
  return 0;
}
