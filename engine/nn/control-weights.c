/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control-LoRA (Stability AI) are matrices of low rank over the U-Net that is loaded: up (out, r) times
 * down (r, in k k) is added to the weight of the same place, as ComfyUI reads them (comfy/controlnet.py);
 * biases, norms and what the U-Net has not are whole.
 */
#include "nn/control-weights.h"

#include <string.h>

#include "nn/adapter-delta.h"

#define PREFIX "controlnet."
#define WEIGHT ".weight"

typedef struct
{
  GsWeightSource  base;
  GsWeightSource *own, *unet; /* unet: NULL if it has no use for it */
  const GsCheckpoint *control, *model;
  gboolean        is_lora;
  float           strength;
} ControlWeights;

gboolean
gs_control_weights_is_scaled (gpointer source, const char *name)
{
  return g_str_has_prefix (name, PREFIX "controlnet_down_blocks.")
         || g_str_has_prefix (name, PREFIX "controlnet_mid_block.");
}

static gboolean
source_has (GsWeightSource *source, const char *name)
{
  return source != NULL && source->klass->has (source, name);
}

static void
source_release (GsWeightSource *source, GsHostTensor *tensor)
{
  if (source->klass->release != NULL)
    source->klass->release (source, tensor);
}

static char *
name_in_unet (const char *name)
{
  return g_strconcat ("unet.", name + strlen (PREFIX), NULL);
}

static gboolean
control_has (GsWeightSource *source, const char *name)
{
  ControlWeights *self = (ControlWeights *) source;
  g_autofree char *counterpart = NULL;

  if (source_has (self->own, name))
    return TRUE;
  counterpart = name_in_unet (name);
  return self->is_lora && source_has (self->unet, counterpart);
}

/* What the file says of a weight of the U-Net's. FALSE if nothing. */
static gboolean
find_change (const ControlWeights *self, const char *name, GsAdapterModule *module)
{
  static const char *const endings[][2] = { { ".up", ".down" },
                                            { ".lora_up.weight", ".lora_down.weight" } };
  g_autofree char *stem = NULL;

  *module = (GsAdapterModule) { .name = (char *) name };
  if (!self->is_lora)
    {
      const gboolean is_bias = g_str_has_suffix (name, ".bias");

      module->parts[is_bias ? GS_ADAPTER_DIFF_BIAS : GS_ADAPTER_DIFF]
        = gs_checkpoint_find (self->control, name);
      return TRUE;
    }
  if (!g_str_has_suffix (name, WEIGHT))
    return FALSE;
  stem = g_strndup (name, strlen (name) - strlen (WEIGHT));
  for (guint i = 0; i < G_N_ELEMENTS (endings) && module->parts[GS_ADAPTER_DOWN] == NULL; i++)
    {
      g_autofree char *up = g_strconcat (stem, endings[i][0], NULL);
      g_autofree char *down = g_strconcat (stem, endings[i][1], NULL);

      module->parts[GS_ADAPTER_UP] = gs_checkpoint_find (self->control, up);
      module->parts[GS_ADAPTER_DOWN] = gs_checkpoint_find (self->control, down);
    }
  return module->parts[GS_ADAPTER_UP] != NULL && module->parts[GS_ADAPTER_DOWN] != NULL;
}

/* Reads a weight as floats, the reader's. */
static float *
read_floats (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
             GsHostTensor *tensor, GError **error)
{
  float *values;

  if (!source->klass->read (source, name, dims, n_dims, TRUE, tensor, error))
    return NULL;
  values = g_try_new (float, MAX (gs_host_tensor_n_elements (tensor), 1));
  if (values == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY,
                 "There is not enough memory to load the tensor %s", name);
  else
    gs_host_tensor_to_floats (tensor, 0, gs_host_tensor_n_elements (tensor), values);
  source_release (source, tensor);
  tensor->dtype = GS_DTYPE_F32;
  tensor->data = values;
  tensor->is_owned = TRUE;
  return values;
}

/* The first convolution of a U-Net that takes more than the latent, of which a control sees the latent alone:
 * its first channels. */
static const GsStoredTensor *
find_wider (const ControlWeights *self, const char *counterpart, const guint64 *dims)
{
  const GsStoredTensor *stored = g_str_equal (counterpart, "unet.conv_in.weight")
                                   ? gs_checkpoint_find (self->model, counterpart) : NULL;

  return stored != NULL && stored->n_dims == 4 && stored->shape[0] == dims[0]
                 && stored->shape[1] > dims[1] && stored->shape[2] == dims[2]
                 && stored->shape[3] == dims[3]
           ? stored : NULL;
}

