/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes to train at. */
#include "train/buckets.h"

#include <math.h>

#define STEP 64

static void
add (GArray *buckets, guint32 width, guint32 height)
{
  const GsBucket bucket = { width, height };

  for (guint i = 0; i < buckets->len; i++)
    if (g_array_index (buckets, GsBucket, i).width == width
        && g_array_index (buckets, GsBucket, i).height == height)
      return;
  g_array_append_val (buckets, bucket);
}

GArray *
gs_buckets_new (guint32 resolution, gboolean buckets)
{
  GArray *sizes = g_array_new (FALSE, FALSE, sizeof (GsBucket));
  const guint32 step = resolution >= 8 * STEP ? STEP : MAX (resolution / 8 / 8 * 8, 8);
  const guint32 least = resolution / 2 / 8 * 8, most = 2 * resolution;
  const guint64 area = (guint64) resolution * resolution;

  add (sizes, resolution, resolution);
  for (guint32 width = least; buckets && width <= most; width += step)
    {
      const guint32 height = MIN (area / width / step * step, most);

      if (height < least)
        continue;
      add (sizes, width, height);
      add (sizes, height, width);
    }
  return sizes;
}

GsBucket
gs_buckets_choose (const GArray *buckets, guint32 width, guint32 height)
{
  const double shape = log ((double) width / height);
  GsBucket best = g_array_index (buckets, GsBucket, 0);
  double distance = G_MAXDOUBLE;

  for (guint i = 0; i < buckets->len; i++)
    {
      const GsBucket bucket = g_array_index (buckets, GsBucket, i);
      const double d = fabs (log ((double) bucket.width / bucket.height) - shape);

      if (d < distance)
        {
          distance = d;
          best = bucket;
        }
    }
  return best;
}
