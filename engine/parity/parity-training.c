/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training of a few steps, and back-propagation through a whole U-Net. */
#include "parity/training.h"

#include <string.h>

/* ---- Through the U-Net ---- */

/* The weight as the graph has it, maybe joined with others, and the first row in it. */
static GsTensor *
find_weight (GsGraph *graph, const char *name, guint64 *first_row)
{
  *first_row = 0;
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = graph->tensors->pdata[i];
      g_auto (GStrv) parts = NULL;

      if (tensor->kind != GS_TENSOR_WEIGHT)
        continue;
      if (g_str_equal (tensor->name, name))
        return tensor;
      parts = gs_joined_names_split (tensor->name);
      for (guint k = 0; parts != NULL && parts[k] != NULL; k++)
        if (g_str_equal (parts[k], name))
          {
            *first_row = tensor->dims[0] / g_strv_length (parts) * k;
            return tensor;
          }
    }
  return NULL;
}

/* Asks for a weight's gradient by the tensor's name in the file; what it is compared with later. */
typedef struct
{
  char     *output; /* "out.grad.<original name>"                */
  guint     asked;  /* GsParityTraining's number of the gradient */
  guint64   first_row, rows;
} WeightCheck;

static void
weight_check_clear (gpointer data)
{
  g_free (((WeightCheck *) data)->output);
}

static gboolean
ask_weights (GsParityTraining *training, GArray *checks, GError **error)
{
  for (guint i = 0; i < gs_tensor_file_n_tensors (training->file); i++)
    {
      const char *output = gs_tensor_file_tensor (training->file, i)->name;
      const char *canonical;
      WeightCheck check = { 0 };
      GsTensor *weight;

      if (!g_str_has_prefix (output, "out.grad."))
        continue;
      canonical = gs_parity_canonical (training->network.checkpoint,
                                       output + strlen ("out.grad."));
      weight = canonical != NULL ? find_weight (training->graph, canonical, &check.first_row)
                                 : NULL;
      if (weight == NULL)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The model has no weight for %s", output);
          return FALSE;
        }
      check.output = g_strdup (output);
      check.rows = gs_tensor_file_tensor (training->file, i)->shape[0];
      check.asked = gs_parity_training_ask (training, weight);
      g_array_append_val (checks, check);
    }
  return TRUE;
}

static gboolean
check_weight (GsParityTraining *training, const WeightCheck *check, GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = NULL;
  gsize n;

  got = gs_parity_training_gradient (training, check->asked, &n, error);
  if (got == NULL || !gs_parity_read (training->file, &want, error, "%s", check->output))
    return FALSE;
  gs_parity_compare (training->run, check->output,
                     got + check->first_row * (want.n / check->rows), want.values, want.n,
                     gs_parity_tolerance (training->run, "gradients"));
  return TRUE;
}

static gboolean
check_input (GsParityTraining *training, guint asked, const char *output, gboolean is_picture,
             GError **error)
{
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = NULL;

  if (!gs_parity_read (training->file, &want, error, "%s", output))
    return FALSE;
  got = g_new (float, want.n);
  if (!(is_picture ? gs_program_get_nchw (training->program, training->outputs[asked], got, want.n,
                                          error)
                   : gs_program_get_floats (training->program, training->outputs[asked], got,
                                            want.n, error)))
    return FALSE;
  gs_parity_compare (training->run, output, got, want.values, want.n,
                     gs_parity_tolerance (training->run, "gradients"));
  return TRUE;
}

static gboolean
check_unet (GsParityTraining *training, GError **error)
{
  g_autoptr (GArray) checks = g_array_new (FALSE, FALSE, sizeof (WeightCheck));
  g_auto (GsParityTensor) x = { 0 }, noise = { 0 }, t = { 0 }, context = { 0 };
  GsTensor *input;
  guint of_x, of_context;

  g_array_set_clear_func (checks, weight_check_clear);
  if (!gs_parity_read (training->file, &x, error, "in.x_t")
      || !gs_parity_read (training->file, &noise, error, "in.noise")
      || !gs_parity_read (training->file, &t, error, "in.t")
      || !gs_parity_read (training->file, &context, error, "in.context"))
    return FALSE;
  input = gs_graph_input (training->graph, "context",
                          (GsShape) { context.dims[0], 1, context.dims[1], context.dims[2] },
                          training->run->session->dtype);
  gs_parity_training_loss (training, &x, input);
  of_x = gs_parity_training_ask (training, gs_graph_find (training->graph, "x"));
  of_context = gs_parity_training_ask (training, input);
  if (!ask_weights (training, checks, error) || !gs_parity_training_finish (training, error)
      || !gs_program_set_floats (training->program, "context", context.values, context.n, error)
      || !gs_parity_training_run (training, &x, &noise, t.values, error)
      || !gs_parity_training_check_loss (training, 0, "out.loss", error)
      || !gs_parity_training_check_eps (training, "out.eps", error)
      || !check_input (training, of_x, "out.grad_x_t", TRUE, error)
      || !check_input (training, of_context, "out.grad_context", FALSE, error))
    return FALSE;
  for (guint i = 0; i < checks->len; i++)
    if (!check_weight (training, &g_array_index (checks, WeightCheck, i), error))
      return FALSE;
  return TRUE;
}

/* ---- The group ---- */

gboolean
gs_parity_training (GsParityRun *run, GError **error)
{
  g_auto (GsParityTraining) training = { .run = run, .file = gs_parity_open (run, error) };

  if (training.file == NULL || !gs_parity_training_init (&training, error))
    return FALSE;
  if (gs_parity_has (training.file, "in.context"))
    return check_unet (&training, error);
  if (gs_parity_has (training.file, "in.vectors"))
    return gs_parity_train_inversion (&training, error);
  return gs_parity_train_lora (&training, error);
}
