/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program whose weights pass by. */
#include "tensor/segments.h"

#include "gpu/buffer.h"
#include "tensor/op-class.h"
#include "tensor/plan.h"

typedef struct
{
  guint       first, end;  /* nodes of the graph, end exclusive */
  GPtrArray  *weights;     /* tensors, borrowed, each once      */
  GArray     *offsets;     /* guint64, of those in the segment  */
  guint64     n_bytes;
  gboolean    is_kept;
  GsBuffer   *kept;        /* where those lie that stay; NULL: not there yet */
  guint       place;       /* of the stream, of those that pass */
  GsCommands *commands;
  GsWeights  *source;
} Segment;

struct _GsSegments
{
  GsGraph   *graph;
  GsStream  *stream;
  GPtrArray *list;       /* Segment */
  guint64    kept_bytes; /* with padding */
  gboolean   recorded;
};

static guint64
aligned_bytes (const GsTensor *tensor)
{
  return (tensor->n_bytes + GS_PLAN_ALIGNMENT - 1) / GS_PLAN_ALIGNMENT * GS_PLAN_ALIGNMENT;
}

static gboolean
is_weight (const GsTensor *tensor)
{
  return tensor != NULL && tensor->kind == GS_TENSOR_WEIGHT;
}

/* Of the weights that a node reads. */
static guint64
node_bytes (const GsNode *node)
{
  guint64 n_bytes = 0;

  for (guint i = 0; i < node->n_inputs; i++)
    if (is_weight (node->inputs[i]))
      n_bytes += aligned_bytes (node->inputs[i]);
  return n_bytes;
}

guint64
gs_segments_count_weights (GsGraph *graph, guint64 *largest)
{
  guint64 sum = 0, most = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const GsNode *node = graph->nodes->pdata[i];
      const guint64 n_bytes = node->dead ? 0 : node_bytes (node);

      sum += n_bytes;
      most = MAX (most, n_bytes);
    }
  if (largest != NULL)
    *largest = most;
  return sum;
}

/* ---- Cutting ---- */

static void
segment_free (gpointer data)
{
  Segment *segment = data;

  gs_commands_free (segment->commands);
  gs_buffer_free (segment->kept);
  g_ptr_array_unref (segment->weights);
  g_array_unref (segment->offsets);
  g_free (segment);
}

static Segment *
add_segment (GsSegments *self, guint first)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->first = segment->end = first;
  segment->weights = g_ptr_array_new ();
  segment->offsets = g_array_new (FALSE, FALSE, sizeof (guint64));
  segment->source = self->graph->weights;
  g_ptr_array_add (self->list, segment);
  return segment;
}

static void
add_weights (Segment *segment, const GsNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    {
      if (!is_weight (node->inputs[i]) || g_ptr_array_find (segment->weights, node->inputs[i], NULL))
        continue;
      g_ptr_array_add (segment->weights, node->inputs[i]);
      g_array_append_val (segment->offsets, segment->n_bytes);
      segment->n_bytes += aligned_bytes (node->inputs[i]);
    }
}

static void
cut (GsSegments *self)
{
  const guint64 most = gs_stream_get_place_bytes (self->stream);
  Segment *segment = add_segment (self, 0);

  for (guint i = 0; i < self->graph->nodes->len; i++)
    {
      const GsNode *node = self->graph->nodes->pdata[i];
      const guint64 n_bytes = node->dead ? 0 : node_bytes (node);

      g_assert (n_bytes <= most);
      if (segment->n_bytes + n_bytes > most)
        segment = add_segment (self, i);
      if (!node->dead)
        add_weights (segment, node);
      segment->end = i + 1;
    }
}

GsSegments *
gs_segments_new (GsGraph *graph, GsStream *stream, guint64 kept_bytes)
{
  GsSegments *self = g_new0 (GsSegments, 1);
  gboolean keeps = TRUE;
  guint n_passing = 0;

  self->graph = graph;
  self->stream = stream;
  self->list = g_ptr_array_new_with_free_func (segment_free);
  cut (self);
  for (guint i = 0; i < self->list->len; i++)
    {
      Segment *segment = self->list->pdata[i];

      keeps = keeps && self->kept_bytes + segment->n_bytes + GS_BUFFER_PADDING_BYTES <= kept_bytes;
      segment->is_kept = keeps;
      if (keeps)
        self->kept_bytes += segment->n_bytes + GS_BUFFER_PADDING_BYTES;
      else
        segment->place = n_passing++ % GS_STREAM_PLACES;
    }
  return self;
}

void
gs_segments_free (GsSegments *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->list->len; i++)
    for (guint place = 0; place < GS_STREAM_PLACES; place++)
      if (gs_stream_get_holder (self->stream, place) == self->list->pdata[i])
        gs_stream_set_holder (self->stream, place, NULL);
  g_ptr_array_unref (self->list);
  g_free (self);
}

