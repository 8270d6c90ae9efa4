/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures made larger: upscalers under all names that they go by, tiles without seams, bad input. */
#include "io/safetensors.h"
#include "session-test.h"
#include "session/upscaler.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define CHANNELS 8u
#define GROWTH 4u

static char *root;

/* ---- Files ---------------------------------------------------------------------------------- */

typedef struct
{
  GArray    *tensors; /* GsStoredTensor */
  GPtrArray *memory;
  guint      n_random;
} Weights;

static void
weights_init (Weights *self)
{
  self->tensors = g_array_new (FALSE, TRUE, sizeof (GsStoredTensor));
  self->memory = g_ptr_array_new_with_free_func (g_free);
  self->n_random = 0;
}

static void
weights_clear (Weights *self)
{
  g_array_unref (self->tensors);
  g_ptr_array_unref (self->memory);
}

/* Random numbers that keep a signal's size, the same in the same order. */
static void
add_tensor (Weights *self, char *name, guint n_dims, guint64 n_out, guint64 n_in)
{
  const gsize n = n_out * (n_dims == 4 ? n_in * 9 : 1);
  float *values = g_new (float, n);
  GsStoredTensor tensor = { .name = name, .dtype = GS_DTYPE_F32, .n_dims = n_dims,
                            .shape = { n_out, n_in, 3, 3 }, .data = values,
                            .n_bytes = n * sizeof (float) };
  g_autoptr (GRand) random = g_rand_new_with_seed (1000 + self->n_random++);
  const double size = n_dims == 4 ? 1.5 / sqrt (n_in * 9) : 0.1;

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -size, size);
  g_ptr_array_add (self->memory, name);
  g_ptr_array_add (self->memory, values);
  g_array_append_val (self->tensors, tensor);
}

static void
add_conv (Weights *self, char *layer, guint n_out, guint n_in)
{
  add_tensor (self, g_strconcat (layer, ".weight", NULL), 4, n_out, n_in);
  add_tensor (self, g_strconcat (layer, ".bias", NULL), 1, n_out, 1);
  g_free (layer);
}

static char *
save (Weights *self, const char *file)
{
  char *path = g_build_filename (root, file, NULL);
  g_autoptr (GError) error = NULL;

  gs_safetensors_write (path, (const GsStoredTensor *) (void *) self->tensors->data,
                        self->tensors->len, NULL, &error);
  g_assert_no_error (error);
  return path;
}

/* How a program names the layers of RRDBNet; dense: #s are the block, its part, the convolution. */
typedef struct
{
  const char *first, *dense, *body, *up[2], *hr, *last;
} Naming;

static const Naming real = { "conv_first", "body.#.rdb#.conv#", "conv_body",
                             { "conv_up1", "conv_up2" }, "conv_hr", "conv_last" };
static const Naming averaged = { "params_ema.conv_first", "params_ema.body.#.rdb#.conv#",
                                 "params_ema.conv_body",
                                 { "params_ema.conv_up1", "params_ema.conv_up2" },
                                 "params_ema.conv_hr", "params_ema.conv_last" };
static const Naming trunk = { "conv_first", "RRDB_trunk.#.RDB#.conv#", "trunk_conv",
                              { "upconv1", "upconv2" }, "HRconv", "conv_last" };
static const Naming sequence_4 = { "model.0", "model.1.sub.#.RDB#.conv#.0", "model.1.sub.2",
                                   { "model.3", "model.6" }, "model.8", "model.10" };
static const Naming sequence_2 = { "model.0", "model.1.sub.#.RDB#.conv#.0", "model.1.sub.2",
                                   { "model.3" }, "model.5", "model.7" };

static char *
dense_name (const Naming *naming, guint block, guint part, guint conv)
{
  g_auto (GStrv) words = g_strsplit (naming->dense, "#", 4);

  return g_strdup_printf ("%s%u%s%u%s%u%s", words[0], block, words[1], part, words[2], conv,
                          words[3]);
}

