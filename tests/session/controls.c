/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ControlNets of requests: made of the starter's own U-Net, as ControlNets begin. */
#include "control-file.h"
#include "session-test.h"

#include <glib/gstdio.h>
#include <string.h>

static char *folder;
static GsImage *drawing;

static GsImage *
picture_with (const GsControl *controls, guint n)
{
  GsRequest request = session_test_request ();

  request.steps = 2;
  request.controls = controls;
  request.n_controls = n;
  return session_test_picture (&request);
}

static GsControl
control_of (const char *path, float strength)
{
  GsControl control = GS_CONTROL_DEFAULT;

  control.path = path;
  control.image = drawing;
  control.strength = strength;
  return control;
}

static GsImage *
picture_of (const char *path, float strength)
{
  const GsControl control = control_of (path, strength);

  return picture_with (&control, 1);
}

static void
test_strengths (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GsImage) without = NULL, none = NULL, half = NULL, full = NULL, again = NULL;
  g_autoptr (GsImage) after = NULL;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  without = picture_with (NULL, 0);
  full = picture_of (path, 1);
  half = picture_of (path, 0.5f);
  none = picture_of (path, 0);
  again = picture_of (path, 1);
  after = picture_with (NULL, 0);
  g_assert_true (session_test_same (without, none));
  g_assert_true (session_test_same (without, after));
  g_assert_true (session_test_same (full, again));
  g_assert_false (session_test_same (full, without));
  g_assert_false (session_test_same (full, half));
  g_assert_false (session_test_same (half, without));
}

/* Nothing on top of the U-Net's weights is the U-Net's weights. */
static void
test_kinds (void)
{
  g_autofree char *copy = NULL, *lora = NULL, *difference = NULL, *one = NULL, *lora_one = NULL;
  g_autoptr (GsImage) by_copy = NULL, by_lora = NULL, by_difference = NULL, by_one = NULL;
  g_autoptr (GsImage) by_lora_one = NULL;

  if (session_test_get () == NULL)
    return;
  copy = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  lora = control_file_write (CONTROL_FILE_LORA, folder, "lora.safetensors");
  difference = control_file_write (CONTROL_FILE_DIFFERENCE, folder, "difference.safetensors");
  one = control_file_write (CONTROL_FILE_COPY_OF_ONE, folder, "one.safetensors");
  lora_one = control_file_write (CONTROL_FILE_LORA_OF_ONE, folder, "lora-one.safetensors");
  by_copy = picture_of (copy, 1);
  by_lora = picture_of (lora, 1);
  by_difference = picture_of (difference, 1);
  by_one = picture_of (one, 1);
  by_lora_one = picture_of (lora_one, 1);
  g_assert_true (session_test_same (by_copy, by_lora));
  g_assert_true (session_test_same (by_copy, by_difference));
  g_assert_false (session_test_same (by_copy, by_one));
  g_assert_cmpfloat (session_test_difference (by_one, by_lora_one), <, 0.05);
  g_assert_cmpfloat (session_test_difference (by_one, by_copy), >,
                     10 * session_test_difference (by_one, by_lora_one));
}

/* Results are added up, so twice half of one is all of it. */
static void
test_two (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GsImage) two = NULL, one = NULL;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  one = picture_of (path, 1);
  two = picture_with ((GsControl[]) { control_of (path, 0.25f), control_of (path, 0.75f) }, 2);
  g_assert_cmpfloat (session_test_difference (one, two), <, 0.05);
}

/* From the second step on is what a run makes that goes on from the first one with it. */
static void
test_start_end (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GsImage) without = NULL, never = NULL, late = NULL, early = NULL, always = NULL;
  g_autoptr (GsResult) kept = NULL, resumed = NULL;
  GsRequest request = session_test_request ();
  GsControl control;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  control = control_of (path, 1);
  without = picture_with (NULL, 0);
  always = picture_with (&control, 1);
  control.start = 0.5f;
  late = picture_with (&control, 1);
  control.start = 0;
  control.end = 0.5f;
  early = picture_with (&control, 1);
  control.end = 0.4f;
  never = picture_with (&control, 1);
  g_assert_true (session_test_same (without, never));
  g_assert_false (session_test_same (late, without));
  g_assert_false (session_test_same (late, always));
  g_assert_false (session_test_same (early, late));
  g_assert_false (session_test_same (early, without));

  request.steps = 2;
  request.keep_steps = TRUE;
  kept = session_test_generate (&request);
  control = control_of (path, 1);
  request.controls = &control;
  request.n_controls = 1;
  request.resume = kept->steps[0];
  request.resume_step = 1;
  resumed = session_test_generate (&request);
  g_assert_true (session_test_same (resumed->images[0], late));
}

