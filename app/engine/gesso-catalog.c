/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's lists and headers, as GTK likes them. */
#include "config.h"

#include "gesso-catalog.h"

#include "gs.h"

#include <glib/gi18n.h>
#include <string.h>

static const GsNamed *
list_names (GessoCatalog catalog)
{
  return catalog == GESSO_CATALOG_SAMPLERS ? gs_list_samplers () : gs_list_schedules ();
}

GtkStringList *
gesso_catalog_get_labels (GessoCatalog catalog)
{
  GtkStringList *labels = gtk_string_list_new (NULL);

  for (const GsNamed *entry = list_names (catalog); entry->id; entry++)
    gtk_string_list_append (labels, entry->label);

  return labels;
}

const char *const *
gesso_catalog_get_ids (GessoCatalog catalog)
{
  static GPtrArray *ids[2]; /* main thread; kept for good, as the engine's list is */

  if (ids[catalog] == NULL)
    {
      ids[catalog] = g_ptr_array_new ();
      for (const GsNamed *entry = list_names (catalog); entry->id; entry++)
        g_ptr_array_add (ids[catalog], (gpointer) entry->id);
      g_ptr_array_add (ids[catalog], NULL);
    }

  return (const char *const *) ids[catalog]->pdata;
}

guint
gesso_catalog_find (GessoCatalog catalog, const char *name)
{
  const GsNamed *names = list_names (catalog);

  for (guint i = 0; name && names[i].id; i++)
    if (g_ascii_strcasecmp (names[i].id, name) == 0 ||
        g_ascii_strcasecmp (names[i].label, name) == 0)
      return i;

  return GTK_INVALID_LIST_POSITION;
}

/* ---- Models --------------------------------------------------------------------------------- */

const char *const gesso_model_suffixes[] = { "safetensors", "ckpt", "pt", "bin", "gguf", NULL };

gboolean
gesso_catalog_is_model_name (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot && gesso_model_suffixes[i]; i++)
    if (g_ascii_strcasecmp (dot + 1, gesso_model_suffixes[i]) == 0)
      return TRUE;

  return FALSE;
}

void
gesso_catalog_get_proposal (GessoProposal *proposal)
{
  const GsRequest request = GS_REQUEST_DEFAULT;

  proposal->steps = request.steps;
  proposal->guidance_scale = (double) request.guidance_scale;
  proposal->sampler = request.sampler ? request.sampler : "euler-a";
  proposal->schedule = request.schedule ? request.schedule : "normal";
}

void
gesso_model_free (GessoModel *model)
{
  if (model == NULL)
    return;

  g_free (model->path);
  g_free (model->name);
  g_free (model->family);
  g_free (model->description);
  g_free (model);
}

static void
query_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *path = data;
  GError *error = NULL;
  g_autoptr (GsModelInfo) info = gs_model_info_new (*path ? path : NULL, &error);
  g_autofree char *size = NULL;
  GessoModel *model;

  if (info == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (info->missing[0] != NULL)
    {
      g_task_return_new_error (task, GS_ERROR, GS_ERROR_BAD_FILE,
                               _("%s is incomplete: it lacks %s and others; download it again"),
                               info->name, info->missing[0]);
      return;
    }

  size = g_format_size (info->file_bytes);
  model = g_new0 (GessoModel, 1);
  model->path = g_strdup (path);
  model->name = g_strdup (info->name);
  model->family = g_strdup (info->family);
  model->description = g_strdup_printf ("%s · %s · %s", info->family, info->dtype, size);
  model->native_size = info->native_size;
  model->is_editing = info->is_editing;
  model->n_parameters = info->n_parameters;
  gesso_catalog_get_proposal (&model->proposal); /* its files say nothing of the kind */
  g_task_return_pointer (task, model, (GDestroyNotify) gesso_model_free);
}

void
gesso_model_query_async (const char         *path,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_model_query_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, query_in_thread);
}

GessoModel *
gesso_model_query_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Settings of a picture ------------------------------------------------------------------ */

static void
take_name (GessoSettings *settings, const char *property, GessoCatalog catalog, const char *name)
{
  guint position = gesso_catalog_find (catalog, name);

  if (position != GTK_INVALID_LIST_POSITION)
    g_object_set (settings, property, gesso_catalog_get_ids (catalog)[position], NULL);
}

/* A picture without a second pass leaves the choice as it is, unless it is larger than what any model
 * would make in one by itself. */
static void
take_passes (GessoSettings *settings, const GsSettings *parsed)
{
  const GsRequest *request = &parsed->request;
  char scale[G_ASCII_DTOSTR_BUF_SIZE];

  if (request->hires == GS_HIRES_ON)
    g_object_set (settings,
                  "hires", g_ascii_formatd (scale, sizeof scale, "%g", (double) request->hires_scale),
                  "hires-strength", CLAMP ((double) request->hires_strength, 0.05, 1),
                  "hires-upscaler", parsed->hires_upscaler ? parsed->hires_upscaler : "pixel",
                  NULL);
  else if (parsed->has_size && (guint64) request->width * request->height > 1.5 * 512 * 512)
    g_object_set (settings, "hires", "off", NULL);
}

static void
take_shortcuts (GessoSettings *settings, const GsRequest *request)
{
  const gboolean is_limited = request->guidance_from > 0
                              || (request->guidance_to > 0 && request->guidance_to < 1);

  g_object_set (settings,
                "guided-steps", is_limited ? "middle" : "all",
                "deep-layers", request->deep_cache > 2 ? "3" : request->deep_cache == 2 ? "2" : "1",
                "prompt-steps", request->gate > 0 ? "half" : "all",
                "free-u", request->free_u ? "on" : "off",
                NULL);
}

GessoSettings *
gesso_settings_from_parameters (const char *parameters, GessoSettings *current, GError **error)
{
  g_autoptr (GsSettings) parsed = gs_settings_parse (parameters, error);
  GessoSettings *settings;

  if (parsed == NULL)
    return NULL;

  settings = gesso_settings_copy (current);
  g_object_set (settings,
                "prompt", parsed->prompt ? parsed->prompt : "",
                "negative-prompt", parsed->negative_prompt ? parsed->negative_prompt : "",
                "vae", "", /* else its file is named, and looked for in the library */
                "refiner", "",
                "refiner-start", CLAMP ((double) parsed->request.refiner_start, 0, 1),
                "steps", CLAMP (parsed->request.steps, 1, 1000),
                "guidance-scale", CLAMP ((double) parsed->request.guidance_scale, 0, 50),
                "image-guidance", CLAMP ((double) parsed->request.image_guidance, 0, 50),
                "guidance-rescale", CLAMP ((double) parsed->request.guidance_rescale, 0, 1),
                "rng", parsed->request.rng == GS_RNG_CUDA ? "cuda" : "cpu",
                "clip-skip", MIN (parsed->request.clip_skip, 12),
                NULL);
  take_name (settings, "sampler", GESSO_CATALOG_SAMPLERS, parsed->sampler);
  take_name (settings, "schedule", GESSO_CATALOG_SCHEDULES, parsed->schedule);
  if (parsed->has_size)
    g_object_set (settings,
                  "width", MIN (parsed->request.width, 8192),
                  "height", MIN (parsed->request.height, 8192),
                  NULL);
  take_passes (settings, parsed);
  take_shortcuts (settings, &parsed->request);
  if (parsed->has_seed)
    g_object_set (settings, "seed", parsed->request.seed, NULL);
  if (parsed->has_denoising_strength)
    g_object_set (settings, "denoising-strength",
                  CLAMP ((double) parsed->request.denoising_strength, 0, 1), NULL);

  return settings;
}
