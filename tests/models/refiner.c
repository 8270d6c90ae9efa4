/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A run that is handed over in its middle: to the byte what two runs by hand make, the second of which
 * resumes where the first one is left. With the starter and another of its kind, and with miniatures of
 * SDXL and its refiner.
 */
#include "gs.h"
#include "miniature.h"
#include "io/safetensors.h"
#include "session/model.h"

#include <string.h>

#define SIDE 64
#define STEPS 5
#define N_MADE 3 /* of them, at 0.6 */

static GsSession *session;
static char *folder; /* holds the miniatures' vocabulary, and the starter's kin */

static GsRequest
small_request (void)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a";
  request.width = request.height = SIDE;
  request.steps = STEPS;
  request.sampler = "euler-a";
  request.seed = 3;
  request.guidance_scale = 4;
  request.refiner_start = 0.6f;
  return request;
}

static GsResult *
generate (const GsRequest *request)
{
  g_autoptr (GError) error = NULL;
  GsResult *result = gs_session_generate (session, request, NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < result->n_images; i++)
    g_assert_nonnull (result->images[i]);
  return result;
}

static gboolean
same (const GsImage *a, const GsImage *b)
{
  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  return memcmp (a->pixels, b->pixels, (gsize) a->width * a->height * 3) == 0;
}

/* ---- The starter and its kin ---------------------------------------------------------------- */

/* The starter with another last convolution. */
static char *
write_kin (void)
{
  static const char name[] = "unet.conv_out.weight";
  char *path = g_build_filename (folder, "kin.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsCheckpoint) checkpoint = gs_checkpoint_open (gs_starter_path (), &error);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autofree float *values = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);
      const guint64 n = gs_stored_tensor_n_elements (&tensor);

      if (canonical == NULL)
        continue;
      tensor.name = canonical;
      if (g_str_equal (canonical, name))
        {
          values = g_new (float, n);
          for (guint64 k = 0; k < n; k++)
            values[k] = 0.8f * (float) gs_stored_tensor_get_float (&tensor, k);
          tensor.dtype = GS_DTYPE_F32;
          tensor.data = values;
          tensor.n_bytes = n * sizeof *values;
        }
      g_array_append_val (tensors, tensor);
    }
  gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                        gs_tensor_file_metadata (gs_checkpoint_files (checkpoint)->pdata[0]), &error);
  g_assert_no_error (error);
  return path;
}