static char *
write_rrdb (const char *file, const Naming *naming, guint n_in, guint n_up)
{
  Weights weights;
  char *path;

  weights_init (&weights);
  add_conv (&weights, g_strdup (naming->first), CHANNELS, n_in);
  for (guint block = 0; block < 2; block++)
    for (guint part = 1; part <= 3; part++)
      for (guint i = 1; i <= 5; i++)
        add_conv (&weights, dense_name (naming, block, part, i), i < 5 ? GROWTH : CHANNELS,
                  CHANNELS + (i - 1) * GROWTH);
  add_conv (&weights, g_strdup (naming->body), CHANNELS, CHANNELS);
  for (guint i = 0; i < n_up; i++)
    add_conv (&weights, g_strdup (naming->up[i]), CHANNELS, CHANNELS);
  add_conv (&weights, g_strdup (naming->hr), CHANNELS, CHANNELS);
  add_conv (&weights, g_strdup (naming->last), 3, CHANNELS);
  path = save (&weights, file);
  weights_clear (&weights);
  return path;
}

static char *
write_compact (const char *file, guint n_inner, guint scale)
{
  Weights weights;
  char *path;

  weights_init (&weights);
  for (guint i = 0; i <= n_inner; i++)
    {
      add_conv (&weights, g_strdup_printf ("body.%u", 2 * i), CHANNELS, i == 0 ? 3 : CHANNELS);
      add_tensor (&weights, g_strdup_printf ("body.%u.weight", 2 * i + 1), 1, CHANNELS, 1);
    }
  add_conv (&weights, g_strdup_printf ("body.%u", 2 * n_inner + 2), 3 * scale * scale, CHANNELS);
  path = save (&weights, file);
  weights_clear (&weights);
  return path;
}

/* ---- Pictures ------------------------------------------------------------------------------- */

static GsImage *
upscale (const char *model, const GsImage *image, guint tile)
{
  g_autoptr (GError) error = NULL;
  GsImage *result = gs_session_upscale (session_test_get (), image,
                                        &(GsUpscaleOptions) { .model = model, .tile = tile }, NULL,
                                        NULL, &error);

  g_assert_no_error (error);
  return result;
}

/* The largest difference of two pictures' bytes. */
static guint
largest (const GsImage *a, const GsImage *b)
{
  guint most = 0;

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  for (gsize i = 0; i < (gsize) a->width * a->height * a->channels; i++)
    most = MAX (most, (guint) ABS ((int) a->pixels[i] - b->pixels[i]));
  return most;
}

static void
test_names (void)
{
  static const Naming *const others[] = { &averaged, &trunk, &sequence_4 };
  g_autofree char *path = write_rrdb ("real.safetensors", &real, 3, 2);
  g_autoptr (GsImage) image = session_test_gradients (11, 7);
  g_autoptr (GsImage) want = NULL;

  if (session_test_get () == NULL)
    return;
  want = upscale (path, image, 0);
  g_assert_cmpuint (want->width, ==, 44);
  g_assert_cmpuint (want->height, ==, 28);
  g_assert_cmpuint (want->channels, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *other = write_rrdb ("other.safetensors", others[i], 3, 2);
      g_autoptr (GsImage) got = upscale (other, image, 0);

      g_assert_true (session_test_same (got, want));
    }
}

/* PyTorch's files, new and old, and the pictures that PyTorch makes with them of in.png: its own modules
 * put together after the papers, seeded weights, in floats. rrdb.pth has the sequence's names, halves,
 * and takes squares of pixels, of which in.png has no whole number. A level of rounding. */
static void
test_pytorch (void)
{
  static const char *const names[] = { "compact", "rrdb" };
  g_autofree char *folder = g_build_filename (g_getenv ("GESSO_SOURCE_ROOT"), "tests", "session",
                                              "upscalers", NULL);
  g_autofree char *in = g_build_filename (folder, "in.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) image = gs_image_load (in, &error);

  g_assert_no_error (error);
  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *model = g_strdup_printf ("%s/%s.pth", folder, names[i]);
      g_autofree char *expected = g_strdup_printf ("%s/%s.png", folder, names[i]);
      g_autoptr (GsImage) want = gs_image_load (expected, &error);
      g_autoptr (GsImage) got = upscale (model, image, 0);

      g_assert_no_error (error);
      g_assert_cmpuint (got->width, ==, 2 * image->width);
      g_test_message ("%s: largest difference %u, mean %.4f", names[i], largest (got, want),
                      session_test_difference (got, want));
      g_assert_cmpuint (largest (got, want), <=, 1);
    }
}

