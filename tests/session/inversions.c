/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of textual inversion: found by name, counted by their vectors, seen in the picture. */
#include "session-test.h"

#include "io/safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder; /* where such files are looked for */

static void
write_file (const char *name, const char *tensor_name, guint64 n, guint64 width, guint32 seed)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree float *values = g_new (float, n * width);
  const GsStoredTensor tensor = { .name = tensor_name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                  .shape = { n, width }, .data = values,
                                  .n_bytes = n * width * sizeof *values };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GError) error = NULL;

  for (guint64 i = 0; i < n * width; i++)
    values[i] = (float) g_rand_double_range (rand, -2, 2);
  gs_safetensors_write (path, &tensor, 1, NULL, &error);
  g_assert_no_error (error);
}

static guint
count (const char *prompt)
{
  g_autoptr (GError) error = NULL;
  guint n = 0, available;

  gs_session_count_tokens (session_test_get (), prompt, &n, &available, &error);
  g_assert_no_error (error);
  return n;
}

static GsImage *
picture_of (const char *prompt)
{
  GsRequest request = session_test_request ();

  request.prompt = prompt;
  request.steps = 2;
  return session_test_picture (&request);
}

static void
test_counts (void)
{
  guint house, zorbs, other;

  if (session_test_get () == NULL)
    return;
  house = count ("house");
  zorbs = count ("zorbs azorb");
  other = count ("other");
  write_file ("zorb.safetensors", "emb_params", 3, 96, 1);
  write_file ("big zorb.safetensors", "<big-zorb>", 5, 96, 2);
  write_file ("other.safetensors", "emb_params", 3, 768, 3); /* another model's */
  g_assert_cmpuint (count ("zorb"), ==, 3);
  g_assert_cmpuint (count ("house zorb house"), ==, 3 + 2 * house);
  g_assert_cmpuint (count ("(ZORB:1.2), house"), ==, count (", house") + 3);
  g_assert_cmpuint (count ("embedding:zorb"), ==, 3);
  g_assert_cmpuint (count ("big zorb"), ==, 5); /* the longest */
  g_assert_cmpuint (count ("<big-zorb> house"), ==, 5 + house);
  g_assert_cmpuint (count ("zorbs azorb"), ==, zorbs); /* within other words it is none */
  g_assert_cmpuint (count ("other"), ==, other);
}

static void
test_pictures (void)
{
  g_autoptr (GsImage) house = NULL, word = NULL, other = NULL, weighed = NULL, again = NULL;
  g_autoptr (GsImage) late = NULL;

  if (session_test_get () == NULL)
    return;
  house = picture_of ("a house");
  word = picture_of ("a zorb");
  other = picture_of ("a big zorb");
  weighed = picture_of ("a (zorb:1.4)");
  g_assert_false (session_test_same (house, word));
  g_assert_false (session_test_same (word, other));
  g_assert_false (session_test_same (word, weighed));
  /* A file that comes later works at once, and changes nothing else. */
  write_file ("newcomer.safetensors", "emb_params", 2, 96, 4);
  late = picture_of ("a newcomer");
  again = picture_of ("a zorb");
  g_assert_false (session_test_same (late, word));
  g_assert_true (session_test_same (word, again));
}

int
main (int argc, char **argv)
{
  static const char *const files[] = { "zorb", "big zorb", "other", "newcomer" };
  g_autofree char *data = g_dir_make_tmp ("gesso-words-XXXXXX", NULL);
  g_autofree char *above = g_build_filename (data, "gesso", NULL);
  int status;

  g_assert_nonnull (data);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_build_filename (above, "embeddings", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_test_add_func ("/inversions/counts", test_counts);
  g_test_add_func ("/inversions/pictures", test_pictures);
  status = session_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *file = g_strconcat (files[i], ".safetensors", NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_rmdir (above);
  g_rmdir (data);
  g_free (folder);
  return status;
}
