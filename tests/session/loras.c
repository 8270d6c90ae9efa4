/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LoRA of prompts: they change pictures as far as their strengths say, and leave no trace. */
#include "session-test.h"

#include "io/safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder; /* where LoRA are looked for */

#define MAX_TENSORS 8

typedef struct
{
  GsStoredTensor tensors[MAX_TENSORS];
  float         *values[MAX_TENSORS];
  guint          n;
} File;

static void
add (File *file, const char *name, guint64 rows, guint64 columns)
{
  GRand *rand = g_rand_new_with_seed (file->n + 1);
  const guint64 n = rows * columns;
  float *values = g_new (float, n);

  for (guint64 i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -0.4, 0.4);
  file->values[file->n] = values;
  file->tensors[file->n++] = (GsStoredTensor) { .name = name, .dtype = GS_DTYPE_F32, .n_dims = 2,
                                                .shape = { rows, columns }, .data = values,
                                                .n_bytes = n * sizeof *values };
  g_rand_free (rand);
}

static void
write_file (File *file, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  gs_safetensors_write (path, file->tensors, file->n, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < file->n; i++)
    g_free (file->values[i]);
}

/* Of the starter's text encoder, 96 wide, and of its U-Net, 128 wide in the middle. */
static void
write_files (void)
{
  File both = { 0 }, partly = { 0 }, foreign = { 0 }, damaged = { 0 };

  add (&both, "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 4, 96);
  add (&both, "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", 384, 4);
  add (&both, "lora_unet_mid_block_resnets_0_conv1.lora_down.weight", 4, 128 * 9);
  add (&both, "lora_unet_mid_block_resnets_0_conv1.lora_up.weight", 128, 4);
  write_file (&both, "both.safetensors");
  add (&partly, "lora_unet_middle_block_0_in_layers_2.lora_down.weight", 4, 128 * 9);
  add (&partly, "lora_unet_middle_block_0_in_layers_2.lora_up.weight", 128, 4);
  add (&partly, "lora_unet_down_blocks_7_elsewhere.lora_up.weight", 8, 8);
  write_file (&partly, "partly.safetensors");
  add (&foreign, "lora_unet_down_blocks_7_elsewhere.lora_down.weight", 8, 8);
  write_file (&foreign, "foreign.safetensors");
  add (&damaged, "lora_unet_mid_block_resnets_0_conv1.lora_down.weight", 4, 100);
  add (&damaged, "lora_unet_mid_block_resnets_0_conv1.lora_up.weight", 128, 4);
  write_file (&damaged, "damaged.safetensors");
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
test_strengths (void)
{
  g_autoptr (GsImage) without = NULL, none = NULL, full = NULL, half = NULL, text = NULL;
  g_autoptr (GsImage) unet = NULL, again = NULL, full_again = NULL;

  if (session_test_get () == NULL)
    return;
  without = picture_of ("a red house");
  none = picture_of ("a red house<lora:both:0>");
  full = picture_of ("<lora:both>a red house");
  half = picture_of ("a red house<lora:both:0.5>");
  text = picture_of ("a red house<lora:both:1:0>");
  unet = picture_of ("a red house<lora:both:0:1>");
  again = picture_of ("a red house");
  full_again = picture_of ("a red house<lora:both:te=1:unet=1>");
  g_assert_true (session_test_same (without, none));
  g_assert_false (session_test_same (without, full));
  g_assert_false (session_test_same (half, full));
  g_assert_false (session_test_same (without, half));
  g_assert_false (session_test_same (without, text));
  g_assert_false (session_test_same (without, unet));
  g_assert_false (session_test_same (text, unet));
  g_assert_true (session_test_same (without, again));
  g_assert_true (session_test_same (full, full_again));
}

/* Two at once are neither of them; a negative strength takes away. */
static void
test_together (void)
{
  g_autoptr (GsImage) without = NULL, two = NULL, one = NULL, cancelled = NULL;

  if (session_test_get () == NULL)
    return;
  without = picture_of ("a red house");
  one = picture_of ("a red house<lora:both>");
  two = picture_of ("a red house<lora:both><lora:partly:0.7>");
  cancelled = picture_of ("a red house<lora:partly:1><lora:partly:-1>");
  g_assert_false (session_test_same (one, two));
  /* The sum is zero but for rounding. */
  g_assert_cmpfloat (session_test_difference (without, cancelled), <, 1);
}

static void
test_notes (void)
{
  GsRequest request = session_test_request ();
  g_autoptr (GsResult) result = NULL, quiet = NULL;

  if (session_test_get () == NULL)
    return;
  request.steps = 1;
  request.prompt = "a house<lora:partly>";
  result = session_test_generate (&request);
  g_assert_nonnull (result->notes);
  g_assert_cmpuint (g_strv_length (result->notes), ==, 1);
  g_assert_nonnull (strstr (result->notes[0], "down_blocks_7_elsewhere"));
  g_assert_nonnull (strstr (result->parameters[0], "<lora:partly>"));
  request.prompt = "a house<lora:both>";
  quiet = session_test_generate (&request);
  g_assert_null (quiet->notes);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *prompt, *says;
    int code;
  } cases[] = {
    { "a house<lora:nobody:1>", "nobody", GS_ERROR_BAD_FILE },
    { "a house<lora:../both:1>", "../both", GS_ERROR_BAD_FILE },
    { "a house<lora:foreign:1>", "another kind", GS_ERROR_UNSUPPORTED },
    { "a house<lora:damaged:1>", "damaged", GS_ERROR_BAD_FILE },
  };
  g_autoptr (GsImage) before = NULL, after = NULL;

  if (session_test_get () == NULL)
    return;
  before = picture_of ("a house");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GsRequest request = session_test_request ();
      g_autoptr (GError) error = NULL;

      request.prompt = cases[i].prompt;
      g_assert_null (gs_session_generate (session_test_get (), &request, NULL, NULL, &error));
      g_assert_error (error, GS_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].says));
    }
  after = picture_of ("a house");
  g_assert_true (session_test_same (before, after));
}

/* The tag is no text: it fills no tokens. */
static void
test_tokens (void)
{
  g_autoptr (GError) error = NULL;
  guint n, available;

  if (session_test_get () == NULL)
    return;
  gs_session_count_tokens (session_test_get (), "red<lora:both:0.8>", &n, &available, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
}

static void
remove_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("gesso-loras-XXXXXX", NULL);
  g_autofree char *above = g_build_filename (data, "gesso", NULL);
  int status;

  g_assert_nonnull (data);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = g_build_filename (above, "loras", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  write_files ();
  g_test_add_func ("/loras/strengths", test_strengths);
  g_test_add_func ("/loras/together", test_together);
  g_test_add_func ("/loras/notes", test_notes);
  g_test_add_func ("/loras/errors", test_errors);
  g_test_add_func ("/loras/tokens", test_tokens);
  status = session_test_run ();
  remove_file ("both.safetensors");
  remove_file ("partly.safetensors");
  remove_file ("foreign.safetensors");
  remove_file ("damaged.safetensors");
  g_rmdir (folder);
  g_rmdir (above);
  g_rmdir (data);
  g_free (folder);
  return status;
}
