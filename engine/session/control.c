/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that guide: opened and kept as long as requests name them. */
#include "session/control.h"

#include "io/checkpoint.h"
#include "nn/control-weights.h"
#include "session/library.h"
#include "session/model.h"

static const GsStoredTensor *
find_weight (gpointer owner, const char *name)
{
  return gs_checkpoint_find (owner, name);
}

static void
release_pages (gpointer owner)
{
  gs_checkpoint_release_pages (owner);
}

void
gs_control_model_free (GsControlModel *control)
{
  if (control == NULL)
    return;
  gs_weight_store_free (control->store);
  gs_checkpoint_free (control->checkpoint);
  g_clear_pointer (&control->seen, g_bytes_unref);
  g_free (control->hint);
  g_free (control->path);
  g_free (control);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsControlModel, gs_control_model_free)

static char *
scope_of (const GsControlModel *control)
{
  return g_strdup_printf ("unet.control%u.", control->id);
}

/* Its weights are the session's to use from now on. Takes both. */
static void
add (GsSession *session, GsControlModel *control, GsWeightSource *source)
{
  GsModel *model = session->model;
  g_autofree char *scope = NULL;

  control->id = model->n_controls_made++;
  control->strength = 1;
  control->source = source;
  control->store = gs_weight_store_new (session->device, session->dtype, source);
  scope = scope_of (control);
  gs_weight_router_add (model->router, scope,
                        gs_component_prefix (control->is_adapter ? GS_COMPONENT_T2I_ADAPTER
                                                                 : GS_COMPONENT_CONTROLNET),
                        gs_weight_store_get_weights (control->store));
  g_ptr_array_add (model->controls, control);
}

static gboolean
read_config (GsSession *session, GsControlModel *control, GError **error)
{
  const GsUnetConfig *unet = &session->model->config.unet;

  control->is_adapter = gs_checkpoint_has (control->checkpoint, GS_COMPONENT_T2I_ADAPTER)
                        && !gs_checkpoint_has (control->checkpoint, GS_COMPONENT_CONTROLNET);
  if (control->is_adapter)
    return gs_t2i_adapter_config_read (control->checkpoint, unet, &control->adapter, error);
  return gs_controlnet_config_read (control->checkpoint, NULL, unet, &control->net, error);
}

/* A picture of the model's sizes has to become one of the latent's. */
static gboolean
check_factor (GsSession *session, const GsControlModel *control, GError **error)
{
  const GsVaeConfig *vae = &session->model->config.vae;

  if (control->is_adapter
      || gs_controlnet_config_factor (&control->net) == 1u << (vae->n_levels - 1))
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
               "The ControlNet %s makes pictures smaller by another factor than the model does; choose "
               "one for it", control->path);
  return FALSE;
}

static GsControlModel *
open_file (GsSession *session, const char *path, GError **error)
{
  g_autoptr (GsControlModel) control = g_new0 (GsControlModel, 1);
  GsCheckpoint *base = session->model->checkpoint;
  GsWeightSource *source;

  control->path = g_strdup (path);
  control->checkpoint = gs_checkpoint_open (path, error);
  if (control->checkpoint == NULL || !read_config (session, control, error)
      || !check_factor (session, control, error))
    return NULL;
  if (!control->is_adapter && control->net.kind != GS_CONTROLNET_WHOLE && base == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "Random weights take no control-LoRA; load a model");
      return NULL;
    }
  source = gs_control_weights_new (gs_file_weights_new (find_weight, release_pages,
                                                        control->checkpoint));
  if (!control->is_adapter && control->net.kind != GS_CONTROLNET_WHOLE)
    gs_control_weights_set_base (source, control->checkpoint, base,
                                 control->net.kind == GS_CONTROLNET_LORA);
  add (session, control, source);
  return g_steal_pointer (&control);
}

/* A path, or a name in the library. */
static char *
find_file (GsSession *session, const char *name, GError **error)
{
  g_autofree char *stem = gs_library_stem (name);
  char *path;

  if (g_file_test (name, G_FILE_TEST_EXISTS))
    return g_strdup (name);
  /* Where another machine had it is no matter. */
  path = gs_library_find (gs_session_library (session), GS_LIBRARY_CONTROL, name);
  if (path == NULL)
    path = gs_library_find (gs_session_library (session), GS_LIBRARY_CONTROL, stem);
  if (path == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "There is no ControlNet called “%s”; add the folder that it is in to the library, or "
                 "give its whole path", name);
  return path;
}

/* One that is open and not yet taken, or a new one. */
static GsControlModel *
take (GsSession *session, const char *path, GError **error)
{
  const GPtrArray *controls = session->model->controls;
  GsControlModel *control = NULL;

  for (guint i = 0; control == NULL && i < controls->len; i++)
    {
      GsControlModel *open = controls->pdata[i];

      if (!open->in_use && g_str_equal (open->path, path))
        control = open;
    }
  if (control == NULL)
    control = open_file (session, path, error);
  if (control != NULL)
    control->in_use = TRUE;
  return control;
}

/* Programs know where weights lie, so they go first. */
static void
close_unused (GsModel *model)
{
  gboolean any = FALSE;

  for (guint i = 0; i < model->controls->len; i++)
    any |= !((const GsControlModel *) model->controls->pdata[i])->in_use;
  if (any)
    gs_model_keep_programs (model, NULL, 0);
  for (guint i = model->controls->len; i-- > 0;)
    {
      const GsControlModel *control = model->controls->pdata[i];
      g_autofree char *scope = scope_of (control);

      if (control->in_use)
        continue;
      gs_weight_router_remove (model->router, scope);
      g_ptr_array_remove_index (model->controls, i);
    }
}