/* Both halves of guidance, another picture, a preprocessor, a frame of another size. */
static void
test_requests (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GsImage) other = NULL, guided = NULL, plain = NULL, edges = NULL, again = NULL;
  g_autoptr (GsImage) large = NULL;
  GsRequest request = session_test_request ();
  GsControl control;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  control = control_of (path, 1);
  request.steps = 2;
  request.guidance_scale = 5;
  plain = session_test_picture (&request);
  request.controls = &control;
  request.n_controls = 1;
  guided = session_test_picture (&request);
  g_assert_false (session_test_same (plain, guided));
  control.preprocess = GS_PREPROCESS_CANNY;
  control.low = 10;
  control.high = 20;
  edges = session_test_picture (&request);
  g_assert_false (session_test_same (edges, guided));
  control.preprocess = GS_PREPROCESS_NONE;
  request.width = 136;
  request.height = 72;
  large = session_test_picture (&request);
  g_assert_cmpuint (large->width, ==, 136);
  request.width = request.height = 64;
  other = session_test_gradients (50, 40);
  control.image = other;
  again = session_test_picture (&request);
  g_assert_false (session_test_same (again, guided));
}

/* Alone, at several strengths, and with a ControlNet. */
static void
test_adapter (void)
{
  g_autofree char *path = NULL, *net = NULL;
  g_autoptr (GsImage) without = NULL, full = NULL, half = NULL, both = NULL, net_alone = NULL;
  g_autoptr (GsImage) again = NULL, two = NULL;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_ADAPTER, folder, "adapter.safetensors");
  net = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  without = picture_with (NULL, 0);
  full = picture_of (path, 1);
  half = picture_of (path, 0.5f);
  net_alone = picture_of (net, 1);
  both = picture_with ((GsControl[]) { control_of (path, 1), control_of (net, 1) }, 2);
  again = picture_of (path, 1);
  two = picture_with ((GsControl[]) { control_of (path, 0.5f), control_of (path, 0.5f) }, 2);
  g_assert_false (session_test_same (without, full));
  g_assert_false (session_test_same (full, half));
  g_assert_false (session_test_same (half, without));
  g_assert_false (session_test_same (both, full));
  g_assert_false (session_test_same (both, net_alone));
  g_assert_true (session_test_same (again, full));
  g_assert_cmpfloat (session_test_difference (two, full), <, 0.05);
}

static void
test_parameters (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GsResult) result = NULL;
  g_autoptr (GPtrArray) used = NULL;
  GsRequest request = session_test_request ();
  GsControl control;
  gboolean found = FALSE;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  control = control_of (path, 0.8f);
  control.preprocess = GS_PREPROCESS_CANNY;
  control.end = 0.5f;
  request.steps = 2;
  request.controls = &control;
  request.n_controls = 1;
  result = session_test_generate (&request);
  g_assert_nonnull (strstr (result->parameters[0],
                            "ControlNet 0: \"Module: canny, Model: copy, Weight: 0.8, Threshold A: "
                            "100, Threshold B: 200, Guidance Start: 0, Guidance End: 0.5\""));
  used = gs_used_files_list (result->parameters[0]);
  for (guint i = 0; i < used->len; i++)
    {
      const GsUsedFile *file = used->pdata[i];

      found |= file->kind == GS_LIBRARY_CONTROL && g_str_equal (file->name, "copy");
    }
  g_assert_true (found);
}

