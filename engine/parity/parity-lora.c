/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights with LoRA and its relatives on them, and what the networks make of those. Words of textual
 * inversion are cases of the same group. */
#include "parity/networks.h"

#include "models/clip-text.h"
#include "models/unet.h"
#include "nn/adapted-weights.h"

#define MAX_ADAPTERS 4

typedef struct
{
  GsParityRun     *run;
  GsTensorFile   *expected;
  GsParityNetwork  network;
  GsAdapterUse     uses[MAX_ADAPTERS];
  guint            n_uses;
} Case;

static void
case_clear (Case *c)
{
  gs_parity_network_clear (&c->network); /* before the adapters that it reads */
  for (guint i = 0; i < c->n_uses; i++)
    gs_adapter_free ((GsAdapter *) c->uses[i].adapter);
  g_clear_pointer (&c->expected, gs_tensor_file_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static gboolean
add_adapter (Case *c, const char *file, double strength, GError **error)
{
  g_autofree char *path = gs_parity_path (c->run, file, error);
  GsAdapter *adapter = path != NULL ? gs_adapter_open (path, error) : NULL;

  if (adapter == NULL)
    return FALSE;
  c->uses[c->n_uses++] = (GsAdapterUse) { adapter, strength, strength };
  if (!gs_adapter_match (adapter, c->network.checkpoint, error))
    return FALSE;
  gs_parity_expect (c->run, gs_adapter_unmatched (adapter)->len == 0, "%s is not matched",
                    gs_adapter_unmatched (adapter)->len == 0
                      ? "" : (const char *) gs_adapter_unmatched (adapter)->pdata[0]);
  return TRUE;
}

static gboolean
add_adapters (Case *c, GError **error)
{
  JsonObject *config = gs_parity_config (c->run);
  JsonArray *list;

  if (!json_object_has_member (config, "loras"))
    return add_adapter (c, gs_parity_string (c->run, "file"),
                        json_object_get_double_member_with_default (config, "strength", 1), error);
  list = json_object_get_array_member (config, "loras");
  for (guint i = 0; i < MIN (json_array_get_length (list), MAX_ADAPTERS); i++)
    {
      JsonArray *pair = json_array_get_array_element (list, i);

      if (!add_adapter (c, json_array_get_string_element (pair, 0),
                        json_array_get_double_element (pair, 1), error))
        return FALSE;
    }
  return TRUE;
}

/* Sets the strengths, 0 for the model as it is. */
static void
use (Case *c, double strength)
{
  for (guint i = 0; i < c->n_uses && c->n_uses == 1; i++)
    c->uses[i].strength = c->uses[i].text_strength = strength;
  gs_adapted_weights_set (c->network.source, c->uses, strength == 0 ? 0 : c->n_uses);
  gs_weight_store_reset (c->network.store);
}

/* ---- Merged weights ---- */

static double
merged_tolerance (GsParityRun *run)
{
  JsonObject *tolerance = json_object_get_object_member (run->entry, "tolerance");

  return json_object_get_double_member_with_default (tolerance, "merged", 1e-6);
}

static gboolean
check_merged (Case *c, const char *output, GError **error)
{
  const char *canonical = gs_parity_canonical (c->network.checkpoint, output + strlen ("out.merged."));
  g_auto (GsParityTensor) want = { 0 };
  g_autofree float *got = NULL;
  GsHostTensor tensor;

  if (!gs_parity_read (c->expected, &want, error, "%s", output))
    return FALSE;
  gs_parity_expect (c->run, canonical != NULL, "%s is not in the model", output);
  if (canonical == NULL)
    return TRUE;
  if (!gs_weight_source_read (c->network.source, canonical, want.dims, want.n_dims, TRUE, &tensor,
                              error))
    return FALSE;
  got = g_new (float, want.n);
  gs_host_tensor_to_floats (&tensor, 0, want.n, got);
  gs_weight_source_release (c->network.source, canonical, &tensor);
  gs_parity_compare (c->run, output, got, want.values, want.n, merged_tolerance (c->run));
  return TRUE;
}

/* ---- Networks ---- */

static float *
encode (Case *c, gsize *n, GError **error)
{
  const GsClipConfig *config = &c->network.config.clip;
  g_auto (GsParityTensor) ids = { 0 };
  g_autoptr (GsProgram) program = NULL;
  g_autofree guint32 *numbers = NULL;
  g_autofree float *got = NULL;
  GsGraph *graph;
  GsTensor *x;

  if (!gs_parity_read (c->expected, &ids, error, "in.ids"))
    return NULL;
  graph = gs_parity_graph (&c->network, c->run, "text_encoder");
  x = gs_graph_input (graph, "ids", (GsShape) { ids.dims[0], 1, ids.dims[1], 1 }, GS_DTYPE_U32);
  x = gs_clip_layers (graph, config, gs_clip_embed (graph, config, x), 0, config->layers);
  gs_graph_output (graph, gs_clip_final_norm (graph, config, x));
  program = gs_parity_program (&c->network, graph, error);
  if (program == NULL)
    return NULL;
  numbers = g_new (guint32, ids.n);
  for (gsize i = 0; i < ids.n; i++)
    numbers[i] = ids.values[i];
  *n = ids.n * config->width;
  got = g_new (float, *n);
  return gs_program_set_ids (program, "ids", numbers, ids.n, error)
             && gs_program_run (program, error)
             && gs_program_get_floats (program, 0, got, *n, error)
           ? g_steal_pointer (&got) : NULL;
}

static float *
denoise (Case *c, const float *context, gsize n_context, gsize n, GError **error)
{
  const GsUnetConfig *config = &c->network.config.unet;
  const guint width = config->channels[0];
  g_auto (GsParityTensor) x = { 0 }, t = { 0 };
  g_autoptr (GsProgram) program = NULL;
  g_autofree float *got = g_new (float, n), *time = g_new (float, width);
  GsTensor *inputs[3];
  GsGraph *graph;
  gsize length;

  if (!gs_parity_read (c->expected, &x, error, "in.x")
      || !gs_parity_read (c->expected, &t, error, "in.t"))
    return NULL;
  length = n_context / c->network.config.clip.width;
  graph = gs_parity_graph (&c->network, c->run, "unet");
  inputs[0] = gs_graph_input (graph, "x", (GsShape) { 1, x.dims[2], x.dims[3], x.dims[1] },
                              c->run->session->dtype);
  inputs[1] = gs_graph_input (graph, "time", (GsShape) { 1, 1, 1, width }, c->run->session->dtype);
  inputs[2] = gs_graph_input (graph, "context",
                              (GsShape) { 1, 1, length, c->network.config.clip.width },
                              c->run->session->dtype);
  gs_graph_output (graph, gs_unet (graph, config, inputs[0], inputs[1], inputs[2], NULL));
  program = gs_parity_program (&c->network, graph, error);
  if (program == NULL)
    return NULL;
  gs_timestep_embedding (t.values[0], width, time);
  return gs_program_set_nchw (program, "x", x.values, 1, x.dims[1], x.dims[2], x.dims[3], error)
             && gs_program_set_floats (program, "time", time, width, error)
             && gs_program_set_floats (program, "context", context, n_context, error)
             && gs_program_run (program, error)
             && gs_program_get_nchw (program, 0, got, n, error)
           ? g_steal_pointer (&got) : NULL;
}

/* "out.context<suffix>" and "out.eps<suffix>", or the noise alone. */
static gboolean
check_networks (Case *c, const char *context_name, const char *noise_name, GError **error)
{
  g_auto (GsParityTensor) want_context = { 0 }, want = { 0 };
  g_autofree float *context = NULL, *got = NULL;
  gsize n;

  context = encode (c, &n, error);
  if (context == NULL || !gs_parity_read (c->expected, &want, error, "%s", noise_name))
    return FALSE;
  if (gs_parity_has (c->expected, "%s", context_name))
    {
      if (!gs_parity_read (c->expected, &want_context, error, "%s", context_name))
        return FALSE;
      gs_parity_expect (c->run, want_context.n == n, "%s has another size", context_name);
      if (want_context.n != n)
        return TRUE;
      gs_parity_compare (c->run, context_name, context, want_context.values, n,
                         gs_parity_tolerance (c->run, context_name));
    }
  got = denoise (c, context, n, want.n, error);
  if (got == NULL)
    return FALSE;
  gs_parity_compare (c->run, noise_name, got, want.values, want.n,
                     gs_parity_tolerance (c->run, noise_name));
  return TRUE;
}

static gboolean
check_more_strengths (Case *c, GError **error)
{
  JsonObject *config = gs_parity_config (c->run);
  JsonArray *more = json_object_has_member (config, "more_strengths")
                      ? json_object_get_array_member (config, "more_strengths") : NULL;

  for (guint i = 0; more != NULL && i < json_array_get_length (more); i++)
    {
      const double strength = json_array_get_double_element (more, i);
      g_autofree char *context = g_strdup_printf ("out.context.%g", strength);
      g_autofree char *noise = g_strdup_printf ("out.eps.%g", strength);

      use (c, strength);
      if (!check_networks (c, context, noise, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_parity_lora (GsParityRun *run, GError **error)
{
  g_auto (Case) c = { .run = run };
  const char *expected = gs_parity_string (run, "expect_file");
  g_autofree char *path = expected != NULL ? gs_parity_path (run, expected, error) : NULL;

  if (expected == NULL)
    return gs_parity_inversion (run, error);
  if (path == NULL || (c.expected = gs_tensor_file_open (path, error)) == NULL
      || !gs_parity_network_init (&c.network, run, error) || !add_adapters (&c, error))
    return FALSE;
  if (gs_parity_has (c.expected, "out.base_eps"))
    {
      use (&c, 0);
      if (!check_networks (&c, "out.base_context", "out.base_eps", error))
        return FALSE;
    }
  use (&c, json_object_get_double_member_with_default (gs_parity_config (run), "strength", 1));
  for (guint i = 0; i < gs_tensor_file_n_tensors (c.expected); i++)
    {
      const char *name = gs_tensor_file_tensor (c.expected, i)->name;

      if (g_str_has_prefix (name, "out.merged.") && !check_merged (&c, name, error))
        return FALSE;
    }
  return check_networks (&c, "out.context", "out.eps", error) && check_more_strengths (&c, error);
}
