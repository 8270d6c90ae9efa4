/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All samplers, in the order in which users see them; and how their names are spelled elsewhere. */
#include "sample/sampler-table.h"

#include "sample/name-match.h"

#include <string.h>

static const GsSamplerClass *const classes[] = {
  &gs_sampler_euler_ancestral,
  &gs_sampler_euler_plain,
  &gs_sampler_heun,
  &gs_sampler_lms,
  &gs_sampler_dpm2,
  &gs_sampler_dpm2_ancestral,
  &gs_sampler_dpmpp_2m,
  &gs_sampler_dpmpp_2s_ancestral,
  &gs_sampler_dpmpp_sde,
  &gs_sampler_dpmpp_2m_sde,
  &gs_sampler_dpmpp_2m_sde_heun,
  &gs_sampler_dpmpp_3m_sde,
  &gs_sampler_ddim,
  &gs_sampler_plms,
  &gs_sampler_unipc,
  &gs_sampler_lcm,
  &gs_sampler_tcd,
  &gs_sampler_deis,
};

/* For scheduler_config.json alone: users have no use for them. */
static const GsSamplerClass *const hidden_classes[] = {
  &gs_sampler_dpmpp_singlestep,
  &gs_sampler_dpmpp_singlestep_sde,
};

/* What other programs call them. */
static const struct
{
  const char *name;
  const char *id;
} other_names[] = {
  { "euler ancestral", "euler-a" },
  { "k_euler_a", "euler-a" },
  { "k_euler_ancestral", "euler-a" },
  { "k_euler", "euler" },
  { "k_heun", "heun" },
  { "k_lms", "lms" },
  { "dpm 2", "dpm2" },
  { "k_dpm_2", "dpm2" },
  { "dpm 2 ancestral", "dpm2-a" },
  { "k_dpm_2_a", "dpm2-a" },
  { "k_dpm_2_ancestral", "dpm2-a" },
  { "dpm2 ancestral", "dpm2-a" },
  { "k_dpmpp_2m", "dpmpp-2m" },
  { "k_dpmpp_2s_a", "dpmpp-2s-a" },
  { "dpmpp 2s ancestral", "dpmpp-2s-a" },
  { "k_dpmpp_sde", "dpmpp-sde" },
  { "k_dpmpp_2m_sde", "dpmpp-2m-sde" },
  { "k_dpmpp_3m_sde", "dpmpp-3m-sde" },
  { "pndm", "plms" },
  { "uni_pc", "unipc" },
  { "uni_pc_bh2", "unipc" },
};

const GsSamplerClass *
gs_sampler_class_of (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (classes[i]->name.id, id) == 0)
      return classes[i];
  for (guint i = 0; i < G_N_ELEMENTS (hidden_classes); i++)
    if (g_strcmp0 (hidden_classes[i]->name.id, id) == 0)
      return hidden_classes[i];
  return NULL;
}

const GsSamplerName *
gs_sampler_names (void)
{
  static GsSamplerName names[G_N_ELEMENTS (classes) + 1];
  static gsize filled = 0;

  if (g_once_init_enter (&filled))
    {
      for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
        names[i] = classes[i]->name;
      g_once_init_leave (&filled, 1);
    }
  return names;
}

static const GsSamplerName *
find (const char *name)
{
  const GsSamplerName *names = gs_sampler_names ();

  for (guint i = 0; i < G_N_ELEMENTS (other_names); i++)
    if (gs_name_matches (name, other_names[i].name))
      name = other_names[i].id;
  for (; names->id != NULL; names++)
    if (gs_name_matches (name, names->id) || gs_name_matches (name, names->label))
      return names;
  return NULL;
}

const GsSamplerName *
gs_sampler_lookup (const char *name, const char **schedule)
{
  const GsSamplerName *found = find (name);

  if (schedule != NULL)
    *schedule = NULL;
  if (found != NULL)
    return found;

  /* "DPM++ 2M Karras": a schedule's label at the end. */
  for (const GsScheduleName *entry = gs_schedule_names (); entry->id != NULL; entry++)
    {
      gsize length = strlen (name), tail = strlen (entry->label);
      g_autofree char *head = NULL;

      if (length <= tail || g_ascii_strcasecmp (name + length - tail, entry->label) != 0)
        continue;
      head = g_strndup (name, length - tail);
      found = find (head);
      if (found != NULL)
        {
          if (schedule != NULL)
            *schedule = entry->id;
          return found;
        }
    }
  return NULL;
}
