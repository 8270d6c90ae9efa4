/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights made up from their names: random numbers by xorshift64* (Vigna, "An experimental
 * exploration of Marsaglia's xorshift generators, scrambled"), scaled so that activations keep
 * their size from layer to layer.
 */
#include "nn/weight-source.h"

#include <math.h>

#include "base/half.h"

/* A few thousand distinct values serve: each weight starts elsewhere among them. */
#define N_VALUES 4096

static guint64
next_random (guint64 *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d);
}

/* The only layers of Stable Diffusion without biases: attention's projections, the pooled text's. */
static gboolean
synthetic_has (GsWeightSource *source, const char *name)
{
  gboolean is_attention = strstr (name, ".attn1.") != NULL || strstr (name, ".attn2.") != NULL;

  if (g_str_has_suffix (name, ".text_projection.bias"))
    return FALSE;
  return !(is_attention && g_str_has_suffix (name, ".bias") && strstr (name, ".to_out.") == NULL);
}

static gboolean
is_norm (const char *name)
{
  return strstr (name, "norm") != NULL;
}

static void
fill (const char *name, const guint64 *dims, guint n_dims, guint16 *out, gsize n)
{
  guint64 state = g_str_hash (name) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + 1;
  guint16 values[N_VALUES];
  double fan_in = 1, width;

  for (guint i = 1; i < n_dims; i++)
    fan_in *= dims[i];
  width = sqrt (12.0 / fan_in); /* a uniform distribution of this width has the wanted deviation */
  for (guint i = 0; i < N_VALUES; i++)
    {
      double uniform = (next_random (&state) >> 11) * 0x1p-53;

      values[i] = gs_half_from_float ((float) ((uniform - 0.5) * width));
    }
  for (gsize done = 0; done < n;)
    {
      gsize first = next_random (&state) % (N_VALUES / 2);
      gsize run = MIN (n - done, N_VALUES - first);

      memcpy (out + done, values + first, run * sizeof *out);
      done += run;
    }
}

static gboolean
synthetic_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
                gboolean with_data, GsHostTensor *tensor, GError **error)
{
  gsize n = 1;
  guint16 *data;

  *tensor = (GsHostTensor) { .dtype = GS_DTYPE_F16, .n_dims = n_dims };
  for (guint i = 0; i < n_dims; i++)
    {
      tensor->dims[i] = dims[i];
      n *= dims[i];
    }
  if (!with_data)
    return TRUE;

  data = g_new (guint16, n);
  if (n_dims == 1)
    {
      guint16 value = is_norm (name) && g_str_has_suffix (name, ".weight") ? 0x3c00 : 0;

      for (gsize i = 0; i < n; i++)
        data[i] = value;
    }
  else
    fill (name, dims, n_dims, data, n);
  tensor->data = data;
  return TRUE;
}

static void
synthetic_release (GsWeightSource *source, GsHostTensor *tensor)
{
  g_free ((gpointer) tensor->data);
  tensor->data = NULL;
}

static void
synthetic_free (GsWeightSource *source)
{
  g_free (source);
}

GsWeightSource *
gs_synthetic_weights_new (void)
{
  static const GsWeightSourceClass klass = {
    .has = synthetic_has,
    .read = synthetic_read,
    .release = synthetic_release,
    .free = synthetic_free,
  };
  GsWeightSource *self = g_new0 (GsWeightSource, 1);

  self->klass = &klass;
  return self;
}
