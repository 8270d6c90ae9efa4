/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients of single operators: of sum (y grad_out) with respect to every operand. */
#include "parity/networks.h"

#include "ops/ops.h"
#include "tensor/grad.h"

#include <math.h>
#include <string.h>

#define MAX_OPERANDS 4
#define MAX_IDENTITIES 3

/* One case under way. */
typedef struct
{
  GsParityRun   *run;
  GsTensorFile  *file;
  GsGraph       *graph;
  GsProgram     *program;
  GsArena       *arena;
  GsWeightStore *store;
  const char    *operands[MAX_OPERANDS]; /* of which there are gradients, by their names in it */
  GsTensor      *tensors[MAX_OPERANDS];
  guint          n_operands;
  struct { const char *name; float scale; } identities[MAX_IDENTITIES];
  guint          n_identities;
  guint          padded;  /* channels of y that the case does not have, for softmax */
  GError        *error;   /* the first one */
} Case;

static void
case_clear (Case *c)
{
  if (c->program != NULL)
    gs_program_free (c->program);
  else
    gs_graph_free (c->graph);
  g_clear_pointer (&c->store, gs_weight_store_free);
  g_clear_pointer (&c->arena, gs_arena_free);
  g_clear_pointer (&c->file, gs_tensor_file_unref);
  g_clear_error (&c->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* Sizes as the graph has them: pictures are stored as (N, C, H, W), tokens as (N, T, C). */
static GsShape
shape_of (const GsParityTensor *tensor)
{
  const guint64 *d = tensor->dims;

  switch (tensor->n_dims)
    {
    case 4: return (GsShape) { d[0], d[2], d[3], d[1] };
    case 3: return (GsShape) { d[0], 1, d[1], d[2] };
    case 2: return (GsShape) { 1, 1, d[0], d[1] };
    default: return (GsShape) { 1, 1, 1, tensor->n };
    }
}

static GsShape
stored_shape (Case *c, const char *name)
{
  g_auto (GsParityTensor) tensor = { 0 };

  if (c->error != NULL || !gs_parity_read (c->file, &tensor, &c->error, "in.%s", name))
    return (GsShape) { 1, 1, 1, 1 };
  return shape_of (&tensor);
}

/* The operand as an input; its gradient will be compared. */
static GsTensor *
operand (Case *c, const char *name)
{
  GsTensor *tensor = gs_graph_input (c->graph, name, stored_shape (c, name),
                                     c->run->session->dtype);

  c->operands[c->n_operands] = name;
  c->tensors[c->n_operands++] = tensor;
  return tensor;
}

/* Notes the weights that an op has read: "op.layer.weight" is stored as in.w. */
static void
note_weight (Case *c, const char *weight, const char *name)
{
  GsTensor *tensor = gs_graph_find (c->graph, weight);

  if (tensor == NULL)
    return;
  c->operands[c->n_operands] = name;
  c->tensors[c->n_operands++] = tensor;
}

static GsTensor *
with_weights (Case *c, GsTensor *y)
{
  note_weight (c, "op.layer.weight", "w");
  note_weight (c, "op.layer.bias", "bias");
  return y;
}

/* ---- The operators ---- */

static GsTensor *
build_conv (Case *c)
{
  const GsStoredTensor *weight = gs_tensor_file_find (c->file, "in.w");
  GsTensor *x = operand (c, "x");
  const GsShape y = stored_shape (c, "grad_out");
  const guint32 kernel = weight != NULL && weight->n_dims == 4 ? weight->shape[2] : 1;

  return with_weights (c, gs_conv2d (c->graph, "layer", x, y.c, kernel,
                                     .stride = y.h < x->shape.h ? 2 : 1));
}

static GsTensor *
build_linear (Case *c)
{
  return with_weights (c, gs_linear (c->graph, "layer", operand (c, "x"),
                                     stored_shape (c, "grad_out").c));
}

static GsTensor *
build_geglu (Case *c)
{
  GsTensor *h = gs_linear (c->graph, "layer", operand (c, "x"),
                           2 * stored_shape (c, "grad_out").c);

  return with_weights (c, gs_geglu (c->graph, h));
}

static GsTensor *
build_group_norm (Case *c)
{
  return with_weights (c, gs_group_norm (c->graph, "layer", operand (c, "x"), 32, 1e-5f));
}

static GsTensor *
build_group_norm_silu (Case *c)
{
  GsTensor *h = gs_group_norm (c->graph, "layer", operand (c, "x"), 32, 1e-6f);

  return with_weights (c, gs_silu (c->graph, h));
}

static GsTensor *
build_layer_norm (Case *c)
{
  return with_weights (c, gs_layer_norm (c->graph, "layer", operand (c, "x"), 1e-5f));
}

/* Two of the activations' cases call their operand "input". */
static GsTensor *
activated (Case *c)
{
  return operand (c, gs_parity_has (c->file, "in.input") ? "input" : "x");
}

static GsTensor *
build_silu (Case *c)
{
  return gs_silu (c->graph, activated (c));
}

static GsTensor *
build_gelu (Case *c)
{
  return gs_gelu (c->graph, activated (c));
}

static GsTensor *
build_quick_gelu (Case *c)
{
  return gs_quick_gelu (c->graph, activated (c));
}

/* A matrix with ones times scale in its diagonal. */
static GsTensor *
identity (Case *c, const char *name, guint32 rows, guint32 columns, double scale)
{
  c->identities[c->n_identities].name = name;
  c->identities[c->n_identities++].scale = scale;
  return gs_graph_input (c->graph, name, (GsShape) { 1, 1, rows, columns }, c->run->session->dtype);
}

/* Channels of each head multiplied by a matrix. */
static GsTensor *
each_head (Case *c, GsTensor *x, guint32 heads, GsTensor *matrix)
{
  const GsShape shape = x->shape;

  x = gs_reshape (c->graph, x, (GsShape) { shape.n, shape.w, heads, shape.c / heads });
  x = gs_product (c->graph, x, matrix, 1);
  return gs_reshape (c->graph, x, (GsShape) { shape.n, 1, shape.w, heads * x->shape.c });
}

/* Heads that are not of whole fours of channels get zeros behind, and queries a factor that undoes
 * the other root. */
static GsTensor *
attention (Case *c, gboolean causal)
{
  const gint64 given = json_object_get_int_member_with_default (gs_parity_config (c->run), "heads",
                                                                1);
  const guint32 heads = CLAMP (given, 1, 1024);
  GsTensor *q = operand (c, "q"), *k = operand (c, "k"), *v = operand (c, "v"), *wider, *y;
  const guint32 channels = q->shape.c / heads, padded = (channels + 3) / 4 * 4;

  if (padded == channels)
    return gs_attention (c->graph, q, k, v, heads, causal);
  wider = identity (c, "wider", padded, channels, 1);
  q = each_head (c, q, heads,
                 identity (c, "wider query", padded, channels, sqrt ((double) padded / channels)));
  y = gs_attention (c->graph, q, each_head (c, k, heads, wider), each_head (c, v, heads, wider),
                    heads, causal);
  return each_head (c, y, heads, identity (c, "narrower", channels, padded, 1));
}

static GsTensor *
build_attention (Case *c)
{
  return attention (c, FALSE);
}

static GsTensor *
build_causal (Case *c)
{
  return attention (c, TRUE);
}

static GsTensor *
build_upsample (Case *c)
{
  const GsShape y = stored_shape (c, "grad_out");

  return gs_upsample (c->graph, operand (c, "x"), y.h, y.w);
}

static GsTensor *
build_embedding (Case *c)
{
  const GsShape ids = stored_shape (c, "ids"), table = stored_shape (c, "w");
  GsTensor *input = gs_graph_input (c->graph, "ids", (GsShape) { ids.w, 1, ids.c, 1 },
                                    GS_DTYPE_U32);

  return with_weights (c, gs_embedding (c->graph, "layer", input, table.w, table.c));
}

static GsTensor *
build_mse (Case *c)
{
  GsTensor *x = operand (c, "x"), *y = operand (c, "y");

  return gs_mse (c->graph, x, y);
}

/* The softmax inside of attention: with keys and values that are identities, it is all that is left.
 * Heads have whole fours of channels, so there are more than the case has. */
static GsTensor *
build_softmax (Case *c)
{
  GsTensor *x = operand (c, "x"), *q = gs_pad_channels (c->graph, x);
  const guint32 width = q->shape.c, n = x->shape.c;

  c->padded = width - n;
  return gs_attention (c->graph, q, identity (c, "keys", n, width, sqrt (width)),
                       identity (c, "values", n, width, 1), 1, FALSE);
}

static GsTensor *
build_concat (Case *c)
{
  GsTensor *x = operand (c, "x"), *y = operand (c, "y");

  return gs_concat (c->graph, x, y);
}

static const struct
{
  const char *id; /* or how it begins: the longest counts */
  GsTensor *(*build) (Case *c);
} operators[] = {
  { "grad-conv", build_conv },
  { "grad-linear", build_linear },
  { "grad-group_norm", build_group_norm },
  { "grad-group_norm_silu", build_group_norm_silu },
  { "grad-layer_norm", build_layer_norm },
  { "grad-silu", build_silu },
  { "grad-gelu", build_gelu },
  { "grad-quick_gelu", build_quick_gelu },
  { "grad-geglu", build_geglu },
  { "grad-attention", build_attention },
  { "grad-attention_causal", build_causal },
  { "grad-upsample", build_upsample },
  { "grad-embedding", build_embedding },
  { "grad-mse", build_mse },
  { "grad-softmax", build_softmax },
  { "grad-concat", build_concat },
};

/* ---- Running ---- */

static const GsStoredTensor *
find_weight (gpointer file, const char *name)
{
  return gs_tensor_file_find (file, g_str_has_suffix (name, ".bias") ? "in.bias" : "in.w");
}

static gboolean
fill (Case *c, const char *name, GError **error)
{
  g_auto (GsParityTensor) tensor = { 0 };
  const guint64 *d = tensor.dims;

  if (!gs_parity_read (c->file, &tensor, error, "in.%s", name))
    return FALSE;
  if (tensor.n_dims == 4)
    return gs_program_set_nchw (c->program, name, tensor.values, d[0], d[1], d[2], d[3], error);
  return gs_program_set_floats (c->program, name, tensor.values, tensor.n, error);
}

static gboolean
fill_ids (Case *c, GError **error)
{
  g_auto (GsParityTensor) ids = { 0 };
  g_autofree guint32 *numbers = NULL;

  if (!gs_parity_read (c->file, &ids, error, "in.ids"))
    return FALSE;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  return gs_program_set_ids (c->program, "ids", numbers, ids.n, error);
}

static gboolean
fill_identity (Case *c, const char *name, float scale, GError **error)
{
  const GsTensor *tensor = gs_graph_find (c->graph, name);
  const gsize n = gs_shape_elements (tensor->shape);
  g_autofree float *values = g_new0 (float, n);

  for (guint i = 0; i < MIN (tensor->shape.w, tensor->shape.c); i++)
    values[i * tensor->shape.c + i] = scale;
  return gs_program_set_floats (c->program, name, values, n, error);
}

static gboolean
fill_all (Case *c, GError **error)
{
  for (guint i = 0; i < c->n_operands; i++)
    if (c->tensors[i]->kind == GS_TENSOR_INPUT && !fill (c, c->operands[i], error))
      return FALSE;
  if (gs_graph_find (c->graph, "ids") != NULL && !fill_ids (c, error))
    return FALSE;
  for (guint i = 0; i < c->n_identities; i++)
    if (!fill_identity (c, c->identities[i].name, c->identities[i].scale, error))
      return FALSE;
  return fill (c, "grad_out", error);
}

/* The activations' cases say how far results may be off in words. */
static double
absolute_tolerance (GsParityRun *run)
{
  JsonObject *tolerance = json_object_get_object_member (run->entry, "tolerance");
  const char *words = json_object_get_string_member_with_default (tolerance, "out.y", "");

  return g_str_has_prefix (words, "absolute ") ? g_ascii_strtod (words + strlen ("absolute "), NULL)
                                               : 0;
}

static double
gradient_tolerance (GsParityRun *run)
{
  JsonObject *tolerance = json_object_get_object_member (run->entry, "tolerance");

  return json_object_get_double_member_with_default (tolerance, "gradients",
                                                     gs_parity_tolerance (run, "gradients"));
}

/* Output i against the tensor called name. */
static gboolean
check (Case *c, guint i, const char *name, GError **error)
{
  const GsTensor *output = c->graph->outputs->pdata[i];
  const gsize n = gs_shape_elements (output->shape);
  const guint32 width = output->shape.c, kept = width - (i == 0 ? c->padded : 0);
  const double absolute = i == 0 ? absolute_tolerance (c->run) : 0;
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = g_new (float, n);
  gboolean is_picture;

  if (!gs_parity_read (c->file, &want, error, "%s", name))
    return FALSE;
  is_picture = want.n_dims == 4 && (i == 0 || c->tensors[i - 1]->kind == GS_TENSOR_INPUT);
  if (!(is_picture ? gs_program_get_nchw (c->program, i, got, n, error)
                   : gs_program_get_floats (c->program, i, got, n, error)))
    return FALSE;
  for (gsize k = 0; k < n / width * kept; k++)
    got[k] = got[k / kept * width + k % kept];
  gs_parity_expect (c->run, n / width * kept == want.n, "%s has other sizes", name);
  if (c->run->failed)
    return TRUE;
  if (absolute > 0)
    gs_parity_compare_absolute (c->run, name, got, want.values, want.n, absolute);
  else
    gs_parity_compare (c->run, name, got, want.values, want.n, gradient_tolerance (c->run));
  return TRUE;
}

/* Builds y and its gradients; FALSE if the case cannot be built. */
static gboolean
build (Case *c, GsTensor *(*build_y) (Case *c), GError **error)
{
  GsTensor *y = build_y (c), *dy, *gradients[MAX_OPERANDS];

  gs_graph_output (c->graph, y);
  if (c->padded > 0)
    {
      GsShape shape = y->shape;

      shape.c -= c->padded;
      dy = gs_pad_channels (c->graph, gs_graph_input (c->graph, "grad_out", shape, y->dtype));
    }
  else
    dy = gs_graph_input (c->graph, "grad_out", y->shape, y->dtype);
  gs_graph_gradients (c->graph, y, dy, c->tensors, c->n_operands, gradients);
  for (guint i = 0; i < c->n_operands; i++)
    gs_graph_output (c->graph, gradients[i]);
  if (c->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&c->error));
      return FALSE;
    }
  if (!gs_graph_finish (c->graph, error))
    return FALSE;
  c->program = gs_program_new (c->graph, c->arena);
  return TRUE;
}