static void
load (const char *path)
{
  g_autoptr (GError) error = NULL;

  gs_session_load_model (session, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* With the starter's own text encoder files. */
static void
copy_vocabulary (void)
{
  static const char *const names[] = { "vocab.json", "merges.txt" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *beside = g_path_get_dirname (gs_starter_path ());
      g_autofree char *from = g_build_filename (beside, names[i], NULL);
      g_autofree char *to = g_build_filename (folder, names[i], NULL);
      g_autofree char *text = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (from, &text, &n, NULL));
      g_assert_true (g_file_set_contents (to, text, n, NULL));
    }
}

/* What one picture becomes when the models are changed by hand. */
static GsImage *
by_hand (const GsRequest *request, const char *kin, guint n_made)
{
  GsRequest half = *request;
  g_autoptr (GsResult) first = NULL, second = NULL;

  load (NULL);
  half.refiner = NULL;
  half.batch = 1;
  half.keep_steps = TRUE;
  first = generate (&half);
  load (kin);
  half.resume = first->steps[0];
  half.resume_step = n_made;
  second = generate (&half);
  g_assert_false (same (first->images[0], second->images[0]));
  return g_steal_pointer (&second->images[0]);
}

static void
test_batch (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsResult) result = NULL, alone = NULL;
  g_autoptr (GsImage) want = NULL, want_next = NULL;
  g_autofree char *kin = NULL;
  g_autoptr (GsSettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  kin = write_kin ();
  copy_vocabulary ();
  want = by_hand (&request, kin, N_MADE);
  request.seed++;
  want_next = by_hand (&request, kin, N_MADE);
  request.seed--;

  load (NULL);
  alone = generate (&request);
  request.refiner = kin;
  request.batch = 2;
  request.keep_steps = TRUE;
  result = generate (&request);
  g_assert_true (same (result->images[0], want));
  g_assert_true (same (result->images[1], want_next));
  g_assert_cmpuint (gs_steps_get_n (result->steps[0]), ==, STEPS);
  g_assert_nonnull (strstr (result->parameters[0], "Model: Starter"));
  g_assert_nonnull (strstr (result->parameters[0], "Refiner: kin, Refiner switch at: 0.6"));
  settings = gs_settings_parse (result->parameters[0], &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settings->refiner, ==, "kin");
  g_assert_cmpfloat (settings->request.refiner_start, ==, 0.6f);

  /* The first model is as it was. */
  request.refiner = NULL;
  request.batch = 1;
  {
    g_autoptr (GsResult) again = generate (&request);

    g_assert_true (same (again->images[0], alone->images[0]));
  }
  request.refiner = kin;
  request.refiner_start = 1;
  {
    g_autoptr (GsResult) never = generate (&request);

    g_assert_true (same (never->images[0], alone->images[0]));
    g_assert_null (strstr (never->parameters[0], "Refiner"));
  }
}

/* A run of half the strength is handed over at the same noise, a run to go on from where it was
 * left. */
static void
test_from_a_picture (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsImage) picture = gs_image_new (SIDE, SIDE, 3), want = NULL;
  g_autofree char *kin = g_build_filename (folder, "kin.safetensors", NULL);
  g_autoptr (GsResult) result = NULL, later = NULL;

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  for (guint i = 0; i < SIDE * SIDE * 3; i++)
    picture->pixels[i] = (guint8) (i * 5);
  request.init_image = picture;
  request.width = request.height = 0;
  request.sampler = "ddim";
  request.denoising_strength = 0.8f;
  want = by_hand (&request, kin, N_MADE - 1);
  load (NULL);
  request.refiner = kin;
  request.keep_steps = TRUE;
  result = generate (&request);
  g_assert_true (same (result->images[0], want));

  request.resume = result->steps[0];
  request.resume_step = N_MADE;
  later = generate (&request);
  g_assert_true (same (later->images[0], want));
}

/* One leaves before the other comes, and pictures stay the same; the peak is that of one. */
static void
test_memory (void)
{
  GsRequest request = small_request ();
  g_autofree char *kin = g_build_filename (folder, "kin.safetensors", NULL);
  g_autoptr (GsResult) want = NULL, got = NULL;
  g_autoptr (GError) error = NULL;
  guint64 needed, available;
  const guint64 limit = session != NULL ? session->memory_limit : 0;

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  request.refiner = kin;
  load (NULL);
  want = generate (&request);
  for (guint part = 10; part >= 6; part -= 2)
    {
      load (NULL);
      session->memory_limit = G_MAXUINT64;
      g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
      session->memory_limit = needed * part / 10;
      got = generate (&request);
      g_test_message ("%u%%: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, part * 10, got->peak_bytes,
                      session->memory_limit);
      g_assert_cmpuint (got->peak_bytes, <=, session->memory_limit);
      g_assert_true (same (got->images[0], want->images[0]));
      g_assert_null (got->notes);
      g_clear_pointer (&got, gs_result_free);
    }
  g_assert_cmpuint (want->peak_bytes, >, needed);
  session->memory_limit = limit;
}

static void
test_refused (void)
{
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;

  if (session == NULL)
    {
      g_test_skip ("no Vulkan device");
      return;
    }
  load (NULL);
  request.refiner = "nobody";
  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_BAD_FILE);
  g_assert_nonnull (strstr (error->message, "nobody"));
  g_clear_error (&error);
  request.refiner_start = -1;
  g_assert_null (gs_session_generate (session, &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT);
}

/* ---- SDXL ----------------------------------------------------------------------------------- */

