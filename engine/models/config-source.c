/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the numbers of a config come from. */
#include "models/config-source.h"

#include "base/error.h"

#include <string.h>

/* No layer of any diffusion model is wider; the token table has most rows. */
#define MAX_SIZE (1u << 20)

/* Keys under which the subjects stand in JSON that describes a whole model. */
static const char *const nested_keys[GS_N_COMPONENTS + 1][4] = {
  [GS_COMPONENT_UNET] = { "unet" },
  [GS_COMPONENT_TEXT_ENCODER] = { "text_encoder", "clip", "l" },
  [GS_COMPONENT_TEXT_ENCODER_2] = { "text_encoder_2", "clip_2", "g" },
  [GS_COMPONENT_VAE] = { "vae" },
  [GS_COMPONENT_TAESD] = { "taesd" },
  [GS_COMPONENT_CONTROLNET] = { "controlnet" },
  [GS_COMPONENT_T2I_ADAPTER] = { "t2i_adapter" },
  [GS_CONFIG_SCHEDULE] = { "schedule", "scheduler" },
};

/* JSON of one component alone: keys that only that one has. The first row that fits counts. */
static const struct
{
  const char *key;
  guint subject;
} flat_keys[] = {
  { "mc", GS_COMPONENT_UNET },
  { "model_channels", GS_COMPONENT_UNET },
  { "ctx", GS_COMPONENT_UNET },
  { "context_dim", GS_COMPONENT_UNET },
  { "att", GS_COMPONENT_UNET },
  { "cross_attention_dim", GS_COMPONENT_UNET },
  { "L", GS_COMPONENT_TEXT_ENCODER },
  { "D", GS_COMPONENT_TEXT_ENCODER },
  { "layers", GS_COMPONENT_TEXT_ENCODER },
  { "vocab", GS_COMPONENT_TEXT_ENCODER },
  { "hidden_size", GS_COMPONENT_TEXT_ENCODER },
  { "ch", GS_COMPONENT_VAE },
  { "ch_mult", GS_COMPONENT_VAE },
  { "z_channels", GS_COMPONENT_VAE },
  { "latent_channels", GS_COMPONENT_VAE },
  { "beta_start", GS_CONFIG_SCHEDULE },
  { "channels", GS_COMPONENT_TAESD },
};

/* What `object` says about the subject: a part of it, all of it, or nothing. */
static JsonObject *
part_about (JsonObject *object, guint subject)
{
  gboolean is_nested = FALSE;

  if (object == NULL)
    return NULL;
  for (guint i = 0; i <= GS_N_COMPONENTS; i++)
    for (guint k = 0; k < 4 && nested_keys[i][k] != NULL; k++)
      {
        JsonObject *part = gs_json_get_object (object, nested_keys[i][k]);

        if (part != NULL && i == subject)
          return part;
        is_nested |= part != NULL;
      }
  for (guint i = 0; !is_nested && i < G_N_ELEMENTS (flat_keys); i++)
    if (json_object_has_member (object, flat_keys[i].key))
      return flat_keys[i].subject == subject ? object : NULL;
  return NULL;
}

static void
add_part (GsConfigSource *source, JsonObject *part)
{
  if (part != NULL)
    g_ptr_array_add (source->objects, json_object_ref (part));
}

static const char *
metadata_of (const GsCheckpoint *checkpoint, guint subject, const char *key)
{
  return subject < GS_N_COMPONENTS ? gs_checkpoint_metadata (checkpoint, subject, key)
                                   : gs_checkpoint_any_metadata (checkpoint, key);
}

/* "config" may be anybody's: text that is no JSON is passed over there, but is damage in keys of
 * our own. */
static gboolean
add_metadata_json (GsConfigSource *source, const GsCheckpoint *checkpoint, guint subject,
                   GError **error)
{
  static const char *const keys[] = { "gesso.test_config", "gesso.config", "config" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = metadata_of (checkpoint, subject, keys[i]);
      g_autofree char *what =
        g_strdup_printf ("The metadata “%s” of %s", keys[i], gs_checkpoint_shown_path (checkpoint));
      g_autoptr (JsonObject) object = NULL;
      g_autoptr (GError) json_error = NULL;

      if (text == NULL)
        continue;
      object = gs_json_parse_object (text, strlen (text), what, &json_error);
      if (object != NULL)
        add_part (source, part_about (object, subject));
      else if (g_str_has_prefix (keys[i], "gesso."))
        {
          g_propagate_error (error, g_steal_pointer (&json_error));
          return FALSE;
        }
    }
  return TRUE;
}

/* Single values: "gesso.unet.num_heads" and so on. */
static void
add_metadata_values (GsConfigSource *source, const GsCheckpoint *checkpoint, guint subject)
{
  static const struct
  {
    guint subject;
    const char *metadata, *key;
  } values[] = {
    { GS_COMPONENT_UNET, "gesso.unet.num_heads", "num_heads" },
    { GS_COMPONENT_UNET, "gesso.unet.norm_num_groups", "norm_num_groups" },
    { GS_COMPONENT_VAE, "gesso.vae.norm_num_groups", "norm_num_groups" },
    { GS_COMPONENT_VAE, "gesso.scaling_factor", "scaling_factor" },
    { GS_COMPONENT_TEXT_ENCODER, "gesso.clip.num_heads", "num_heads" },
    { GS_CONFIG_SCHEDULE, "modelspec.prediction_type", "prediction" },
  };
  g_autoptr (JsonObject) object = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const char *text = metadata_of (checkpoint, subject, values[i].metadata);

      if (values[i].subject == subject && text != NULL)
        json_object_set_string_member (object, values[i].key, text);
    }
  add_part (source, object);
}

