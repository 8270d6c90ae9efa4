/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trained parameters. */
#include "train/trained.h"

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
gs_trained_allocate (GsTrained *trained)
{
  trained->values = g_new0 (float, trained->n);
  trained->gradients = g_new0 (float, trained->n);
  trained->moments.first = g_new0 (float, trained->n);
  trained->moments.second = g_new0 (float, trained->n);
}

void
gs_trained_fill_uniform (GsTrained *trained, guint i, float limit, guint64 seed)
{
  const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
  g_autoptr (GsRandom) random = gs_draws_random (seed, G_MAXUINT64, i);

  for (gsize k = 0; k < tensor->n; k++)
    trained->values[tensor->first + k] = (float) (limit * (2 * gs_draws_uniform (random) - 1));
}

void
gs_trained_step (GsTrained *trained, const GsAdamW *adamw, guint64 step)
{
  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
      GsAdamW own = *adamw;

      own.rate *= tensor->rate;
      gs_adamw_step (&own, step,
                     (GsAdamWMoments) { trained->moments.first + tensor->first,
                                        trained->moments.second + tensor->first },
                     trained->gradients + tensor->first, trained->values + tensor->first,
                     tensor->n);
    }
}
