/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows are compared with the one above and pixels with the one before; runs become edges. */
#include "config.h"

#include "gesso-outline.h"

#include <string.h>

#define HALF 128

/* Whether each stride-th pixel of a row is selected, with one more to each side that is not. */
static void
read_row (const GessoTiles *plane, const GdkRectangle *area, int y, int stride, guint8 *line,
          guint8 *row, int n)
{
  const GdkRectangle strip = { area->x, y, area->width, 1 };

  row[0] = row[n + 1] = 0;
  gesso_tiles_read (plane, &strip, line, (gsize) area->width);
  for (int k = 0; k < n; k++)
    row[k + 1] = line[k * stride] >= HALF;
}

static void
add (GArray *edges, int x1, int y1, int x2, int y2)
{
  const GessoEdge edge = { x1, y1, x2, y2 };

  g_array_append_val (edges, edge);
}

GArray *
gesso_outline_new (const GessoTiles   *plane,
                   const GdkRectangle *area,
                   int                 stride,
                   guint               max_edges)
{
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (GessoEdge));
  int n = (area->width + stride - 1) / stride, n_rows = (area->height + stride - 1) / stride;
  int right = area->x + area->width, bottom = area->y + area->height;
  g_autofree guint8 *line = g_malloc0 ((gsize) area->width);
  g_autofree guint8 *above = g_malloc0 ((gsize) n + 2);
  g_autofree guint8 *row = g_malloc0 ((gsize) n + 2);
  g_autofree int *began = g_malloc0 (((gsize) n + 2) * sizeof (int)); /* of open vertical runs, + 1 */

  for (int j = 0; j <= n_rows && edges->len < max_edges; j++)
    {
      int y = MIN (area->y + j * stride, bottom), start = -1;
      guint8 *swap;

      if (j < n_rows)
        read_row (plane, area, y, stride, line, row, n);
      else
        memset (row, 0, (gsize) n + 2);

      for (int k = 0; k <= n + 1; k++)
        {
          gboolean horizontal = above[k] != row[k];
          gboolean vertical = k > 0 && row[k - 1] != row[k];

          if (horizontal && start < 0)
            start = k;
          else if (!horizontal && start >= 0)
            {
              add (edges, area->x + (start - 1) * stride, y,
                   MIN (area->x + (k - 1) * stride, right), y);
              start = -1;
            }
          if (vertical && began[k] == 0)
            began[k] = j + 1;
          else if (!vertical && began[k] > 0)
            {
              int x = MIN (area->x + (k - 1) * stride, right);

              add (edges, x, area->y + (began[k] - 1) * stride, x, y);
              began[k] = 0;
            }
        }
      swap = above;
      above = row;
      row = swap;
    }

  return edges;
}
