/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of matrix products, packed into the panels of shaders/matmul.h. */
#include "ops/matmul-private.h"

#include "matmul.h"

typedef struct
{
  guint64 columns, channels, taps;
  guint64 fours; /* of channels */
} PanelSizes;

static PanelSizes
panel_sizes (const guint64 *dims, guint n_dims)
{
  PanelSizes sizes = { .columns = dims[0], .channels = n_dims > 1 ? dims[1] : 1, .taps = 1 };

  for (guint i = 2; i < n_dims; i++)
    sizes.taps *= dims[i];
  sizes.fours = (sizes.channels + 3) / 4;
  return sizes;
}

static guint64
panels_bytes (const guint64 *dims, guint n_dims, GsDtype dtype)
{
  const PanelSizes s = panel_sizes (dims, n_dims);

  return gs_groups (s.columns, GS_MATMUL_PANEL) * s.taps * s.fours * 4 * GS_MATMUL_PANEL
         * gs_dtype_bytes (dtype);
}

/* Writes one panel from its columns, each (channels, taps) elements; both element types have an
 * all-zero-bits zero. */
#define DEFINE_PACK_PANEL(name, Element)                                                           \
  static Element *name (const PanelSizes *s, const Element *columns, guint64 n_columns,            \
                        Element *out)                                                              \
  {                                                                                                \
    for (guint64 tap = 0; tap < s->taps; tap++)                                                    \
      for (guint64 first = 0; first < s->fours * 4; first += 4)                                    \
        for (guint64 n = 0; n < GS_MATMUL_PANEL; n++)                                              \
          for (guint64 c = first; c < first + 4; c++)                                              \
            *out++ = n < n_columns && c < s->channels                                              \
                       ? columns[(n * s->channels + c) * s->taps + tap] : 0;                       \
    return out;                                                                                    \
  }

DEFINE_PACK_PANEL (pack_panel_16, guint16)
DEFINE_PACK_PANEL (pack_panel_32, guint32)

static void
panels_pack (const GsHostTensor *source, GsDtype dtype, gpointer destination)
{
  const PanelSizes s = panel_sizes (source->dims, source->n_dims);
  const guint64 column_elements = s.channels * s.taps;
  g_autofree gpointer columns = g_malloc (GS_MATMUL_PANEL * column_elements
                                          * gs_dtype_bytes (dtype));

  for (guint64 n = 0; n < s.columns; n += GS_MATMUL_PANEL)
    {
      const guint64 n_columns = MIN (GS_MATMUL_PANEL, s.columns - n);

      if (dtype == GS_DTYPE_F16)
        {
          gs_host_tensor_to_halves (source, n * column_elements, n_columns * column_elements,
                                    columns);
          destination = pack_panel_16 (&s, columns, n_columns, destination);
        }
      else
        {
          gs_host_tensor_to_floats (source, n * column_elements, n_columns * column_elements,
                                    columns);
          destination = pack_panel_32 (&s, columns, n_columns, destination);
        }
    }
}

const GsLayout gs_layout_matmul = {
  .name = "matmul",
  .bytes = panels_bytes,
  .pack = panels_pack,
};