/* As floats, the reader's. */
static float *
read_first_channels (const GsStoredTensor *stored, const guint64 *dims, gboolean with_data,
                     GsHostTensor *tensor)
{
  const guint64 row = dims[1] * dims[2] * dims[3], wide = stored->shape[1] * dims[2] * dims[3];
  float *values = with_data ? g_new (float, dims[0] * row) : NULL;

  for (guint64 i = 0; with_data && i < dims[0] * row; i++)
    values[i] = (float) gs_stored_tensor_get_float (stored, i / row * wide + i % row);
  *tensor = (GsHostTensor) { .dtype = GS_DTYPE_F32, .n_dims = 4, .data = values,
                             .is_owned = with_data };
  memcpy (tensor->dims, dims, 4 * sizeof *dims);
  return values;
}

/* The U-Net's weight with the change on it. */
static gboolean
read_changed (ControlWeights *self, const char *name, const GsAdapterModule *module,
              const guint64 *dims, guint n_dims, GsHostTensor *tensor, GError **error)
{
  g_autofree char *counterpart = name_in_unet (name);
  const GsStoredTensor *wider = n_dims == 4 ? find_wider (self, counterpart, dims) : NULL;
  float *values = wider != NULL
                    ? read_first_channels (wider, dims, TRUE, tensor)
                    : read_floats (self->unet, counterpart, dims, n_dims, tensor, error);
  gboolean done;

  if (values == NULL)
    return FALSE;
  done = module->parts[GS_ADAPTER_DIFF_BIAS] != NULL
           ? gs_adapter_apply_bias (module, 1, gs_host_tensor_n_elements (tensor), values, error)
           : gs_adapter_apply (module, 1, dims, n_dims, values, error);
  if (!done)
    g_free (values);
  return done;
}

/* As floats at any strength, so that its type stays: halves times a strength are no halves. */
static gboolean
read_scaled (ControlWeights *self, const char *name, const guint64 *dims, guint n_dims,
             gboolean with_data, GsHostTensor *tensor, GError **error)
{
  float *values;

  if (!with_data)
    {
      if (!self->own->klass->read (self->own, name, dims, n_dims, FALSE, tensor, error))
        return FALSE;
      tensor->dtype = GS_DTYPE_F32;
      return TRUE;
    }
  values = read_floats (self->own, name, dims, n_dims, tensor, error);

  for (guint64 i = 0; values != NULL && i < gs_host_tensor_n_elements (tensor); i++)
    values[i] *= self->strength;
  return values != NULL;
}

static gboolean
control_read (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
              gboolean with_data, GsHostTensor *tensor, GError **error)
{
  ControlWeights *self = (ControlWeights *) source;
  const gboolean is_own = source_has (self->own, name);
  g_autofree char *counterpart = name_in_unet (name);
  const GsStoredTensor *wider;
  GsAdapterModule change;

  if (is_own && gs_control_weights_is_scaled (self, name))
    return read_scaled (self, name, dims, n_dims, with_data, tensor, error);
  if (!source_has (self->unet, counterpart) || (is_own && self->is_lora))
    return self->own->klass->read (self->own, name, dims, n_dims, with_data, tensor, error);
  if (with_data && find_change (self, name, &change))
    return read_changed (self, name, &change, dims, n_dims, tensor, error);
  wider = n_dims == 4 ? find_wider (self, counterpart, dims) : NULL;
  if (wider != NULL)
    {
      read_first_channels (wider, dims, with_data, tensor);
      return TRUE;
    }
  return self->unet->klass->read (self->unet, counterpart, dims, n_dims, with_data, tensor, error);
}

static void
control_release (GsWeightSource *source, GsHostTensor *tensor)
{
  ControlWeights *self = (ControlWeights *) source;

  if (tensor->is_owned)
    g_free ((gpointer) tensor->data);
  else
    {
      /* Whose it is does not matter: each frees what it has made. */
      source_release (self->own, tensor);
      if (self->unet != NULL)
        source_release (self->unet, tensor);
    }
}

static void
control_free (GsWeightSource *source)
{
  ControlWeights *self = (ControlWeights *) source;

  gs_weight_source_free (self->own);
  gs_weight_source_free (self->unet);
  g_free (self);
}

GsWeightSource *
gs_control_weights_new (GsWeightSource *own)
{
  static const GsWeightSourceClass klass = {
    .has = control_has,
    .read = control_read,
    .release = control_release,
    .free = control_free,
  };
  ControlWeights *self = g_new0 (ControlWeights, 1);

  self->base.klass = &klass;
  self->own = own;
  self->strength = 1;
  return &self->base;
}

static const GsStoredTensor *
find_weight (gpointer owner, const char *name)
{
  return gs_checkpoint_find (owner, name);
}

void
gs_control_weights_set_base (GsWeightSource *source, const GsCheckpoint *control,
                             GsCheckpoint *base, gboolean is_lora)
{
  ControlWeights *self = (ControlWeights *) source;

  self->control = control;
  self->model = base;
  self->is_lora = is_lora;
  self->unet = gs_file_weights_new (find_weight, NULL, base);
}

void
gs_control_weights_set_strength (GsWeightSource *source, float strength)
{
  ((ControlWeights *) source)->strength = strength;
}