/* What is read from the tensors alone. */
static void
test_configs (void)
{
  const struct
  {
    char *path;
    guint scale, unshuffle, n_blocks;
  } cases[] = {
    { write_rrdb ("a.safetensors", &real, 3, 2), 4, 1, 2 },
    { write_rrdb ("b.safetensors", &real, 12, 2), 2, 2, 2 },
    { write_rrdb ("c.safetensors", &averaged, 48, 2), 1, 4, 2 },
    { write_rrdb ("d.safetensors", &sequence_2, 3, 1), 2, 1, 2 },
    { write_compact ("e.safetensors", 3, 4), 4, 1, 3 },
    { write_compact ("f.safetensors", 0, 2), 2, 1, 0 },
    { write_compact ("g.safetensors", 1, 3), 3, 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GsTensorFile) file = gs_tensor_file_open (cases[i].path, &error);
      g_autoptr (GsLibraryFile) entry = gs_library_file_new (cases[i].path, &error);
      GsUpscalerConfig config;

      g_assert_no_error (error);
      g_assert_true (gs_upscaler_config_read (file, &config, NULL, &error));
      g_assert_cmpuint (config.scale, ==, cases[i].scale);
      g_assert_cmpuint (config.unshuffle, ==, cases[i].unshuffle);
      g_assert_cmpuint (config.n_blocks, ==, cases[i].n_blocks);
      g_assert_cmpuint (config.channels, ==, CHANNELS);
      g_assert_cmpuint (gs_upscaler_get_scale (cases[i].path, NULL), ==, cases[i].scale);
      g_assert_cmpint (entry->kind, ==, GS_LIBRARY_UPSCALER);
      g_free (cases[i].path);
    }
}

/* With a network that reaches less far than the margins, tiles are the whole but for the rounding of
 * what fades: a level at most. Of one that reaches further, here 35 pixels with margins of 16, the
 * difference must stay below what is seen. Odd sizes, so that the last tiles are pushed back. */
static void
test_tiles (void)
{
  g_autofree char *near = write_compact ("near.safetensors", 3, 2);
  g_autofree char *far = write_rrdb ("far.safetensors", &real, 3, 2);
  g_autofree char *squares = write_rrdb ("squares.safetensors", &real, 12, 2);
  const struct
  {
    const char *model;
    guint tile, bound;
  } cases[] = { { near, 32, 1 }, { near, 64, 1 }, { far, 64, 2 }, { squares, 96, 2 } };
  g_autoptr (GsImage) image = session_test_gradients (150, 131);

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GsImage) whole = upscale (cases[i].model, image, 1024);
      g_autoptr (GsImage) tiled = upscale (cases[i].model, image, cases[i].tile);

      g_test_message ("case %u: largest difference %u, mean %.4f", i, largest (whole, tiled),
                      session_test_difference (whole, tiled));
      g_assert_cmpuint (largest (whole, tiled), <=, cases[i].bound);
    }
}

/* Alpha goes along; sizes that are no multiple of the squares come out right. */
static void
test_alpha (void)
{
  g_autofree char *path = write_rrdb ("alpha.safetensors", &real, 12, 2);
  g_autoptr (GsImage) plain = session_test_gradients (21, 13);
  g_autoptr (GsImage) image = gs_image_convert (plain, 4);
  g_autoptr (GsImage) result = NULL, opaque = NULL;

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < 21 * 13; i++)
    image->pixels[4 * i + 3] = i % 21 < 10 ? 0 : 255;
  result = upscale (path, image, 0);
  opaque = upscale (path, plain, 0);
  g_assert_cmpuint (result->width, ==, 42);
  g_assert_cmpuint (result->height, ==, 26);
  g_assert_cmpuint (result->channels, ==, 4);
  g_assert_cmpuint (result->pixels[3], ==, 0);
  g_assert_cmpuint (result->pixels[41 * 4 + 3], ==, 255);
  g_assert_cmpmem (result->pixels + 41 * 4, 3, opaque->pixels + 41 * 3, 3);
}

