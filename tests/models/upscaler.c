/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upscalers' networks in miniature against their plain forms. */
#include "models/upscaler.h"

#include "naive.h"
#include "op-test.h"

#include <string.h>

typedef struct
{
  guint32          width, height;
  GsUpscalerConfig config;
} Case;

static const Case cases[] = {
  { 5, 4, { GS_UPSCALER_RRDB, 8, 4, 2, 1, 2, 4 } },
  { 6, 8, { GS_UPSCALER_RRDB, 8, 4, 1, 2, 2, 2 } },
  { 3, 5, { GS_UPSCALER_RRDB, 6, 3, 1, 1, 0, 1 } },
  { 7, 5, { GS_UPSCALER_COMPACT, 8, 0, 2, 1, 0, 4 } },
};

/* A picture: (h, w, c). */
typedef struct
{
  guint   h, w, c;
  double *at;
} Picture;

static const double *
weight (GsOpTest *test, const char *layer, const char *part)
{
  g_autofree char *name = g_strdup_printf ("op.%s.%s", layer, part);

  return gs_op_test_values (test, name);
}

static Picture
conv (GsOpTest *test, const char *layer, Picture x, guint channels)
{
  return (Picture) { x.h, x.w, channels,
                     naive_conv (x.at, x.h, x.w, x.c, weight (test, layer, "weight"),
                                 weight (test, layer, "bias"), channels, 3) };
}

static gsize
size (Picture x)
{
  return (gsize) x.h * x.w * x.c;
}

static void
bend (Picture x, const double *slopes)
{
  for (gsize i = 0; i < size (x); i++)
    if (x.at[i] < 0)
      x.at[i] *= slopes != NULL ? slopes[i % x.c] : 0.2;
}

static Picture
join (Picture a, Picture b)
{
  Picture y = { a.h, a.w, a.c + b.c, g_new (double, size (a) + size (b)) };

  for (gsize i = 0; i < (gsize) a.h * a.w; i++)
    {
      memcpy (y.at + i * y.c, a.at + i * a.c, a.c * sizeof (double));
      memcpy (y.at + i * y.c + a.c, b.at + i * b.c, b.c * sizeof (double));
    }
  return y;
}

static Picture
copy (Picture x)
{
  return (Picture) { x.h, x.w, x.c, g_memdup2 (x.at, size (x) * sizeof (double)) };
}

static Picture
enlarge (Picture x, guint scale)
{
  Picture y = { x.h * scale, x.w * scale, x.c, g_new (double, size (x) * scale * scale) };

  for (guint i = 0; i < y.h; i++)
    for (guint j = 0; j < y.w; j++)
      memcpy (y.at + ((gsize) i * y.w + j) * y.c, x.at + ((gsize) (i / scale) * x.w + j / scale) * x.c,
              x.c * sizeof (double));
  return y;
}

/* x + 0.2 y, and y is freed. */
static void
add_to (Picture x, Picture y)
{
  for (gsize i = 0; i < size (x); i++)
    x.at[i] += 0.2 * y.at[i];
  g_free (y.at);
}

static Picture
dense (GsOpTest *test, const GsUpscalerConfig *config, guint block, guint number, Picture x)
{
  Picture seen = copy (x), y = copy (x);

  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("body.%u.rdb%u.conv%u", block, number, i);
      Picture h = conv (test, name, seen, i < 5 ? config->growth : config->channels), joined;

      if (i == 5)
        {
          add_to (y, h);
          break;
        }
      bend (h, NULL);
      joined = join (seen, h);
      g_free (seen.at);
      g_free (h.at);
      seen = joined;
    }
  g_free (seen.at);
  return y;
}

static Picture
unshuffle (Picture x, guint r)
{
  Picture y = { x.h / r, x.w / r, x.c * r * r, g_new (double, size (x)) };

  for (guint i = 0; i < x.h; i++)
    for (guint j = 0; j < x.w; j++)
      for (guint c = 0; c < x.c; c++)
        y.at[((gsize) (i / r) * y.w + j / r) * y.c + c * r * r + i % r * r + j % r]
            = x.at[((gsize) i * x.w + j) * x.c + c];
  return y;
}

static void
replace (Picture *x, Picture y)
{
  g_free (x->at);
  *x = y;
}

static Picture
rrdb (GsOpTest *test, const GsUpscalerConfig *config, Picture picture)
{
  Picture x = unshuffle (picture, config->unshuffle), first, h;

  replace (&x, conv (test, "conv_first", x, config->channels));
  first = copy (x);
  for (guint b = 0; b < config->n_blocks; b++)
    {
      h = copy (x);
      for (guint number = 1; number <= 3; number++)
        replace (&h, dense (test, config, b, number, h));
      add_to (x, h);
    }
  replace (&x, conv (test, "conv_body", x, config->channels));
  naive_add (x.at, first.at, size (x));
  g_free (first.at);
  for (guint i = 1; i <= config->n_doublings; i++)
    {
      g_autofree char *name = g_strdup_printf ("conv_up%u", i);

      replace (&x, enlarge (x, 2));
      replace (&x, conv (test, name, x, config->channels));
      bend (x, NULL);
    }
  replace (&x, conv (test, "conv_hr", x, config->channels));
  bend (x, NULL);
  replace (&x, conv (test, "conv_last", x, 3));
  return x;
}

static Picture
compact (GsOpTest *test, const GsUpscalerConfig *config, Picture picture)
{
  const guint r = config->scale;
  Picture x = copy (picture), y = enlarge (picture, r);

  for (guint i = 0; i < 2 * config->n_blocks + 2; i += 2)
    {
      g_autofree char *name = g_strdup_printf ("body.%u", i);
      g_autofree char *slopes = g_strdup_printf ("body.%u", i + 1);

      replace (&x, conv (test, name, x, config->channels));
      bend (x, weight (test, slopes, "weight"));
    }
  {
    g_autofree char *name = g_strdup_printf ("body.%u", 2 * config->n_blocks + 2);

    replace (&x, conv (test, name, x, 3 * r * r));
  }
  for (guint i = 0; i < y.h; i++)
    for (guint j = 0; j < y.w; j++)
      for (guint c = 0; c < 3; c++)
        y.at[((gsize) i * y.w + j) * 3 + c]
            += x.at[((gsize) (i / r) * x.w + j / r) * x.c + c * r * r + i % r * r + j % r];
  g_free (x.at);
  return y;
}

static void
run (GsOpTest *test, gconstpointer data)
{
  const Case *c = data;
  GsTensor *x = gs_op_test_input (test, "x", (GsShape) { 1, c->height, c->width, 3 });
  Picture picture = { c->height, c->width, 3, NULL }, want;

  test->weight_scale = 1 / 16.0; /* so that a deep network does not leave the range of halves */
  gs_op_test_output (test, gs_upscaler (test->graph, &c->config, x));
  picture.at = g_memdup2 (gs_op_test_values (test, "x"), size (picture) * sizeof (double));
  want = c->config.kind == GS_UPSCALER_RRDB ? rrdb (test, &c->config, picture)
                                            : compact (test, &c->config, picture);
  g_assert_cmpuint (want.h, ==, c->height * c->config.scale);
  g_assert_cmpuint (want.w, ==, c->width * c->config.scale);
  gs_op_test_check (test, 0, want.at);
  g_free (picture.at);
  g_free (want.at);
}

GS_OP_TEST_MAIN ("upscaler", cases, run)
