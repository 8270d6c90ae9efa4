/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trained parameters. */
#include "train/trained.h"

#include "train/average.h"
#include "train/draws.h"

#include <string.h>

static void
tensor_clear (gpointer data)
{
  g_free (((GsTrainedTensor *) data)->name);
}

GsTrained *
gs_trained_new (void)
{
  GsTrained *trained = g_new0 (GsTrained, 1);

  trained->tensors = g_array_new (FALSE, FALSE, sizeof (GsTrainedTensor));
  g_array_set_clear_func (trained->tensors, tensor_clear);
  return trained;
}

void
gs_trained_free (GsTrained *trained)
{
  if (trained == NULL)
    return;
  g_array_unref (trained->tensors);
  g_free (trained->values);
  g_free (trained->gradients);
  g_free (trained->moments.first);
  g_free (trained->moments.second);
  g_free (trained->start);
  g_free (trained->sum);
  g_free (trained->mean);
  g_free (trained);
}

void
gs_trained_add (GsTrained *trained, const char *name, const guint64 *dims, guint n_dims,
                double rate)
{
  GsTrainedTensor tensor = { .name = g_strdup (name), .first = trained->n, .n = 1,
                             .n_dims = n_dims, .rate = rate };

  for (guint i = 0; i < n_dims; i++)
    tensor.n *= tensor.dims[i] = dims[i];
  trained->n += tensor.n;
  g_array_append_val (trained->tensors, tensor);
}

void
gs_trained_allocate (GsTrained *trained, const GsTrainedRule *rule, gboolean halfs)
{
  trained->values = g_new0 (float, trained->n);
  trained->gradients = g_new0 (float, trained->n);
  trained->moments.first = g_new0 (float, trained->n);
  trained->moments.second = g_new0 (float, trained->n);
  if (rule->is_prodigy)
    {
      trained->start = g_new0 (float, trained->n);
      trained->sum = g_new0 (float, trained->n);
      trained->d = GS_PRODIGY_DEFAULT.first_d;
    }
  if (rule->average > 0)
    trained->mean = g_new0 (float, trained->n);
  trained->scale = gs_loss_scale_new (halfs);
}

void
gs_trained_begin (GsTrained *trained)
{
  if (trained->start != NULL)
    memcpy (trained->start, trained->values, trained->n * sizeof (float));
  if (trained->mean != NULL)
    memcpy (trained->mean, trained->values, trained->n * sizeof (float));
}

const float *
gs_trained_result (const GsTrained *trained)
{
  return trained->mean != NULL ? trained->mean : trained->values;
}

void
gs_trained_fill_uniform (GsTrained *trained, guint i, float limit, guint64 seed)
{
  const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
  g_autoptr (GsRandom) random = gs_draws_random (seed, G_MAXUINT64, i);

  for (gsize k = 0; k < tensor->n; k++)
    trained->values[tensor->first + k] = (float) (limit * (2 * gs_draws_uniform (random) - 1));
}

/* Rates may differ from tensor to tensor. */
static void
step_adamw (GsTrained *trained, const GsTrainedRule *rule, double factor, guint64 step)
{
  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
      const GsAdamW adamw = { .rate = rule->rate * factor * tensor->rate,
                              .weight_decay = rule->weight_decay, .beta1 = 0.9, .beta2 = 0.999,
                              .epsilon = 1e-8 };

      gs_adamw_step (&adamw, step,
                     (GsAdamWMoments) { trained->moments.first + tensor->first,
                                        trained->moments.second + tensor->first },
                     trained->gradients + tensor->first, trained->values + tensor->first,
                     tensor->n);
    }
}

static void
step_prodigy (GsTrained *trained, const GsTrainedRule *rule, double factor)
{
  GsFloatArray start = { trained->start, trained->n }, sum = { trained->sum, trained->n };
  GsFloatArray first = { trained->moments.first, trained->n };
  GsFloatArray second = { trained->moments.second, trained->n };
  const GsFloatArray gradients = { trained->gradients, trained->n };
  const GsFloatArray values = { trained->values, trained->n };
  GsProdigy prodigy = GS_PRODIGY_DEFAULT;
  GsProdigyState state = { &start, &first, &second, &sum, trained->product, trained->d };

  prodigy.rate = rule->rate * factor;
  prodigy.weight_decay = rule->weight_decay;
  gs_prodigy_step (&prodigy, &state, &gradients, &values, 1);
  trained->product = state.product;
  trained->d = state.d;
}

gboolean
gs_trained_step (GsTrained *trained, const GsTrainedRule *rule, guint64 step)
{
  const GsFloatArray gradients = { trained->gradients, trained->n };
  const GsFloatArray values = { trained->values, trained->n };
  const GsFloatArray mean = { trained->mean, trained->n };
  const double factor = gs_rate_factor (&rule->schedule, step - 1);

  if (!gs_loss_scale_take (&trained->scale, &gradients, 1))
    return trained->scale.interval > 0;
  gs_float_arrays_clip (&gradients, 1, rule->clip);
  if (rule->is_prodigy)
    step_prodigy (trained, rule, factor);
  else
    step_adamw (trained, rule, factor, step);
  if (trained->mean != NULL)
    gs_average_update (&mean, &values, 1, gs_average_decay (rule->average, step));
  return TRUE;
}
