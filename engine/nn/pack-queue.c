/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each weight is packed by some threads, and some weights are at a time. */
#include "nn/pack-queue.h"

#include "base/parallel.h"

/* Packed at a time: 30 ms of a slow disk, after which a caller may be asked whether to go on. */
#define MOST_BYTES (16u << 20)

typedef struct
{
  char           *name;
  GsHostTensor    tensor;
  GsDtype         dtype;
  const GsLayout *layout;
  gpointer        to;
  gboolean        is_packed;
} Entry;

struct _GsPackQueue
{
  GsWeightSource *source;
  GArray         *entries; /* Entry */
  guint64         n_bytes; /* of them, in files */
};

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->name);
}

GsPackQueue *
gs_pack_queue_new (GsWeightSource *source)
{
  GsPackQueue *self = g_new0 (GsPackQueue, 1);

  self->source = source;
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
gs_pack_queue_free (GsPackQueue *self)
{
  if (self == NULL)
    return;
  gs_pack_queue_drop (self);
  g_array_unref (self->entries);
  g_free (self);
}

static void
pack_some (guint64 begin, guint64 end, gpointer data)
{
  const GsPackQueue *self = data;

  for (guint64 i = begin; i < end; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      entry->is_packed = entry->layout->pack (&entry->tensor, entry->dtype, entry->to);
    }
}

gboolean
gs_pack_queue_settle (GsPackQueue *self, GError **error)
{
  const Entry *failed = NULL;

  if (self->entries->len == 0)
    return TRUE;
  gs_parallel (self->entries->len, 1, pack_some, self);
  for (guint i = 0; i < self->entries->len && failed == NULL; i++)
    if (!g_array_index (self->entries, Entry, i).is_packed)
      failed = &g_array_index (self->entries, Entry, i);
  if (failed != NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                 "The tensor %s cannot be read any more; was its file changed, or its disk taken away?",
                 failed->name);
  gs_pack_queue_drop (self);
  return failed == NULL;
}

gboolean
gs_pack_queue_add (GsPackQueue *self, const char *name, const GsHostTensor *tensor, GsDtype dtype,
                   const GsLayout *layout, gpointer to, GError **error)
{
  const guint64 n_bytes = gs_host_tensor_n_elements (tensor) / gs_dtype_block (tensor->dtype)
                          * gs_dtype_bytes (tensor->dtype);
  const Entry entry = { g_strdup (name), *tensor, dtype, layout, to, FALSE };

  g_array_append_val (self->entries, entry);
  self->n_bytes += n_bytes;
  if (!gs_mapped_file_holds (tensor->file, tensor->data, n_bytes))
    return gs_pack_queue_settle (self, error);
  gs_mapped_file_expect (tensor->file, tensor->data, n_bytes);
  return self->n_bytes < MOST_BYTES || gs_pack_queue_settle (self, error);
}

void
gs_pack_queue_drop (GsPackQueue *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);

      gs_weight_source_release (self->source, entry->name, &entry->tensor);
    }
  g_array_set_size (self->entries, 0);
  self->n_bytes = 0;
}