/* Leaves columns of a matrix out. */
static void
cut (GsCheckpoint *checkpoint, const char *name, guint64 from, guint64 n)
{
  GsStoredTensor tensor = *gs_checkpoint_find (checkpoint, name);
  const guint64 columns = tensor.shape[1], left = columns - n;
  float *values = g_new (float, tensor.shape[0] * left);
  g_autoptr (GBytes) bytes = NULL;

  for (guint64 row = 0; row < tensor.shape[0]; row++)
    for (guint64 i = 0; i < left; i++)
      values[row * left + i] = (float) gs_stored_tensor_get_float (&tensor, row * columns
                                                                                + (i < from ? i : i + n));
  tensor.shape[1] = left;
  tensor.dtype = GS_DTYPE_F32;
  tensor.data = values;
  tensor.n_bytes = tensor.shape[0] * left * sizeof *values;
  bytes = g_bytes_new_take (values, tensor.n_bytes);
  gs_checkpoint_add (checkpoint, name, &tensor, bytes);
}

/* The base; or of it what a refiner is: the second text encoder alone, and a score for two sizes. */
static GsModel *
new_sdxl (gboolean is_refiner, const GsModelConfig *base)
{
  g_autoptr (GsCheckpoint) checkpoint = miniature_sdxl (folder, is_refiner);
  g_autoptr (GPtrArray) narrow = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GsModel *model;

  if (checkpoint == NULL)
    return NULL;
  if (is_refiner)
    {
      for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
        {
          const char *canonical;

          gs_checkpoint_tensor (checkpoint, i, &canonical);
          if (canonical != NULL && (g_str_has_suffix (canonical, "attn2.to_k.weight")
                                    || g_str_has_suffix (canonical, "attn2.to_v.weight")))
            g_ptr_array_add (narrow, g_strdup (canonical));
        }
      for (guint i = 0; i < narrow->len; i++)
        cut (checkpoint, narrow->pdata[i], 0, base->clip.width);
      cut (checkpoint, "unet.add_embedding.linear_1.weight",
           base->clip_2.projection_width + 5 * base->unet.size_width, base->unet.size_width);
    }
  model = gs_model_new (session->device, session->dtype, g_steal_pointer (&checkpoint), &error);
  g_assert_no_error (error);
  return model;
}

static void
test_sdxl (void)
{
  GsRequest request = small_request ();
  g_autoptr (GsResult) first = NULL, second = NULL, whole = NULL;
  GsModel *base = session != NULL ? new_sdxl (FALSE, NULL) : NULL;
  GsModelConfig config;

  if (base == NULL)
    {
      g_test_skip ("no Vulkan device, or no golden files");
      return;
    }
  config = base->config;
  request.negative_prompt = "b";
  request.keep_steps = TRUE;
  gs_session_set_model (session, base);
  first = generate (&request);
  gs_session_set_model (session, new_sdxl (TRUE, &config));
  g_assert_cmpstr (gs_model_config_family_name (&session->model->config), ==, "SDXL refiner");
  request.resume = first->steps[0];
  request.resume_step = N_MADE;
  second = generate (&request);
  g_assert_false (same (first->images[0], second->images[0]));

  gs_session_set_model (session, new_sdxl (FALSE, NULL));
  session->refiner = new_sdxl (TRUE, &config);
  request.resume = NULL;
  request.refiner = folder;
  whole = generate (&request);
  g_assert_true (same (whole->images[0], second->images[0]));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, NULL);
  folder = miniature_folder_new ();
  g_test_add_func ("/refiner/sdxl", test_sdxl);
  g_test_add_func ("/refiner/batch", test_batch);
  g_test_add_func ("/refiner/from-a-picture", test_from_a_picture);
  g_test_add_func ("/refiner/memory", test_memory);
  g_test_add_func ("/refiner/refused", test_refused);
  status = g_test_run ();
  gs_session_free (session);
  miniature_folder_remove (folder);
  return status;
}
