/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The samplers and schedules as programs list them.
 */
#include "gs.h"
#include "sample/sampler.h"

const GsNamed *
gs_list_samplers (void)
{
  static gsize list;

  if (g_once_init_enter (&list))
    {
      const GsSamplerName *names = gs_sampler_names ();
      GArray *array = g_array_new (TRUE, TRUE, sizeof (GsNamed));

      for (guint i = 0; names[i].id != NULL; i++)
        {
          GsNamed named = { names[i].id, names[i].label };

          g_array_append_val (array, named);
        }
      g_once_init_leave (&list, (gsize) g_array_free (array, FALSE));
    }
  return (const GsNamed *) list;
}

const GsNamed *
gs_list_schedules (void)
{
  static gsize list;

  if (g_once_init_enter (&list))
    {
      const GsScheduleName *names = gs_schedule_names ();
      GArray *array = g_array_new (TRUE, TRUE, sizeof (GsNamed));

      for (guint i = 0; names[i].id != NULL; i++)
        {
          GsNamed named = { names[i].id, names[i].label };

          g_array_append_val (array, named);
        }
      g_once_init_leave (&list, (gsize) g_array_free (array, FALSE));
    }
  return (const GsNamed *) list;
}
