/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte pair encoding against the textbook's way. */
#include "io/tokenizer-bpe.h"

/* The textbook's way: the pair of lowest rank, everywhere from left to right, again and again. */
static char *
encode_slowly (const char *const (*merges)[2], guint n_merges, const char *word)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = word; *p != '\0'; p++)
    g_ptr_array_add (pieces, g_strdup_printf ("%c%s", *p, p[1] == '\0' ? "</w>" : ""));
  for (;;)
    {
      guint best = n_merges;

      for (guint i = 0; i + 1 < pieces->len; i++)
        for (guint m = 0; m < best; m++)
          if (g_str_equal (pieces->pdata[i], merges[m][0]) && g_str_equal (pieces->pdata[i + 1], merges[m][1]))
            best = m;
      if (best == n_merges)
        break;
      for (guint i = 0; i + 1 < pieces->len; i++)
        if (g_str_equal (pieces->pdata[i], merges[best][0]) &&
            g_str_equal (pieces->pdata[i + 1], merges[best][1]))
          {
            char *joined = g_strconcat (pieces->pdata[i], pieces->pdata[i + 1], NULL);

            g_ptr_array_remove_index (pieces, i + 1);
            g_free (pieces->pdata[i]);
            pieces->pdata[i] = joined;
          }
    }
  for (guint i = 0; i < pieces->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", (char *) pieces->pdata[i]);
  return g_strdup (out->str);
}

/* Random words over a vocabulary with traps: merges that produce the same token, out of order. */
static void
test_merge_order (void)
{
  static const char *const merges[][2] = {
    { "ab", "a" }, { "a", "b" }, { "abc", "a" }, { "b", "c" }, { "a", "bc" }, { "ab", "c" },
    { "a", "a" },  { "aa", "a" }, { "c", "a</w>" }, { "b", "b</w>" }, { "bb", "b</w>" }, { "b", "b" },
    { "aa", "aa" }, { "c", "c" },
  };
  g_autoptr (GsBpe) bpe = gs_bpe_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *letters = "abc";

  for (guint i = 0; i < 3; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("%c", letters[i]));
      g_ptr_array_add (names, g_strdup_printf ("%c</w>", letters[i]));
    }
  for (guint i = 0; i < G_N_ELEMENTS (merges); i++)
    {
      gs_bpe_add_merge (bpe, merges[i][0], merges[i][1]);
      g_ptr_array_add (names, g_strconcat (merges[i][0], merges[i][1], NULL));
    }
  for (guint i = 0; i < names->len; i++)
    gs_bpe_set_id (bpe, names->pdata[i], (gint32) i);
  gs_bpe_finish (bpe, 0);

  for (guint round = 0; round < 3000; round++)
    {
      char word[24] = { 0 };
      gint32 n = g_test_rand_int_range (1, sizeof word);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      g_autoptr (GString) got = g_string_new (NULL);
      g_autofree char *want = NULL;

      for (gint32 i = 0; i < n; i++)
        word[i] = letters[g_test_rand_int_range (0, 3)];
      gs_bpe_encode (bpe, word, (gsize) n, ids);
      for (guint i = 0; i < ids->len; i++)
        g_string_append_printf (got, "%s%s", i > 0 ? " " : "",
                                (char *) names->pdata[g_array_index (ids, gint32, i)]);
      want = encode_slowly (merges, G_N_ELEMENTS (merges), word);
      g_assert_cmpstr (got->str, ==, want);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer-bpe/merge-order", test_merge_order);
  return g_test_run ();
}