guint64
gs_segments_get_kept_bytes (GsSegments *self)
{
  return self->kept_bytes;
}

guint
gs_segments_get_n_dispatches (GsSegments *self)
{
  guint n = 0;

  for (guint i = 0; i < self->list->len && self->recorded; i++)
    n += gs_commands_get_n_dispatches (((Segment *) self->list->pdata[i])->commands);
  return n;
}

gboolean
gs_segments_are_recorded (GsSegments *self)
{
  return self->recorded;
}

/* ---- Bringing ---- */

static gboolean
fill (gpointer data, guint8 *destination, GError **error)
{
  Segment *segment = data;

  for (guint i = 0; i < segment->weights->len; i++)
    if (!segment->source->klass->load (segment->source, segment->weights->pdata[i],
                                       destination + g_array_index (segment->offsets, guint64, i),
                                       error))
      return FALSE;
  return TRUE;
}

static gboolean
bring (GsSegments *self, Segment *segment, GError **error)
{
  GsStream *stream = self->stream;

  if (segment->n_bytes == 0 || gs_stream_get_holder (stream, segment->place) == segment)
    return TRUE;
  gs_stream_set_holder (stream, segment->place, NULL);
  if (!gs_stream_bring (stream, segment->place, gs_stream_get_place (stream, segment->place), 0,
                        segment->n_bytes, fill, segment, error))
    return FALSE;
  gs_stream_set_holder (stream, segment->place, segment);
  return TRUE;
}

/* A buffer for each segment: all together may be more than the device gives at once. */
static gboolean
bring_kept (GsSegments *self, GError **error)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      Segment *segment = self->list->pdata[i];
      g_autoptr (GsBuffer) kept = NULL;

      if (!segment->is_kept || segment->n_bytes == 0 || segment->kept != NULL)
        continue;
      kept = gs_buffer_new (gs_stream_get_device (self->stream), GS_MEMORY_DEVICE, segment->n_bytes,
                            "weights", error);
      if (kept == NULL
          || !gs_stream_bring (self->stream, i % GS_STREAM_PLACES, kept, 0, segment->n_bytes, fill,
                               segment, error))
        return FALSE;
      segment->kept = g_steal_pointer (&kept);
    }
  return TRUE;
}

/* ---- Recording and running ---- */

static void
place_weights (GsSegments *self, Segment *segment)
{
  for (guint i = 0; i < segment->weights->len; i++)
    {
      GsTensor *weight = segment->weights->pdata[i];

      weight->buffer = segment->is_kept ? segment->kept
                                        : gs_stream_get_place (self->stream, segment->place);
      weight->offset = g_array_index (segment->offsets, guint64, i);
    }
}

static gboolean
record (GsSegments *self, Segment *segment, GsSegmentsEnd end, gpointer data, GError **error)
{
  g_clear_pointer (&segment->commands, gs_commands_free);
  segment->commands = gs_commands_new (gs_stream_get_device (self->stream), self->graph->name);
  place_weights (self, segment);
  for (guint i = segment->first; i < segment->end; i++)
    {
      GsNode *node = self->graph->nodes->pdata[i];

      if (!node->dead)
        node->klass->record (node, segment->commands);
    }
  if (segment == self->list->pdata[self->list->len - 1])
    end (segment->commands, data);
  return gs_commands_finish (segment->commands, error);
}

gboolean
gs_segments_record (GsSegments *self, GsSegmentsEnd end, gpointer data, GError **error)
{
  self->recorded = FALSE;
  if (!gs_stream_reserve (self->stream, error) || !bring_kept (self, error))
    return FALSE;
  for (guint i = 0; i < self->list->len; i++)
    if (!record (self, self->list->pdata[i], end, data, error))
      return FALSE;
  self->recorded = TRUE;
  return TRUE;
}

/* The first from i on whose weights pass, or NULL. */
static Segment *
next_passing (GsSegments *self, guint i)
{
  for (; i < self->list->len; i++)
    if (!((Segment *) self->list->pdata[i])->is_kept)
      return self->list->pdata[i];
  return NULL;
}

/* When segment i is started, those before it have ended: so only its own place is in use. */
gboolean
gs_segments_run (GsSegments *self, GError **error)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      Segment *segment = self->list->pdata[i], *next = next_passing (self, i + 1);
      GError *failure = NULL;

      if (!segment->is_kept && !bring (self, segment, error))
        return FALSE;
      if (!gs_commands_start (segment->commands, error))
        return FALSE;
      if (next != NULL && (segment->is_kept || next->place != segment->place))
        bring (self, next, &failure);
      gs_commands_wait (segment->commands, failure == NULL ? &failure : NULL);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
    }
  return TRUE;
}
