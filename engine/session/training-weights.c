/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Training of the model's own weights, whichever they are: floats on the host; behind each step of the
 * optimizer the device's copies are written anew.
 */
#include "session/training-private.h"

#include "base/half-array.h"
#include "io/folder.h"
#include "io/joined-names.h"
#include "io/safetensors.h"
#include "models/model-tensors.h"
#include "nn/adapted-weights.h"
#include "train/initial-weights.h"

#include <string.h>

/* Where a trained tensor's gradient is: in an output of so many elements, from one of them on. */
typedef struct
{
  guint tensor, output;
  gsize offset, n_output;
} Place;

gboolean
gs_training_weights_add (GsTraining *training, GsComponent component, double rate,
                         GError **error)
{
  GsModel *model = training->session->model;
  g_autoptr (GArray) specs = gs_model_tensors (&model->config, component);

  for (guint i = 0; i < specs->len; i++)
    {
      const GsTensorSpec *spec = &g_array_index (specs, GsTensorSpec, i);

      if (model->checkpoint != NULL && gs_checkpoint_find (model->checkpoint, spec->name) != NULL)
        gs_trained_add (training->trained, spec->name, spec->shape, spec->n_dims, rate);
      else if (!spec->optional)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                       "The model has its %s in a form that is not trained; convert it to diffusers' "
                       "layout first", gs_component_label (component));
          return FALSE;
        }
    }
  return TRUE;
}

static void
read_values (GsTraining *training)
{
  GsModel *model = training->session->model;
  GsTrained *trained = training->trained;

  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);

      if (training->options.from_scratch)
        gs_initial_weights (trained, i, training->options.seed);
      else
        gs_stored_tensor_to_float (gs_checkpoint_find (model->checkpoint, tensor->name),
                                   trained->values + tensor->first);
      g_hash_table_insert (training->names, tensor->name, GUINT_TO_POINTER (i + 1));
    }
}

void
gs_training_weights_begin (GsTraining *training)
{
  gs_trained_allocate (training->trained, &training->rule,
                       training->session->dtype == GS_DTYPE_F16);
  training->names = g_hash_table_new (g_str_hash, g_str_equal);
  training->places = g_array_new (FALSE, FALSE, sizeof (Place));
  read_values (training);
  gs_trained_begin (training->trained);
}

/* The model's weights are these from now on. */
static void
put_values (GsTraining *training, const float *values)
{
  GsTrained *trained = training->trained;

  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);

      gs_adapted_weights_set_values (training->session->model->source, tensor->name,
                                     values != NULL ? values + tensor->first : NULL);
    }
}

gboolean
gs_training_weights_put (GsTraining *training, const float *values, GError **error)
{
  put_values (training, values);
  return gs_model_refresh (training->session->model, error);
}

gboolean
gs_training_weights_renew (GsTraining *training, GError **error)
{
  return gs_training_weights_put (training, training->trained->values, error);
}

void
gs_training_weights_leave (GsTraining *training)
{
  g_autoptr (GError) error = NULL;

  put_values (training, NULL);
  if (!gs_model_refresh (training->session->model, &error))
    g_debug ("%s", error->message); /* then no weight is there, and the next job reads them anew */
}

void
gs_training_weights_end (GsTraining *training)
{
  /* A run leaves the model as it was. */
}

/* Of a weight of the graph, which may be several of the model's. FALSE: none of it is trained. */
static gboolean
add_places (GsTraining *training, const GsTensor *weight, guint output)
{
  g_auto (GStrv) parts = gs_joined_names_split (weight->name);
  const guint n_parts = parts != NULL ? g_strv_length (parts) : 1;
  gsize n = 1;
  gboolean any = FALSE;

  for (guint i = 0; i < weight->n_dims; i++)
    n *= weight->dims[i];
  for (guint i = 0; i < n_parts; i++)
    {
      const char *name = parts != NULL ? parts[i] : weight->name;
      const guint number = GPOINTER_TO_UINT (g_hash_table_lookup (training->names, name));
      const Place place = { number - 1, output, i * (n / n_parts), n };

      if (number == 0)
        continue;
      g_array_append_val (training->places, place);
      any = TRUE;
    }
  return any;
}

void
gs_training_weights_ask (GsTraining *training, GsGraph *g, GPtrArray *tensors)
{
  g_array_set_size (training->places, 0);
  for (guint i = 0; i < g->tensors->len; i++)
    {
      GsTensor *tensor = g->tensors->pdata[i];

      if (tensor->kind == GS_TENSOR_WEIGHT && add_places (training, tensor, tensors->len + 1))
        g_ptr_array_add (tensors, tensor);
    }
}

/* A table's rows behind its own, those of words, are the last ones and are passed over. */
gboolean
gs_training_weights_collect (GsTraining *training, GsProgram *program,
                             const GsTrainingText *text, GError **error)
{
  GsTrained *trained = training->trained;
  g_autofree float *gradient = NULL;
  guint read = 0;

  for (guint i = 0; i < training->places->len; i++)
    {
      const Place *place = &g_array_index (training->places, Place, i);
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, place->tensor);

      if (place->output != read)
        {
          g_free (gradient);
          gradient = g_new (float, place->n_output);
          read = place->output;
          if (!gs_program_get_floats (program, read, gradient, place->n_output, error))
            return FALSE;
        }
      for (gsize k = 0; k < tensor->n; k++)
        trained->gradients[tensor->first + k] += gradient[place->offset + k];
    }
  return TRUE;
}

gboolean
gs_training_weights_show (GsTraining *training, GError **error)
{
  return TRUE; /* the session's weights are the trained ones while it runs */
}

/* A tensor of the file with what was learnt, in the file's type as far as that can hold it. */
static void
replace (GsStoredTensor *tensor, const float *values, GPtrArray *owned)
{
  const guint64 n = gs_stored_tensor_n_elements (tensor);
  const gboolean halfs = tensor->dtype == GS_DTYPE_F16 && gs_floats_fit_halves (values, n);

  tensor->dtype = halfs ? GS_DTYPE_F16 : GS_DTYPE_F32;
  tensor->n_bytes = n * gs_dtype_bytes (tensor->dtype);
  tensor->data = values;
  if (halfs)
    {
      guint16 *data = g_new (guint16, n);

      gs_halves_from_floats (data, values, n);
      g_ptr_array_add (owned, data);
      tensor->data = data;
    }
}

gboolean
gs_training_weights_save_values (GsTraining *training, const float *values, const char *path,
                                 GError **error)
{
  const GsCheckpoint *checkpoint = training->session->model->checkpoint;
  const gboolean is_folder = gs_folder_is_one (gs_checkpoint_path (checkpoint));
  const GPtrArray *files = gs_checkpoint_files (checkpoint);
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (GsStoredTensor));
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;
      GsStoredTensor tensor = *gs_checkpoint_tensor (checkpoint, i, &canonical);
      const guint number = GPOINTER_TO_UINT (g_hash_table_lookup (training->names, canonical));

      if (is_folder)
        tensor.name = canonical;
      if (number > 0)
        replace (&tensor, values + gs_trained_tensor (training->trained, number - 1)->first, owned);
      g_array_append_val (tensors, tensor);
    }
  return gs_safetensors_write (path, (const GsStoredTensor *) (gpointer) tensors->data, tensors->len,
                               files->len > 0 ? gs_tensor_file_metadata (files->pdata[0]) : NULL,
                               error);
}

gboolean
gs_training_weights_save (GsTraining *training, const char *path, GError **error)
{
  return gs_training_weights_save_values (training, gs_trained_result (training->trained), path,
                                          error);
}