static void
test_library (void)
{
  static const ControlKind kinds[] = { CONTROL_FILE_COPY, CONTROL_FILE_LORA,
                                       CONTROL_FILE_DIFFERENCE, CONTROL_FILE_ADAPTER };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = control_file_write (kinds[i], folder, "copy.safetensors");
      g_autoptr (GError) error = NULL;
      g_autoptr (GsLibraryFile) file = gs_library_file_new (path, &error);
      g_autoptr (GsModelInfo) info = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (file->kind, ==, GS_LIBRARY_CONTROL);
      g_assert_cmpstr (file->problem, ==, NULL);
      info = gs_model_info_new (path, &error);
      g_assert_null (info);
      g_assert_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED);
    }
}

static void
assert_fails (const GsControl *controls, guint n, int code, const char *word)
{
  GsRequest request = session_test_request ();
  g_autoptr (GError) error = NULL;

  request.controls = controls;
  request.n_controls = n;
  g_assert_null (gs_session_generate (session_test_get (), &request, NULL, NULL, &error));
  g_assert_error (error, GS_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_errors (void)
{
  g_autofree char *copy = NULL, *foreign = NULL;
  g_autoptr (GsImage) after = NULL, before = NULL;
  GsControl controls[GS_MAX_CONTROLS + 1];
  GsControl control;

  if (session_test_get () == NULL)
    return;
  before = picture_with (NULL, 0);
  copy = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  foreign = control_file_write (CONTROL_FILE_FOREIGN, folder, "foreign.safetensors");
  control = control_of ("nowhere", 1);
  assert_fails (&control, 1, GS_ERROR_BAD_FILE, "nowhere");
  control = control_of (foreign, 1);
  assert_fails (&control, 1, GS_ERROR_UNSUPPORTED, "another kind of model");
  control = control_of (gs_starter_path (), 1);
  assert_fails (&control, 1, GS_ERROR_BAD_FILE, "no ControlNet");
  control = control_of (copy, 3);
  assert_fails (&control, 1, GS_ERROR_INVALID_ARGUMENT, "strength");
  control = control_of (copy, 1);
  control.image = NULL;
  assert_fails (&control, 1, GS_ERROR_INVALID_ARGUMENT, "picture");
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    controls[i] = control_of (copy, 1);
  assert_fails (controls, G_N_ELEMENTS (controls), GS_ERROR_INVALID_ARGUMENT, "too many");
  after = picture_with (NULL, 0);
  g_assert_true (session_test_same (before, after));
}

static void
test_memory (void)
{
  g_autofree char *path = NULL;
  GsRequest request = session_test_request ();
  guint64 without, with, available;
  g_autoptr (GError) error = NULL;
  GsControl control;

  if (session_test_get () == NULL)
    return;
  path = control_file_write (CONTROL_FILE_COPY, folder, "copy.safetensors");
  control = control_of (path, 1);
  g_assert_true (gs_session_estimate_memory (session_test_get (), &request, &without, &available,
                                             &error));
  request.controls = &control;
  request.n_controls = 1;
  g_assert_true (gs_session_estimate_memory (session_test_get (), &request, &with, &available,
                                             &error));
  g_assert_cmpuint (with, >, without);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("gesso-controls-XXXXXX", NULL);
  drawing = session_test_gradients (64, 64);
  g_test_add_func ("/controls/strengths", test_strengths);
  g_test_add_func ("/controls/kinds", test_kinds);
  g_test_add_func ("/controls/two", test_two);
  g_test_add_func ("/controls/start-end", test_start_end);
  g_test_add_func ("/controls/requests", test_requests);
  g_test_add_func ("/controls/adapter", test_adapter);
  g_test_add_func ("/controls/parameters", test_parameters);
  g_test_add_func ("/controls/library", test_library);
  g_test_add_func ("/controls/errors", test_errors);
  g_test_add_func ("/controls/memory", test_memory);
  status = session_test_run ();
  for (guint i = 0; i < 7; i++)
    {
      static const char *const names[] = { "copy",     "lora",    "difference", "one",
                                           "lora-one", "foreign", "adapter" };
      g_autofree char *file = g_strconcat (names[i], ".safetensors", NULL);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  gs_image_free (drawing);
  return status;
}
