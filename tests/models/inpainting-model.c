/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs with a 9-channel inpainting U-Net, and previews by TAESD: the golden miniature model. */
#include "gs.h"
#include "session/model.h"

#include <string.h>

#define SIDE 64

static GsSession *session;

/* The path of a golden file, or NULL. */
static char *
golden (const char *relative)
{
  const char *shared = g_getenv ("GESSO_SHARED");
  char *path = shared != NULL ? g_build_filename (shared, "golden", relative, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  return NULL;
}

/* Loads the miniature model, with some tensors replaced. FALSE: skipped. */
static gboolean
load (const char *override, GsComponent replaced, const char *replacement)
{
  g_autofree char *folder = golden ("formats/diffusers");
  g_autofree char *other_path = golden (override != NULL ? override : replacement);
  g_autoptr (GsCheckpoint) checkpoint = NULL, other = NULL;
  g_autoptr (GError) error = NULL;
  GsModel *model;

  if (session == NULL || folder == NULL || other_path == NULL)
    {
      g_test_skip (session == NULL ? "no Vulkan device" : "no golden files");
      return FALSE;
    }
  checkpoint = gs_checkpoint_open (folder, &error);
  g_assert_no_error (error);
  other = gs_checkpoint_open (other_path, &error);
  g_assert_no_error (error);
  if (override != NULL)
    gs_checkpoint_override (checkpoint, other);
  else
    g_assert_true (gs_checkpoint_replace (checkpoint, other, replaced));
  model = gs_model_new (session->device, session->dtype, g_steal_pointer (&checkpoint), &error);
  g_assert_no_error (error);
  gs_session_set_model (session, model);
  return TRUE;
}

static GsRequest
small_request (void)
{
  GsRequest request = GS_REQUEST_DEFAULT;

  request.prompt = "a";
  request.width = request.height = SIDE;
  request.steps = 2;
  return request;
}

static void
test_repaints_only_the_mask (void)
{
  g_autoptr (GsImage) picture = gs_image_new (SIDE, SIDE, 3);
  g_autoptr (GsImage) mask = gs_image_new (SIDE, SIDE, 1);
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;
  guint changed = 0;

  if (!load ("pipeline/inpaint9_conv_in.safetensors", GS_COMPONENT_UNET, NULL))
    return;
  g_assert_true (gs_model_config_is_inpainting (&session->model->config));
  for (guint i = 0; i < SIDE * SIDE * 3; i++)
    picture->pixels[i] = (guint8) (i * 5);
  for (guint y = 32; y < SIDE; y++)
    memset (mask->pixels + y * SIDE, 255, SIDE);
  request.init_image = picture;
  request.mask = mask;
  request.mask_feather = 0;
  result = gs_session_generate (session, &request, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (result->images[0]->pixels, 32 * SIDE * 3, picture->pixels, 32 * SIDE * 3);
  for (guint i = 32 * SIDE * 3; i < SIDE * SIDE * 3; i++)
    changed += result->images[0]->pixels[i] != picture->pixels[i];
  g_assert_cmpuint (changed, >, 32 * SIDE);
}

/* Black and white are what they always are; grey holds back what the model would repaint. */
static void
test_strengths (void)
{
  g_autoptr (GsImage) picture = gs_image_new (SIDE, SIDE, 3);
  g_autoptr (GsImage) mask = gs_image_new (SIDE, SIDE, 1);
  GsRequest request = small_request ();
  guint8 greys[] = { 255, 255, 120 };
  GsResult *results[3] = { NULL };
  gsize n = SIDE * SIDE * 3;

  if (!load ("pipeline/inpaint9_conv_in.safetensors", GS_COMPONENT_UNET, NULL))
    return;
  for (guint i = 0; i < n; i++)
    picture->pixels[i] = (guint8) (i * 5);
  request.init_image = picture;
  request.mask = mask;
  request.steps = 6;
  request.denoising_strength = 1;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      for (guint y = 32; y < SIDE; y++)
        memset (mask->pixels + y * SIDE, greys[i], SIDE);
      request.mask_is_strength = i > 0;
      results[i] = gs_session_generate (session, &request, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpmem (results[0]->images[0]->pixels, n, results[1]->images[0]->pixels, n);
  g_assert_cmpint (memcmp (results[1]->images[0]->pixels, results[2]->images[0]->pixels, n), !=, 0);
  for (guint i = 0; i < 3; i++)
    gs_result_free (results[i]);
}

static void
test_makes_pictures_from_nothing (void)
{
  GsRequest request = small_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;

  if (!load ("pipeline/inpaint9_conv_in.safetensors", GS_COMPONENT_UNET, NULL))
    return;
  result = gs_session_generate (session, &request, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (result->images[0]);
}

typedef struct
{
  guint n, width;
} Previews;

static gboolean
count_previews (const GsProgress *progress, gpointer user_data)
{
  Previews *previews = user_data;

  if (progress->preview != NULL)
    {
      previews->n++;
      previews->width = progress->preview->width;
    }
  return TRUE;
}

static void
test_taesd_previews (void)
{
  GsRequest request = small_request ();
  Previews previews = { 0 };
  guint64 needed, available;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;

  if (!load (NULL, GS_COMPONENT_TAESD, "vae/taesd.safetensors"))
    return;
  request.preview = GS_PREVIEW_BEST;
  g_assert_true (gs_session_estimate_memory (session, &request, &needed, &available, &error));
  result = gs_session_generate (session, &request, count_previews, &previews, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (previews.n, ==, request.steps);
  g_assert_cmpuint (previews.width, ==, SIDE);
  g_assert_cmpuint (result->peak_bytes, ==, needed);
  g_assert_false (session->model->has_preview); /* the linear map was not needed */
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  session = gs_session_new (NULL, NULL);
  g_test_add_func ("/inpainting-model/repaints-only-the-mask", test_repaints_only_the_mask);
  g_test_add_func ("/inpainting-model/strengths", test_strengths);
  g_test_add_func ("/inpainting-model/from-nothing", test_makes_pictures_from_nothing);
  g_test_add_func ("/inpainting-model/taesd-previews", test_taesd_previews);
  status = g_test_run ();
  gs_session_free (session);
  return status;
}
