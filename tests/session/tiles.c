/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The autoencoder in tiles: close to the whole, and without seams where tiles meet. */
#include "session-test.h"
#include "session/autoencoder.h"
#include "session/latents.h"

#include <math.h>
#include <string.h>

#define TILE 16u    /* latent pixels */
#define OVERLAP 4u /* a quarter     */

/* A latent as the sampler leaves it, of a picture of that size. */
static GsResult *
make_latents (guint width, guint height)
{
  GsRequest request = session_test_request ();

  request.width = width;
  request.height = height;
  return session_test_generate (&request);
}

static float *
decode (const GsLatents *latents, guint tile)
{
  g_autoptr (GError) error = NULL;
  guint factor = gs_latent_factor (session_test_get ());
  float *image = g_new (float, (gsize) 3 * latents->width * latents->height * factor * factor);

  gs_vae_decode (session_test_get (), latents->values, latents->width, latents->height, tile, image,
                 &error);
  g_assert_no_error (error);
  return image;
}

/* Mean step from column x to the next one in a - b, over all rows and colours. */
static double
step_at (const float *a, const float *b, guint width, guint height, guint x)
{
  double sum = 0;

  for (gsize row = 0; row < (gsize) 3 * height; row++)
    {
      gsize at = row * width + x;

      sum += fabs ((a[at + 1] - b[at + 1]) - (a[at] - b[at]));
    }
  return sum / (3 * height);
}

/* The step at a column against those of the 8 columns on each side. */
static double
excess_at (const double *steps, guint x)
{
  double around = 0;

  for (guint i = 1; i <= 8; i++)
    around += (steps[x - i] + steps[x + i]) / 16;
  return steps[x] - around;
}

/* The worst column at which a tile begins or ends inside of the picture. width: latent pixels. */
static double
worst_border (const double *steps, guint width, guint factor)
{
  double worst = 0;

  for (guint i = 0, at = 0; at + TILE < width; i++)
    {
      at = MIN (i * (TILE - OVERLAP), width - TILE);
      if (at * factor > 8)
        worst = MAX (worst, excess_at (steps, at * factor - 1));
      if ((at + TILE) * factor + 8 < width * factor)
        worst = MAX (worst, excess_at (steps, (at + TILE) * factor - 1));
    }
  return worst;
}

/* A seam is a step where a tile begins or ends, beyond those beside it, that the whole picture has
 * not. In levels of 255: tiles without overlap have one of 3 to 7, these of 0.05. */
static void
assert_no_seams (const GsLatents *latents)
{
  guint factor = gs_latent_factor (session_test_get ());
  guint width = latents->width * factor, height = latents->height * factor;
  gsize n = (gsize) 3 * width * height;
  g_autofree float *whole = decode (latents, 0);
  g_autofree float *tiled = decode (latents, TILE);
  g_autofree double *steps = g_new (double, width);
  double worst, difference = 0;

  for (guint x = 0; x + 1 < width; x++)
    steps[x] = 127.5 * step_at (tiled, whole, width, height, x);
  worst = worst_border (steps, latents->width, factor);
  for (gsize i = 0; i < n; i++)
    difference += 127.5 * fabs (tiled[i] - whole[i]) / n;
  g_test_message ("%u x %u: mean difference %.2f of 255, steps at borders %.3f", width, height,
                  difference, worst);
  g_assert_cmpfloat (difference, <, 8);
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (worst, <, 1);
}

static void
test_no_seams (void)
{
  static const struct { guint width, height; } sizes[] = { { 256, 192 }, { 296, 152 }, { 136, 64 } };

  if (session_test_get () == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GsResult) result = make_latents (sizes[i].width, sizes[i].height);

      assert_no_seams (result->latents);
    }
}

/* What fits one tile is the same with and without tiles. */
static void
test_one_tile (void)
{
  g_autoptr (GsResult) result = NULL;
  g_autofree float *whole = NULL, *tiled = NULL;

  if (session_test_get () == NULL)
    return;
  result = make_latents (128, 64);
  whole = decode (result->latents, 0);
  tiled = decode (result->latents, TILE);
  g_assert_cmpmem (whole, sizeof (float) * 3 * 128 * 64, tiled, sizeof (float) * 3 * 128 * 64);
}

/* The way back: a picture's latent in tiles. */
static void
test_encode (void)
{
  const guint width = 264, height = 200;
  GsSession *session = session_test_get ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GsResult) result = NULL;
  g_autofree float *image = NULL, *whole = NULL, *tiled = NULL;
  double difference = 0, size = 0;
  gsize n;

  if (session == NULL)
    return;
  result = make_latents (width, height);
  image = decode (result->latents, 0);
  n = gs_latents_elements (result->latents);
  whole = g_new (float, n);
  tiled = g_new (float, n);
  gs_vae_encode (session, image, width, height, NULL, 0, whole, &error);
  g_assert_no_error (error);
  gs_vae_encode (session, image, width, height, NULL, TILE, tiled, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    {
      difference += fabs (whole[i] - tiled[i]) / n;
      size += fabs (whole[i]) / n;
    }
  g_test_message ("latents differ by %.4f of %.3f", difference, size);
  g_assert_cmpfloat (difference, >, 0);
  g_assert_cmpfloat (difference, <, 0.15 * size);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/no-seams", test_no_seams);
  g_test_add_func ("/tiles/one-tile", test_one_tile);
  g_test_add_func ("/tiles/encode", test_encode);
  return session_test_run ();
}
