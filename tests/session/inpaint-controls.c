/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ControlNet, control-LoRA and T2I-Adapter beside a 9-channel U-Net, the starter's with a first convolution
 * for mask and picture; and all of them with little memory, which changes no byte.
 */
#include "control-file.h"
#include "session-test.h"

#include "io/checkpoint.h"
#include "io/safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

#define SIDE 64

static char *folder;
static GsImage *picture, *mask;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
write_model (void)
{
  static const char name[] = "unet.conv_in.weight";
  char *path = path_of ("inpainting.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_autofree float *values = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);
      const guint64 old = tensor.shape[1] * 9, new = (2 * tensor.shape[1] + 1) * 9;

      if (canonical == NULL)
        continue;
      tensor.name = canonical;
      if (g_str_equal (canonical, name))
        {
          values = g_new (float, tensor.shape[0] * new);
          for (guint64 o = 0; o < tensor.shape[0]; o++)
            for (guint64 k = 0; k < new; k++)
              values[o * new + k] = k < old ? (float) gs_stored_tensor_get_float (&tensor, o * old + k)
                                            : (float) g_rand_double_range (random, -0.1, 0.1);
          tensor.shape[1] = new / 9;
          tensor.dtype = GS_DTYPE_F32;
          tensor.data = values;
          tensor.n_bytes = tensor.shape[0] * new * sizeof *values;
        }
      g_array_append_val (tensors, tensor);
    }
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (gs_checkpoint_files (checkpoint)->pdata[0]), &error);
  g_assert_no_error (error);
  return path;
}

static void
copy_vocabulary (void)
{
  static const char *const names[] = { "vocab.json", "merges.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *beside = g_path_get_dirname (gs_starter_path ());
      g_autofree char *from = g_build_filename (beside, names[i], NULL), *to = path_of (names[i]);
      g_autofree char *text = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (from, &text, &n, NULL));
      g_assert_true (g_file_set_contents (to, text, n, NULL));
    }
}

static GsSession *
open_session (const char *model, guint64 limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsSession) session = gs_session_new (&(GsSessionOptions) { .memory_limit = limit }, &error);

  if (session == NULL)
    {
      g_test_skip (error->message);
      return NULL;
    }
  gs_session_load_model (session, model, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (gs_session_get_model (session)->is_inpainting);
  return g_steal_pointer (&session);
}

static GsRequest
repaint (const GsControl *controls, guint n)
{
  GsRequest request = session_test_request ();

  request.width = request.height = 0;
  request.init_image = picture;
  request.mask = mask;
  request.steps = 3;
  request.guidance_scale = 3;
  request.denoising_strength = 1;
  request.controls = controls;
  request.n_controls = n;
  return request;
}

static GsImage *
make (GsSession *session, const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = gs_session_generate (session, request, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (result->images[0]);
  return g_steal_pointer (&result->images[0]);
}

/* In every tier that the limit leads to. */
static void
assert_same_with_less (const char *model, const GsRequest *request, GsSession *session,
                       const GsImage *want)
{
  g_autoptr (GError) error = NULL;
  guint64 needed, available;

  g_assert_true (gs_session_estimate_memory (session, request, &needed, &available, &error));
  g_assert_no_error (error);
  for (guint part = 9; part >= 5; part -= 2)
    {
      g_autoptr (GsSession) small = open_session (model, needed * part / 10);
      g_autofree char *plan = gs_session_describe_memory (small, request, &error);
      g_autoptr (GsImage) got = NULL;

      g_assert_no_error (error);
      g_test_message ("%u%%: %s", part * 10, plan);
      got = make (small, request);
      g_assert_true (session_test_same (got, want));
    }
}

static void
test_kinds (void)
{
  static const struct
  {
    ControlKind kind;
    const char *name;
  } kinds[] = {
    { CONTROL_FILE_COPY, "copy.safetensors" },
    { CONTROL_FILE_LORA_OF_ONE, "lora.safetensors" },
    { CONTROL_FILE_ADAPTER, "adapter.safetensors" },
  };
  g_autofree char *model = write_model ();
  g_autoptr (GsSession) session = open_session (model, 0);
  GsControl controls[G_N_ELEMENTS (kinds)];
  g_autoptr (GsImage) without = NULL, all = NULL;
  GsRequest request = repaint (NULL, 0);

  if (session == NULL)
    return;
  without = make (session, &request);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GsImage) guided = NULL, none = NULL;

      controls[i] = GS_CONTROL_DEFAULT;
      controls[i].path = control_file_write (kinds[i].kind, folder, kinds[i].name);
      controls[i].image = picture;
      controls[i].preprocess = GS_PREPROCESS_CANNY;
      request = repaint (&controls[i], 1);
      guided = make (session, &request);
      g_test_message ("%s: %.2f of 255", kinds[i].name, session_test_difference (guided, without));
      g_assert_false (session_test_same (guided, without));
      /* The upper half is not repainted. */
      g_assert_cmpmem (guided->pixels, SIDE * SIDE * 3 / 2, picture->pixels, SIDE * SIDE * 3 / 2);
      controls[i].strength = 0;
      none = make (session, &request);
      g_assert_true (session_test_same (none, without));
      controls[i].strength = 1;
      assert_same_with_less (model, &request, session, guided);
    }
  /* One begins where another ends. */
  controls[0].end = 0.5f;
  controls[2].start = 0.4f;
  request = repaint (controls, G_N_ELEMENTS (kinds));
  all = make (session, &request);
  g_assert_false (session_test_same (all, without));
  assert_same_with_less (model, &request, session, all);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_free ((char *) controls[i].path);
}