/* Of a ControlNet it is in its weights; what an adapter's hint has become is made anew. */
static gboolean
set_strength (GsModel *model, GsControlModel *control, float strength, GError **error)
{
  gboolean stay;

  if (control->strength == strength)
    return TRUE;
  if (control->is_adapter)
    {
      g_clear_pointer (&control->seen, g_bytes_unref);
      control->strength = strength;
      return TRUE;
    }
  control->strength = -1; /* until all of its weights have the new one */
  gs_control_weights_set_strength (control->source, strength);
  if (!gs_weight_store_refresh (control->store, gs_control_weights_is_scaled, control->source,
                                &stay, error))
    return FALSE;
  if (!stay)
    {
      gs_model_keep_programs (model, NULL, 0);
      gs_weight_store_reset (control->store);
    }
  control->strength = strength;
  return TRUE;
}

static gboolean
check (const GsControl *control, GError **error)
{
  const char *problem = NULL;

  if (control->path == NULL || *control->path == '\0')
    problem = "A control has no network; choose a ControlNet or T2I-Adapter";
  else if (!(control->strength >= 0 && control->strength <= 2))
    problem = "The strength of a control must be from 0 to 2";
  else if (!(control->start >= 0 && control->start <= 1 && control->end >= 0 && control->end <= 1))
    problem = "A control's start and end must be from 0 to 1";
  else if ((guint) control->preprocess >= GS_N_PREPROCESS)
    problem = "There is no such preprocessor";
  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, problem);
  return FALSE;
}

gboolean
gs_controls_open (GsSession *session, const GsRequest *request, GsControlUse *uses, GError **error)
{
  GsModel *model = session->model;
  gboolean done = TRUE;

  if (request->n_controls > GS_MAX_CONTROLS)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "%u controls at once are too many; %u are possible", request->n_controls,
                   GS_MAX_CONTROLS);
      return FALSE;
    }
  for (guint i = 0; i < model->controls->len; i++)
    ((GsControlModel *) model->controls->pdata[i])->in_use = FALSE;
  for (guint i = 0; i < request->n_controls && done; i++)
    {
      const GsControl *control = &request->controls[i];
      g_autofree char *path = NULL;

      done = check (control, error) && (path = find_file (session, control->path, error)) != NULL
             && (uses[i].model = take (session, path, error)) != NULL;
      uses[i].strength = control->strength;
      uses[i].start = control->start;
      uses[i].end = control->end;
    }
  close_unused (model);
  for (guint i = 0; i < request->n_controls && done; i++)
    done = set_strength (model, uses[i].model, uses[i].strength, error);
  return done;
}

void
gs_controls_clear (GsControlUse *uses)
{
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    g_clear_pointer (&uses[i].picture, g_free);
}

void
gs_controls_open_synthetic (GsSession *session, GsControlUse *uses)
{
  static const guint widths[] = { 16, 32, 32, 96, 96, 256 };
  GsControlModel *control = g_new0 (GsControlModel, 1);
  GsControlNetConfig *net = &control->net;

  control->path = g_strdup ("");
  control->in_use = TRUE;
  net->unet = session->model->config.unet;
  net->unet.in_channels = net->unet.out_channels;
  net->hint_channels = 3;
  net->hint_width = 16;
  net->n_hint_blocks = G_N_ELEMENTS (widths);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    net->hint_widths[i] = widths[i];
  add (session, control, gs_control_weights_new (gs_synthetic_weights_new ()));
  uses[0] = (GsControlUse) { .model = control, .strength = 1, .end = 1 };
}

GsControlMask
gs_controls_active (const GsControlUse *uses, guint n_uses, guint step, guint n_steps)
{
  const double slack = 1e-5; /* fractions are not exact */
  GsControlMask mask = 0;

  for (guint i = 0; i < n_uses; i++)
    if (uses[i].strength > 0 && (double) step / n_steps >= uses[i].start - slack
        && (double) (step + 1) / n_steps <= uses[i].end + slack)
      mask |= 1u << i;
  return mask;
}

guint64
gs_controls_get_declared_bytes (GsModel *model)
{
  guint64 sum = 0;

  for (guint i = 0; i < model->controls->len; i++)
    {
      const GsControlModel *control = model->controls->pdata[i];

      sum += gs_weight_store_get_declared_bytes (control->store, NULL);
    }
  return sum;
}

void
gs_controls_evict (GsModel *model)
{
  for (guint i = 0; i < model->controls->len; i++)
    {
      const GsControlModel *control = model->controls->pdata[i];

      gs_weight_store_evict (control->store, "controlnet");
      gs_weight_store_evict (control->store, "t2i_adapter");
    }
}

guint32
gs_control_hint_size (const GsControlModel *control, guint32 latent)
{
  /* A latent pixel has 8 of the picture; see check_factor() for other ControlNets. */
  if (control->is_adapter)
    return (latent * 8 + control->adapter.fold - 1) / control->adapter.fold;
  return latent * gs_controlnet_config_factor (&control->net);
}

guint32
gs_control_hint_channels (const GsControlModel *control)
{
  return control->is_adapter ? control->adapter.in_channels : control->net.hint_channels;
}