/* Any size, with and without a model. */
static void
test_sizes (void)
{
  g_autofree char *path = write_compact ("sizes.safetensors", 1, 2);
  g_autoptr (GsImage) image = session_test_gradients (20, 12);
  const GsUpscaleOptions given[] = {
    { .scale = 3 }, { .width = 50, .height = 31 }, { .model = path, .scale = 3 },
    { .model = path, .width = 50, .height = 31 }, { 0 },
  };
  const guint want[][2] = { { 60, 36 }, { 50, 31 }, { 60, 36 }, { 50, 31 }, { 40, 24 } };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GsImage) result
          = gs_session_upscale (given[i].model != NULL ? session_test_get () : NULL, image,
                                &given[i], NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (result->width, ==, want[i][0]);
      g_assert_cmpuint (result->height, ==, want[i][1]);
    }
}

static void
assert_refused (const GsUpscaleOptions *options, int code)
{
  g_autoptr (GsImage) image = session_test_gradients (200, 12);
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) result = gs_session_upscale (session_test_get (), image, options, NULL, NULL,
                                                   &error);

  g_assert_null (result);
  g_assert_error (error, GS_ERROR, code);
}

static gboolean
stop (const GsProgress *progress, gpointer user_data)
{
  guint *seen = user_data;

  *seen = MAX (*seen, progress->step);
  return progress->phase != GS_PHASE_UPSCALE || progress->step < 2;
}

static void
test_refused (void)
{
  g_autofree char *good = write_compact ("good.safetensors", 1, 2);
  g_autofree char *lora = g_build_filename (root, "other.safetensors", NULL);
  g_autofree char *lacks = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GsImage) image = session_test_gradients (200, 100), result = NULL;
  Weights weights;
  guint seen = 0;

  if (session_test_get () == NULL)
    return;
  weights_init (&weights);
  add_conv (&weights, g_strdup ("some.layer"), 4, 4);
  g_free (save (&weights, "other.safetensors"));
  add_conv (&weights, g_strdup ("conv_first"), CHANNELS, 3); /* a dense block is missing */
  add_conv (&weights, g_strdup ("body.0.rdb1.conv1"), GROWTH, CHANNELS);
  add_conv (&weights, g_strdup ("conv_last"), 3, CHANNELS);
  lacks = save (&weights, "lacks.safetensors");
  weights_clear (&weights);

  assert_refused (&(GsUpscaleOptions) { .scale = 1000 }, GS_ERROR_INVALID_ARGUMENT);
  assert_refused (&(GsUpscaleOptions) { .width = 40000, .height = 10 }, GS_ERROR_INVALID_ARGUMENT);
  assert_refused (&(GsUpscaleOptions) { .model = good, .tile = 5 }, GS_ERROR_INVALID_ARGUMENT);
  assert_refused (&(GsUpscaleOptions) { .model = lora }, GS_ERROR_UNSUPPORTED);
  assert_refused (&(GsUpscaleOptions) { .model = lacks }, GS_ERROR_BAD_FILE);
  assert_refused (&(GsUpscaleOptions) { .model = "/nonexistent/x.pth" }, GS_ERROR_BAD_FILE);

  result = gs_session_upscale (session_test_get (), image,
                               &(GsUpscaleOptions) { .model = good, .tile = 32 }, stop, &seen,
                               &error);
  g_assert_null (result);
  g_assert_error (error, GS_ERROR, GS_ERROR_CANCELLED);
  g_assert_cmpuint (seen, ==, 2);
}

static void
remove_root (void)
{
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, NULL);

      g_unlink (path);
    }
  g_rmdir (root);
  g_free (root);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("gesso-upscale-XXXXXX", NULL);
  g_test_add_func ("/upscale/names", test_names);
  g_test_add_func ("/upscale/pytorch", test_pytorch);
  g_test_add_func ("/upscale/configs", test_configs);
  g_test_add_func ("/upscale/tiles", test_tiles);
  g_test_add_func ("/upscale/alpha", test_alpha);
  g_test_add_func ("/upscale/sizes", test_sizes);
  g_test_add_func ("/upscale/refused", test_refused);
  status = session_test_run ();
  remove_root ();
  return status;
}