/* What a control does is the same for the ordinary U-Net that sees nothing but the latent: with no weight
 * on mask and picture the two are one. */
static void
test_same_as_ordinary (void)
{
  g_autofree char *model = path_of ("inpainting.safetensors"), *control = path_of ("copy.safetensors");
  g_autoptr (GsCheckpoint) checkpoint = NULL;
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GsSession) session = NULL;
  g_autoptr (GsImage) ordinary = NULL, blind = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *blind_path = path_of ("blind.safetensors");
  g_autofree float *values = NULL;
  GsControl use = GS_CONTROL_DEFAULT;
  GsRequest request;

  if (session_test_get () == NULL)
    return;
  checkpoint = gs_checkpoint_open (model, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);

      tensor.name = canonical;
      if (g_str_equal (canonical, "unet.conv_in.weight"))
        {
          const guint64 row = tensor.shape[1] * 9;

          values = g_memdup2 (tensor.data, tensor.n_bytes);
          for (guint64 k = 0; k < tensor.shape[0] * row; k++)
            if (k % row >= tensor.shape[1] / 2 * 9)
              values[k] = 0;
          tensor.data = values;
        }
      g_array_append_val (tensors, tensor);
    }
  gs_safetensors_write (blind_path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (gs_checkpoint_files (checkpoint)->pdata[0]), &error);
  g_assert_no_error (error);
  use.path = control;
  use.image = picture;
  request = repaint (&use, 1);
  request.mask = NULL; /* an ordinary one puts back what is outside */
  request.init_image = NULL;
  request.width = request.height = SIDE;
  session = open_session (blind_path, 0);
  blind = make (session, &request);
  ordinary = session_test_picture (&request);
  /* Longer sums of the same numbers. */
  g_assert_cmpfloat (session_test_difference (blind, ordinary), <, 0.5);
}

static void
remove_files (void)
{
  static const char *const names[] = { "inpainting.safetensors", "vocab.json", "merges.txt",
                                       "copy.safetensors", "lora.safetensors", "adapter.safetensors",
                                       "blind.safetensors", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_of (names[i]);

      g_remove (path);
    }
  g_free (folder);
}

/* Said before any picture is read. */
static void
test_not_taught (void)
{
  g_autofree char *model = write_model ();
  g_autoptr (GsSession) session = open_session (model, 0);
  GsTrainingOptions options = GS_TRAINING_OPTIONS_DEFAULT;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    return;
  options.data = "nowhere";
  options.state = "nowhere";
  options.word = "zorb";
  g_assert_null (gs_training_new (session, &options, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "Models for inpainting or editing are not taught"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-inpaint-controls-XXXXXX", NULL);
  g_assert_nonnull (folder);
  copy_vocabulary ();
  picture = session_test_gradients (SIDE, SIDE);
  for (guint y = 20; y < 44; y++) /* something with edges */
    memset (picture->pixels + (y * SIDE + 16) * 3, y % 8 < 4 ? 255 : 0, 32 * 3);
  mask = session_test_mask (SIDE, SIDE, 0, SIDE / 2 + 8, SIDE, SIDE / 2 - 8);
  g_test_add_func ("/inpaint-controls/kinds", test_kinds);
  g_test_add_func ("/inpaint-controls/same-as-ordinary", test_same_as_ordinary);
  g_test_add_func ("/inpaint-controls/not-taught", test_not_taught);
  status = session_test_run ();
  gs_image_free (picture);
  gs_image_free (mask);
  remove_files ();
  return status;
}
