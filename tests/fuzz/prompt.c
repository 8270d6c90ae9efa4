/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as a prompt, into its chunks; and as a picture's settings. */
#include "io/parameters.h"
#include "io/prompt.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  static GsTokenizer *tokenizer;
  g_autofree char *text = g_strndup ((const char *) data, n);
  g_autoptr (GArray) chunks = NULL;
  guint n_tokens, n_places;

  if (tokenizer == NULL)
    tokenizer = gs_tokenizer_new_from_path (SMALL_VOCABULARY, NULL);
  g_assert (tokenizer != NULL);
  chunks = gs_prompt_chunks (tokenizer, text, NULL, NULL);
  gs_prompt_count (tokenizer, text, &n_tokens, &n_places);
  gs_parameters_free (gs_parameters_parse (text, NULL));
  return 0;
}