gboolean
gs_config_source_init (GsConfigSource *source, const GsCheckpoint *checkpoint, JsonObject *extra,
                       guint subject, GError **error)
{
  static const char *const folders[GS_N_COMPONENTS + 1] = {
    [GS_COMPONENT_UNET] = "unet",
    [GS_COMPONENT_TEXT_ENCODER] = "text_encoder",
    [GS_COMPONENT_TEXT_ENCODER_2] = "text_encoder_2",
    [GS_COMPONENT_VAE] = "vae",
    [GS_COMPONENT_TAESD] = "taesd",
    [GS_COMPONENT_CONTROLNET] = "controlnet",
    [GS_COMPONENT_T2I_ADAPTER] = "t2i_adapter",
    [GS_CONFIG_SCHEDULE] = "scheduler",
  };

  source->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  add_part (source, part_about (extra, subject));
  add_part (source, gs_checkpoint_config (checkpoint, folders[subject]));
  if (!add_metadata_json (source, checkpoint, subject, error))
    {
      gs_config_source_clear (source);
      return FALSE;
    }
  add_metadata_values (source, checkpoint, subject);
  return TRUE;
}

void
gs_config_source_clear (GsConfigSource *source)
{
  g_clear_pointer (&source->objects, g_ptr_array_unref);
}

/* For each source, for each key after `last`: `statement` with `object` and `key`; returns from
 * the caller when true. */
#define FIRST_THAT(last, condition)                                 \
  for (guint i = 0; i < source->objects->len; i++)                  \
    {                                                               \
      JsonObject *object = g_ptr_array_index (source->objects, i);  \
      const char *key;                                              \
      gboolean found = FALSE;                                       \
      va_list keys;                                                 \
                                                                    \
      va_start (keys, last);                                        \
      while (!found && (key = va_arg (keys, const char *)) != NULL) \
        found = (condition);                                        \
      va_end (keys);                                                \
      if (found)                                                    \
        return TRUE;                                                \
    }                                                               \
  return FALSE

gboolean
gs_config_get_uint (const GsConfigSource *source, guint *value, ...)
{
  FIRST_THAT (value, gs_json_get_uint (object, key, value));
}

gboolean
gs_config_get_double (const GsConfigSource *source, double *value, ...)
{
  FIRST_THAT (value, gs_json_get_double (object, key, value));
}

gboolean
gs_config_get_boolean (const GsConfigSource *source, gboolean *value, ...)
{
  FIRST_THAT (value, gs_json_get_boolean (object, key, value));
}

#undef FIRST_THAT

const char *
gs_config_get_string (const GsConfigSource *source, ...)
{
  for (guint i = 0; i < source->objects->len; i++)
    {
      const char *key, *text = NULL;
      va_list keys;

      va_start (keys, source);
      while (text == NULL && (key = va_arg (keys, const char *)) != NULL)
        text = gs_json_get_string (g_ptr_array_index (source->objects, i), key);
      va_end (keys);
      if (text != NULL)
        return text;
    }
  return NULL;
}

guint
gs_config_count (const GsCheckpoint *checkpoint, const char *format, ...)
{
  g_autofree char *prefix = NULL;
  guint count = 0;
  va_list args;

  va_start (args, format);
  prefix = g_strdup_vprintf (format, args);
  va_end (args);
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;
      char *end;
      guint64 index;

      gs_checkpoint_tensor (checkpoint, i, &name);
      if (!g_str_has_prefix (name, prefix) || !g_ascii_isdigit (name[strlen (prefix)]))
        continue;
      index = g_ascii_strtoull (name + strlen (prefix), &end, 10);
      if (*end == '.' && index < MAX_SIZE)
        count = MAX (count, (guint) index + 1);
    }
  return count;
}

gboolean
gs_config_dim (const GsCheckpoint *checkpoint, guint *size, guint dim, const char *format, ...)
{
  g_autofree char *name = NULL;
  const GsStoredTensor *tensor;
  va_list args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  tensor = gs_checkpoint_find (checkpoint, name);
  if (tensor == NULL || dim >= tensor->n_dims || tensor->shape[dim] == 0 ||
      tensor->shape[dim] > MAX_SIZE)
    return FALSE;
  *size = (guint) tensor->shape[dim];
  return TRUE;
}

gboolean
gs_config_any (const GsCheckpoint *checkpoint, const char *prefix)
{
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;

      gs_checkpoint_tensor (checkpoint, i, &name);
      if (g_str_has_prefix (name, prefix))
        return TRUE;
    }
  return FALSE;
}

gboolean
gs_config_any_stored_as (const GsCheckpoint *checkpoint, GsComponent component, const char *word)
{
  for (guint i = 0; i < gs_checkpoint_n_tensors (checkpoint); i++)
    {
      const char *name;
      const GsStoredTensor *tensor = gs_checkpoint_tensor (checkpoint, i, &name);

      if (g_str_has_prefix (name, gs_component_prefix (component)) &&
          strstr (tensor->name, word) != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
gs_config_fail (const GsCheckpoint *checkpoint, GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s: %s", gs_checkpoint_shown_path (checkpoint),
               reason);
  return FALSE;
}

gboolean
gs_config_check_divides (const GsCheckpoint *checkpoint, const char *what, guint divisor,
                         guint size, GError **error)
{
  if (divisor > 0 && size % divisor == 0)
    return TRUE;
  return gs_config_fail (checkpoint, error,
                         "its configuration cannot be: %u %s do not divide %u channels", divisor,
                         what, size);
}
