/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a case, and graphs over them. */
#include "parity/networks.h"

#include "nn/adapted-weights.h"

static const GsStoredTensor *
find_weight (gpointer checkpoint, const char *name)
{
  return gs_checkpoint_find (checkpoint, name);
}

GsCheckpoint *
gs_parity_checkpoint (GsParityRun *run, const char *weights, GError **error)
{
  g_autofree char *path = gs_parity_path (run, weights, error);
  const char *override = gs_parity_string (run, "override_file");
  g_autoptr (GsCheckpoint) checkpoint = path != NULL ? gs_checkpoint_open (path, error) : NULL;

  if (checkpoint != NULL && override != NULL)
    {
      g_autofree char *other_path = gs_parity_path (run, override, error);
      g_autoptr (GsCheckpoint) other = NULL;

      other = other_path != NULL ? gs_checkpoint_open (other_path, error) : NULL;
      if (other == NULL)
        return NULL;
      gs_checkpoint_override (checkpoint, other);
    }
  return g_steal_pointer (&checkpoint);
}

const char *
gs_parity_canonical (const GsCheckpoint *checkpoint, const char *name)
{
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *canonical;

      if (g_str_equal (gs_checkpoint_tensor (checkpoint, i, &canonical)->name, name))
        return canonical;
    }
  return NULL;
}

gboolean
gs_parity_network_init (GsParityNetwork *network, GsParityRun *run, GError **error)
{
  const char *weights = gs_parity_string (run, "weights_file");

  network->checkpoint = gs_parity_checkpoint (
    run, weights != NULL ? weights : gs_parity_string (run, "file"), error);
  if (network->checkpoint == NULL
      || !gs_model_config_read (network->checkpoint, gs_parity_config (run), &network->config,
                                error))
    return FALSE;
  network->arena = gs_arena_new (run->session->device);
  network->source = gs_adapted_weights_new (gs_file_weights_new (find_weight, NULL,
                                                                 network->checkpoint),
                                            run->session->dtype == GS_DTYPE_F16);
  network->store = gs_weight_store_new (run->session->device, run->session->dtype,
                                        network->source);
  return TRUE;
}

void
gs_parity_network_clear (GsParityNetwork *network)
{
  g_clear_pointer (&network->store, gs_weight_store_free);
  g_clear_pointer (&network->arena, gs_arena_free);
  g_clear_pointer (&network->checkpoint, gs_checkpoint_free);
}

GsGraph *
gs_parity_graph (GsParityNetwork *network, GsParityRun *run, const char *name)
{
  return gs_graph_new (name, run->session->dtype, gs_weight_store_get_weights (network->store));
}

GsProgram *
gs_parity_program (GsParityNetwork *network, GsGraph *graph, GError **error)
{
  if (!gs_graph_finish (graph, error))
    {
      gs_graph_free (graph);
      return NULL;
    }
  return gs_program_new (graph, network->arena);
}
