/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a U-Net alone are how many models are shared; the rest is the same for all of a family. */
#include "session/model-parts.h"

#include "models/model-config.h"
#include "session/library.h"

#include <string.h>

typedef struct
{
  GsCheckpoint *to;
  GsModelConfig config; /* of what is there by now */
  GPtrArray    *donors, *notes;
} Search;

static gboolean
is_missing (const Search *search, GsComponent component)
{
  if (gs_checkpoint_has (search->to, component))
    return FALSE;
  if (search->config.family != GS_FAMILY_SDXL)
    return component == GS_COMPONENT_TEXT_ENCODER || component == GS_COMPONENT_VAE;
  /* The refiner has the second one alone. */
  if (component == GS_COMPONENT_TEXT_ENCODER)
    return !search->config.has[GS_COMPONENT_TEXT_ENCODER_2]
           || search->config.clip_2.width != search->config.unet.context_width;
  return component == GS_COMPONENT_TEXT_ENCODER_2 || component == GS_COMPONENT_VAE;
}

static const GsComponent parts[] = { GS_COMPONENT_TEXT_ENCODER_2, GS_COMPONENT_TEXT_ENCODER,
                                     GS_COMPONENT_VAE };

static gboolean
is_complete (const Search *search)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (is_missing (search, parts[i]))
      return FALSE;
  return TRUE;
}

static void
take (Search *search, const GsCheckpoint *other, GsComponent component)
{
  const char *path = gs_checkpoint_path (other);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (name);

  if (!gs_checkpoint_replace (search->to, other, component))
    return;
  g_ptr_array_add (search->notes, g_strdup_printf ("The %s is that of %s",
                                                   gs_component_label (component), shown));
  g_ptr_array_add (search->donors, g_strdup (path));
  gs_model_config_derive (search->to, NULL, &search->config, NULL);
}

/* A whole model of the same kind. */
static gboolean
is_kin (const Search *search, const GsModelConfig *other)
{
  const GsUnetConfig *a = &search->config.unet, *b = &other->unet;

  return other->has[GS_COMPONENT_UNET] && other->family == search->config.family
         && a->context_width == b->context_width && a->label_width == b->label_width
         && a->out_channels == b->out_channels;
}

/* SDXL's autoencoder has the others' shapes: only their names tell them apart. */
static gboolean
is_fitting_vae (const Search *search, const GsModelConfig *other, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_ascii_strdown (base, -1);
  const gboolean is_xl = strstr (name, "xl") != NULL;

  return !other->has[GS_COMPONENT_UNET] && other->vae.has_decoder
         && other->vae.latent_channels == search->config.unet.out_channels
         && is_xl == (search->config.family == GS_FAMILY_SDXL);
}

/* By the width of what the U-Net attends to. */
static gboolean
fits (const Search *search, const GsModelConfig *other, const char *path, GsComponent component)
{
  const guint width = search->config.unet.context_width;
  const gboolean is_sdxl = search->config.family == GS_FAMILY_SDXL;

  switch (component)
    {
    case GS_COMPONENT_VAE:
      return is_fitting_vae (search, other, path);
    case GS_COMPONENT_TEXT_ENCODER_2:
      return is_sdxl && other->clip_2.width <= width;
    case GS_COMPONENT_TEXT_ENCODER:
      return other->clip.width == (!is_sdxl ? width
                                   : search->config.has[GS_COMPONENT_TEXT_ENCODER_2]
                                     ? width - search->config.clip_2.width : 0);
    default:
      return FALSE;
    }
}

static void
try_path (Search *search, const char *path, gboolean wants_kin)
{
  g_autoptr (GsCheckpoint) other = NULL;
  GsModelConfig config;

  if (g_str_equal (path, gs_checkpoint_path (search->to)))
    return;
  other = gs_checkpoint_open (path, NULL);
  if (other == NULL || !gs_model_config_derive (other, NULL, &config, NULL)
      || (wants_kin && !is_kin (search, &config)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (config.has[parts[i]] && is_missing (search, parts[i])
        && (wants_kin || fits (search, &config, path, parts[i])))
      take (search, other, parts[i]);
}

void
gs_model_parts_find (GsCheckpoint *checkpoint, const GPtrArray *paths, GPtrArray *donors,
                     GPtrArray *notes)
{
  Search search = { .to = checkpoint, .donors = donors, .notes = notes };
  g_autofree char *folder = g_path_get_dirname (gs_checkpoint_path (checkpoint));
  g_autoptr (GPtrArray) beside = NULL;

  if (!gs_checkpoint_has (checkpoint, GS_COMPONENT_UNET)
      || !gs_model_config_derive (checkpoint, NULL, &search.config, NULL) || is_complete (&search))
    return;
  beside = gs_library_list ((const char *const[]) { folder, NULL });
  for (guint kin = 0; kin < 2; kin++)
    {
      for (guint i = 0; i < beside->len && !is_complete (&search); i++)
        try_path (&search, beside->pdata[i], kin == 0);
      for (guint i = 0; i < paths->len && !is_complete (&search); i++)
        try_path (&search, paths->pdata[i], kin == 0);
    }
}
