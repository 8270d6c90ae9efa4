/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training cases of LoRA: of the U-Net, and of the text encoder with it. */
#include "parity/training.h"

#include "models/clip-text.h"
#include "nn/low-rank.h"

#include <math.h>
#include <string.h>

#define DOWN ".lora_down.weight"

/* One matrix that is trained. */
typedef struct
{
  char          *name;   /* the graph's input, and "in.<name>" in the file */
  guint          asked;  /* the number of its gradient                     */
  gsize          n;
  float         *values, *before;
  GsAdamWMoments moments;
} Parameter;

typedef struct
{
  GsParityTraining *training;
  GArray           *parameters; /* Parameter */
  GsLowRank        *modules;
} Lora;

static void
parameter_clear (gpointer data)
{
  Parameter *parameter = data;

  g_free (parameter->name);
  g_free (parameter->values);
  g_free (parameter->before);
  g_free (parameter->moments.first);
  g_free (parameter->moments.second);
}

static void
lora_clear (Lora *lora)
{
  g_clear_pointer (&lora->parameters, g_array_unref);
  g_clear_pointer (&lora->modules, gs_low_rank_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lora, lora_clear)

static gboolean
add_parameter (Lora *lora, const char *name, GError **error)
{
  g_auto (GsParityTensor) tensor = { 0 };
  Parameter parameter = { .name = g_strdup (name) };

  if (!gs_parity_read (lora->training->file, &tensor, error, "in.%s", name))
    {
      g_free (parameter.name);
      return FALSE;
    }
  parameter.n = tensor.n;
  parameter.values = g_steal_pointer (&tensor.values);
  parameter.before = g_memdup2 (parameter.values, parameter.n * sizeof (float));
  parameter.moments.first = g_new0 (float, parameter.n);
  parameter.moments.second = g_new0 (float, parameter.n);
  g_array_append_val (lora->parameters, parameter);
  return TRUE;
}

/* All modules of the file, both matrices of each. */
static gboolean
add_modules (Lora *lora, GError **error)
{
  GsTensorFile *file = lora->training->file;
  JsonObject *config = gs_parity_config (lora->training->run);

  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    {
      const GsStoredTensor *down = gs_tensor_file_tensor (file, i);
      g_autofree char *module = NULL, *up_name = NULL;

      if (!g_str_has_prefix (down->name, "in.lora_") || !g_str_has_suffix (down->name, DOWN))
        continue;
      module = g_strndup (down->name + strlen ("in."),
                          strlen (down->name) - strlen ("in.") - strlen (DOWN));
      up_name = g_strconcat (module, ".lora_up.weight", NULL);
      if (!add_parameter (lora, down->name + strlen ("in."), error)
          || !add_parameter (lora, up_name, error))
        return FALSE;
      gs_low_rank_add (lora->modules, module, down->shape[0],
                       json_object_get_double_member_with_default (config, "alpha",
                                                                   down->shape[0])
                         / down->shape[0]);
    }
  return TRUE;
}

/* The whole of it: text encoder, U-Net, loss, gradients. */
static gboolean
build (Lora *lora, GError **error)
{
  GsParityTraining *training = lora->training;
  const GsClipConfig *config = &training->network.config.clip;
  g_auto (GsParityTensor) ids = { 0 }, x = { 0 };
  GsGraph *g = training->graph;
  GsTensor *context;

  if (!gs_parity_read (training->file, &ids, error, "in.prompt_ids")
      || !gs_parity_read (training->file, &x, error, "in.step0.x0"))
    return FALSE;
  gs_low_rank_attach (lora->modules, g);
  context = gs_graph_input (g, "ids", (GsShape) { ids.dims[0], 1, ids.dims[1], 1 }, GS_DTYPE_U32);
  {
    GS_SCOPE (g, "text_encoder");
    context = gs_clip_layers (g, config, gs_clip_embed (g, config, context), 0, config->layers);
    context = gs_clip_final_norm (g, config, context);
  }
  gs_parity_training_loss (training, &x, context);
  for (guint i = 0; i < lora->parameters->len; i++)
    {
      Parameter *parameter = &g_array_index (lora->parameters, Parameter, i);
      GsTensor *tensor = gs_graph_find (g, parameter->name);

      if (tensor == NULL)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "The model has no layer for %s",
                       parameter->name);
          return FALSE;
        }
      parameter->asked = gs_parity_training_ask (training, tensor);
    }
  return gs_parity_training_finish (training, error);
}