gboolean
gs_parity_training_ops (GsParityRun *run, GError **error)
{
  const char *id = json_object_get_string_member_with_default (run->entry, "id", "");
  g_auto (Case) c = { .run = run, .file = gs_parity_open (run, error) };
  GsTensor *(*build_y) (Case *c) = NULL;
  gsize longest = 0;

  if (c.file == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (g_str_has_prefix (id, operators[i].id) && strlen (operators[i].id) > longest)
      {
        build_y = operators[i].build;
        longest = strlen (operators[i].id);
      }
  if (build_y == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED, "The operator of “%s” is not known", id);
      return FALSE;
    }
  c.arena = gs_arena_new (run->session->device);
  c.store = gs_weight_store_new (run->session->device, run->session->dtype,
                                 gs_file_weights_new (find_weight, NULL, c.file));
  c.graph = gs_graph_new ("op", run->session->dtype, gs_weight_store_get_weights (c.store));
  if (!build (&c, build_y, error) || !fill_all (&c, error) || !gs_program_run (c.program, error)
      || !check (&c, 0, "out.y", error))
    return FALSE;
  for (guint i = 0; i < c.n_operands; i++)
    {
      g_autofree char *name = g_strdup_printf ("out.grad_%s", c.operands[i]);

      if (!check (&c, i + 1, name, error))
        return FALSE;
    }
  return TRUE;
}