static gboolean
set_ids (GsParityTraining *training, GError **error)
{
  g_auto (GsParityTensor) ids = { 0 };
  g_autofree guint32 *numbers = NULL;

  if (!gs_parity_read (training->file, &ids, error, "in.prompt_ids"))
    return FALSE;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  return gs_program_set_ids (training->program, "ids", numbers, ids.n, error);
}

/* The first step's gradients are compared. Adds the square of the gradient's length. */
static gboolean
train_parameter (Lora *lora, Parameter *parameter, guint step, double *squares, GError **error)
{
  GsParityTraining *training = lora->training;
  const GsAdamW adamw = gs_parity_training_adamw (training);
  g_autofree float *gradient = NULL;
  gsize n;

  gradient = gs_parity_training_gradient (training, parameter->asked, &n, error);
  if (gradient == NULL)
    return FALSE;
  if (step == 0)
    {
      g_autofree char *name = g_strdup_printf ("out.grad0.%s", parameter->name);
      g_auto (GsParityTensor) want = { 0 };

      if (!gs_parity_read (training->file, &want, error, "%s", name))
        return FALSE;
      gs_parity_expect (training->run, want.n == n, "%s has other sizes", name);
      if (want.n == n)
        gs_parity_compare (training->run, name, gradient, want.values, n,
                           gs_parity_tolerance (training->run, name));
    }
  for (gsize i = 0; i < n; i++)
    *squares += (double) gradient[i] * gradient[i];
  gs_adamw_step (&adamw, step + 1, parameter->moments, gradient, parameter->values, n);
  return TRUE;
}

static gboolean
train_step (Lora *lora, guint step, GError **error)
{
  GsParityTraining *training = lora->training;
  g_auto (GsParityTensor) norms = { 0 };
  double squares = 0;
  float norm;

  for (guint i = 0; i < lora->parameters->len; i++)
    {
      const Parameter *parameter = &g_array_index (lora->parameters, Parameter, i);

      if (!gs_program_set_floats (training->program, parameter->name, parameter->values,
                                  parameter->n, error))
        return FALSE;
    }
  if (!gs_parity_training_run_step (training, step, error)
      || !gs_parity_training_check_loss (training, step, "out.losses", error)
      || (step == 0 && !gs_parity_training_check_eps (training, "out.step0.eps", error))
      || !gs_parity_read (training->file, &norms, error, "out.grad_norms"))
    return FALSE;
  for (guint i = 0; i < lora->parameters->len; i++)
    if (!train_parameter (lora, &g_array_index (lora->parameters, Parameter, i), step, &squares,
                          error))
      return FALSE;
  norm = (float) sqrt (squares);
  gs_parity_expect (training->run, step < norms.n, "out.grad_norms has no step %u", step);
  if (step < norms.n)
    gs_parity_compare (training->run, "out.grad_norms", &norm, norms.values + step, 1,
                       gs_parity_tolerance (training->run, "out.grad_norms"));
  return TRUE;
}

gboolean
gs_parity_train_lora (GsParityTraining *training, GError **error)
{
  g_auto (Lora) lora = { .training = training,
                         .parameters = g_array_new (FALSE, FALSE, sizeof (Parameter)),
                         .modules = gs_low_rank_new () };

  g_array_set_clear_func (lora.parameters, parameter_clear);
  if (!add_modules (&lora, error) || !build (&lora, error) || !set_ids (training, error))
    return FALSE;
  for (guint step = 0; gs_parity_has (training->file, "in.step%u.x0", step); step++)
    if (!train_step (&lora, step, error))
      return FALSE;
  for (guint i = 0; i < lora.parameters->len; i++)
    {
      const Parameter *parameter = &g_array_index (lora.parameters, Parameter, i);
      g_autofree char *name = g_strdup_printf ("out.after.%s", parameter->name);

      if (!gs_parity_training_check_change (training, name, parameter->values, parameter->before,
                                            parameter->n, error))
        return FALSE;
    }
  return TRUE;
}
