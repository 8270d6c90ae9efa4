/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph planned, recorded and run. */
#include "tensor/program.h"

#include "base/half.h"
#include "tensor/arena.h"
#include "tensor/fuse.h"
#include "tensor/op-class.h"
#include "tensor/plan.h"
#include "tensor/segments.h"

#include <string.h>

struct _GsProgram
{
  GsGraph    *graph;
  GsArena    *arena;
  GsDevice   *device;
  guint64     arena_bytes, input_bytes, output_bytes;
  GPtrArray  *inputs;         /* of the graph, borrowed tensors                   */
  GPtrArray  *outputs;        /* of the graph                                     */
  guint64    *output_offsets; /* in the readback buffer */
  GsBuffer   *input_buffer, *output_buffer;
  GsCommands *commands;
  GsSegments *segments;       /* instead of commands where weights are streamed, else NULL */
  guint       generation;     /* of the arena when recorded */
  gboolean    asked;          /* for its kernels            */
};

GsProgram *
gs_program_new (GsGraph *graph, GsArena *arena)
{
  GsProgram *program = g_new0 (GsProgram, 1);

  program->graph = graph;
  program->arena = arena;
  program->device = gs_arena_get_device (arena);
  gs_graph_fuse_on (graph, program->device);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (!node->dead && node->klass->scratch_bytes != NULL)
        node->scratch_bytes = node->klass->scratch_bytes (node, program->device);
      if (!node->dead && node->klass->block_bytes != NULL)
        node->block_bytes = node->klass->block_bytes (node);
    }
  program->arena_bytes = gs_plan_arena (graph, gs_arena_get_guard_bytes (arena));
  program->input_bytes = gs_plan_inputs (graph);
  program->outputs = graph->outputs;
  program->output_offsets = g_new0 (guint64, program->outputs->len);
  program->inputs = g_ptr_array_new ();
  for (guint i = 0; i < graph->tensors->len; i++)
    if (((GsTensor *) graph->tensors->pdata[i])->kind == GS_TENSOR_INPUT)
      g_ptr_array_add (program->inputs, graph->tensors->pdata[i]);
  for (guint i = 0; i < program->outputs->len && !graph->outputs_stay; i++)
    {
      GsTensor *tensor = g_ptr_array_index (program->outputs, i);

      program->output_offsets[i] = program->output_bytes;
      program->output_bytes += (tensor->n_bytes + 255) / 256 * 256;
    }
  return program;
}

void
gs_program_free (GsProgram *program)
{
  if (program == NULL)
    return;
  gs_commands_free (program->commands);
  gs_segments_free (program->segments);
  gs_buffer_free (program->input_buffer);
  gs_buffer_free (program->output_buffer);
  g_ptr_array_unref (program->inputs);
  g_free (program->output_offsets);
  gs_graph_free (program->graph);
  g_free (program);
}

guint64
gs_program_get_arena_bytes (GsProgram *program)
{
  return program->arena_bytes;
}

guint64
gs_program_get_io_bytes (GsProgram *program)
{
  return program->input_bytes + (program->input_bytes > 0 ? GS_BUFFER_PADDING_BYTES : 0)
         + program->output_bytes + (program->output_bytes > 0 ? GS_BUFFER_PADDING_BYTES : 0);
}

GsGraph *
gs_program_get_graph (GsProgram *program)
{
  return program->graph;
}

GsDevice *
gs_program_get_device (GsProgram *program)
{
  return program->device;
}

guint64
gs_program_get_weight_bytes (GsProgram *program)
{
  return gs_segments_count_weights (program->graph, NULL);
}

guint64
gs_program_get_largest_weight_bytes (GsProgram *program)
{
  guint64 largest;

  gs_segments_count_weights (program->graph, &largest);
  return largest;
}

guint64
gs_program_stream_weights (GsProgram *program, GsStream *stream, guint64 kept_bytes)
{
  g_assert (program->commands == NULL);
  gs_segments_free (program->segments);
  program->segments = gs_segments_new (program->graph, stream, kept_bytes);
  return gs_segments_get_kept_bytes (program->segments);
}

guint
gs_program_get_n_dispatches (GsProgram *program)
{
  if (program->segments != NULL)
    return gs_segments_get_n_dispatches (program->segments);
  return program->commands != NULL ? gs_commands_get_n_dispatches (program->commands) : 0;
}

static gboolean
place_tensors (GsProgram *program, GError **error)
{
  GsGraph *graph = program->graph;

  for (guint i = 0; i < graph->tensors->len; i++)
    {
      GsTensor *tensor = g_ptr_array_index (graph->tensors, i);

      if (tensor->kind == GS_TENSOR_INPUT)
        tensor->buffer = program->input_buffer;
      else if (tensor->kind == GS_TENSOR_ACTIVATION)
        tensor->buffer = gs_arena_get_buffer (program->arena);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (graph->nodes, i);

      if (!gs_device_poll (program->device, error)) /* uploading a large model takes seconds */
        return FALSE;
      node->scratch = gs_arena_get_buffer (program->arena);
      node->block = program->input_buffer;
      for (guint k = 0; !node->dead && k < node->n_inputs; k++)
        {
          GsTensor *weight = node->inputs[k];

          if (weight != NULL && weight->kind == GS_TENSOR_WEIGHT && program->segments == NULL
              && !graph->weights->klass->resident (graph->weights, weight->name, weight->dims,
                                                   weight->n_dims, weight->layout, &weight->buffer,
                                                   &weight->offset, error))
            return FALSE;
        }
    }
  return graph->weights == NULL || graph->weights->klass->settle == NULL
         || graph->weights->klass->settle (graph->weights, error);
}

static gboolean
reserve_buffers (GsProgram *program, GError **error)
{
  if (!gs_arena_reserve (program->arena, MAX (program->arena_bytes, 256), error))
    return FALSE;
  if (program->input_buffer == NULL && program->input_bytes > 0)
    program->input_buffer = gs_buffer_new (program->device, GS_MEMORY_UPLOAD, program->input_bytes,
                                           "inputs", error);
  if (program->input_buffer == NULL && program->input_bytes > 0)
    return FALSE;
  if (program->output_buffer == NULL && program->output_bytes > 0)
    program->output_buffer = gs_buffer_new (program->device, GS_MEMORY_READBACK,
                                            program->output_bytes, "outputs", error);
  return program->output_buffer != NULL || program->output_bytes == 0;
}

static void
record_outputs (GsCommands *commands, gpointer data)
{
  const GsProgram *program = data;

  for (guint i = 0; i < program->outputs->len && program->output_bytes > 0; i++)
    {
      GsTensor *tensor = g_ptr_array_index (program->outputs, i);
      GsTensor *root = gs_tensor_root (tensor);

      gs_commands_copy (commands, root->buffer, root->offset, program->output_buffer,
                        program->output_offsets[i], tensor->n_bytes);
    }
}

static void
place_all_in (GsProgram *program, GsBuffer *buffer)
{
  for (guint i = 0; i < program->graph->tensors->len; i++)
    ((GsTensor *) g_ptr_array_index (program->graph->tensors, i))->buffer = buffer;
}

static void
record_nodes (GsProgram *program, GsCommands *commands)
{
  for (guint i = 0; i < program->graph->nodes->len; i++)
    {
      GsNode *node = g_ptr_array_index (program->graph->nodes, i);

      if (!node->dead)
        node->klass->record (node, commands);
    }
}

gboolean
gs_program_ask_kernels (GsProgram *program, GError **error)
{
  g_autoptr (GsCommands) commands = NULL;

  if (program->asked)
    return TRUE;
  if (!reserve_buffers (program, error))
    return FALSE;
  commands = gs_commands_new_dry (program->device);
  /* Ops look at buffers' sizes; which ones does not matter to a dry recording. */
  place_all_in (program, gs_arena_get_buffer (program->arena));
  record_nodes (program, commands);
  place_all_in (program, NULL);
  program->asked = TRUE;
  return TRUE;
}

static gboolean
prepare_segments (GsProgram *program, GError **error)
{
  if (gs_segments_are_recorded (program->segments)
      && program->generation == gs_arena_get_generation (program->arena))
    return TRUE;
  if (!place_tensors (program, error)
      || !gs_segments_record (program->segments, record_outputs, program, error))
    return FALSE;
  program->generation = gs_arena_get_generation (program->arena);
  return TRUE;
}

static gboolean
is_recorded (GsProgram *program)
{
  return program->commands != NULL
         && program->generation == gs_arena_get_generation (program->arena)
         && !gs_commands_is_stale (program->commands);
}

gboolean
gs_program_bring_weights (GsProgram *program, GError **error)
{
  return reserve_buffers (program, error)
         && (program->segments != NULL || is_recorded (program) || place_tensors (program, error));
}

gboolean
gs_program_prepare (GsProgram *program, GError **error)
{
  g_autoptr (GsCommands) commands = NULL;

  if (!gs_program_ask_kernels (program, error) || !reserve_buffers (program, error))
    return FALSE;
  if (program->segments != NULL)
    return prepare_segments (program, error);
  if (is_recorded (program))
    return TRUE;
  g_clear_pointer (&program->commands, gs_commands_free);
  if (!place_tensors (program, error))
    return FALSE;

  commands = gs_commands_new (program->device, program->graph->name);
  record_nodes (program, commands);
  record_outputs (commands, program);
  if (!gs_commands_finish (commands, error))
    return FALSE;
  program->commands = g_steal_pointer (&commands);
  program->generation = gs_arena_get_generation (program->arena);
  return TRUE;
}

static GsTensor *
find_by_name (GsProgram *program, const char *name, GError **error)
{
  for (guint i = 0; i < program->inputs->len; i++)
    if (g_str_equal (((GsTensor *) program->inputs->pdata[i])->name, name))
      return program->inputs->pdata[i];
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "There is no input “%s”", name);
  return NULL;
}

/* The input's place in mapped memory, if it exists and takes n elements of that kind. */
static GsTensor *
find_input (GsProgram *program, const char *name, gsize n, gboolean ids, GError **error)
{
  GsTensor *tensor = find_by_name (program, name, error);

  if (tensor == NULL)
    return NULL;
  if (gs_shape_elements (tensor->shape) != n || (tensor->dtype == GS_DTYPE_U32) != ids)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "Input “%s” takes %" G_GUINT64_FORMAT " elements of %s, not %" G_GSIZE_FORMAT,
                   name, gs_shape_elements (tensor->shape), gs_dtype_name (tensor->dtype), n);
      return NULL;
    }
  return reserve_buffers (program, error) ? tensor : NULL;
}

static gpointer
input_data (GsProgram *program, GsTensor *tensor)
{
  return (guint8 *) gs_buffer_get_data (program->input_buffer) + tensor->offset;
}

static void
store_float (GsTensor *tensor, gpointer data, gsize i, float value)
{
  if (tensor->dtype == GS_DTYPE_F16)
    ((guint16 *) data)[i] = gs_half_from_float (value);
  else
    ((float *) data)[i] = value;
}

gboolean
gs_program_set_floats (GsProgram *program, const char *input, const float *data, gsize n,
                       GError **error)
{
  GsTensor *tensor = find_input (program, input, n, FALSE, error);

  if (tensor == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    store_float (tensor, input_data (program, tensor), i, data[i]);
  return TRUE;
}

gboolean
gs_program_set_ids (GsProgram *program, const char *input, const guint32 *ids, gsize n,
                    GError **error)
{
  GsTensor *tensor = find_input (program, input, n, TRUE, error);

  if (tensor == NULL)
    return FALSE;
  memcpy (input_data (program, tensor), ids, n * sizeof *ids);
  return TRUE;
}

gboolean
gs_program_set_nchw (GsProgram *program, const char *input, const float *data, guint32 n,
                     guint32 c, guint32 h, guint32 w, GError **error)
{
  GsTensor *tensor = find_by_name (program, input, error);
  gsize i = 0;

  if (tensor == NULL)
    return FALSE;
  if (tensor->shape.n != n || tensor->shape.h != h || tensor->shape.w != w || tensor->shape.c < c)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "Input “%s” does not take (%u, %u, %u, %u)", input, n, c, h, w);
      return FALSE;
    }
  tensor = find_input (program, input, gs_shape_elements (tensor->shape), FALSE, error);
  if (tensor == NULL)
    return FALSE;
  for (guint32 image = 0; image < n; image++)
    for (gsize pixel = 0; pixel < (gsize) h * w; pixel++)
      for (guint32 k = 0; k < tensor->shape.c; k++)
        store_float (tensor, input_data (program, tensor), i++,
                     k < c ? data[((gsize) image * c + k) * h * w + pixel] : 0.0f);
  return TRUE;
}

gboolean
gs_program_run (GsProgram *program, GError **error)
{
  if (!gs_program_prepare (program, error))
    return FALSE;
  return program->segments != NULL ? gs_segments_run (program->segments, error)
                                   : gs_commands_run (program->commands, error);
}

gboolean
gs_program_run_into (GsProgram *program, GsProgram *other, GError **error)
{
  g_autoptr (GsCommands) commands = NULL;

  g_assert (program->graph->outputs_stay && program->arena == other->arena);
  /* The other one's memory first: the arena must not move while results lie in it. */
  if (!reserve_buffers (other, error) || !gs_program_run (program, error))
    return FALSE;
  commands = gs_commands_new (program->device, "pass results on");
  for (guint i = 0; i < program->outputs->len; i++)
    {
      GsTensor *output = program->outputs->pdata[i];
      GsTensor *root = gs_tensor_root (output);
      GsTensor *input = find_by_name (other, output->name, error);

      if (input == NULL)
        return FALSE;
      g_assert (input->n_bytes == output->n_bytes && input->dtype == output->dtype);
      gs_commands_copy (commands, root->buffer, root->offset, other->input_buffer, input->offset,
                        output->n_bytes);
    }
  return gs_commands_finish (commands, error) && gs_commands_run (commands, error);
}

GsShape
gs_program_get_shape (GsProgram *program, guint i)
{
  g_assert (i < program->outputs->len);
  return ((GsTensor *) g_ptr_array_index (program->outputs, i))->shape;
}

static gboolean
check_output (GsProgram *program, guint i, gsize n, GError **error)
{
  if (i < program->outputs->len && program->output_buffer != NULL
      && gs_shape_elements (gs_program_get_shape (program, i)) == n)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
               "Output %u does not have %" G_GSIZE_FORMAT " elements", i, n);
  return FALSE;
}

static float
output_float (GsProgram *program, guint i, gsize k)
{
  GsTensor *tensor = g_ptr_array_index (program->outputs, i);
  const guint8 *data = (const guint8 *) gs_buffer_get_data (program->output_buffer)
                       + program->output_offsets[i];

  return tensor->dtype == GS_DTYPE_F16 ? gs_half_to_float (((const guint16 *) data)[k])
                                       : ((const float *) data)[k];
}

gboolean
gs_program_get_floats (GsProgram *program, guint i, float *data, gsize n, GError **error)
{
  if (!check_output (program, i, n, error))
    return FALSE;
  for (gsize k = 0; k < n; k++)
    data[k] = output_float (program, i, k);
  return TRUE;
}

gboolean
gs_program_get_nchw (GsProgram *program, guint i, float *data, gsize n, GError **error)
{
  GsShape shape;
  gsize k = 0;

  if (!check_output (program, i, n, error))
    return FALSE;
  shape = gs_program_get_shape (program, i);
  for (guint32 image = 0; image < shape.n; image++)
    for (gsize pixel = 0; pixel < (gsize) shape.h * shape.w; pixel++)
      for (guint32 c = 0; c < shape.c; c++)
        data[((gsize) image * shape.c + c) * shape.h * shape.w + pixel]
          = output_float (program, i, k++);
  return TRUE;
}

static gsize
sample_bytes (const GsTensor *tensor)
{
  return tensor->n_bytes / tensor->shape.n;
}

gsize
gs_program_get_sample_bytes (GsProgram *program)
{
  gsize n_bytes = 0;

  for (guint i = 0; i < program->outputs->len; i++)
    n_bytes += sample_bytes (program->outputs->pdata[i]);
  return n_bytes;
}

gboolean
gs_program_get_sample (GsProgram *program, guint n, gpointer data, GError **error)
{
  guint8 *to = data;

  for (guint i = 0; i < program->outputs->len; i++)
    {
      const GsTensor *output = program->outputs->pdata[i];
      const gsize n_bytes = sample_bytes (output);

      if (!check_output (program, i, gs_shape_elements (output->shape), error))
        return FALSE;
      g_assert (n < output->shape.n);
      memcpy (to, (const guint8 *) gs_buffer_get_data (program->output_buffer)
                    + program->output_offsets[i] + n * n_bytes, n_bytes);
      to += n_bytes;
    }
  return TRUE;
}

gboolean
gs_program_give_sample (GsProgram *program, gconstpointer data, GsProgram *other, guint n,
                        GError **error)
{
  const guint8 *from = data;

  if (!reserve_buffers (other, error))
    return FALSE;
  for (guint i = 0; i < program->outputs->len; i++)
    {
      const GsTensor *output = program->outputs->pdata[i];
      const gsize n_bytes = sample_bytes (output);
      GsTensor *input = find_by_name (other, output->name, error);

      if (input == NULL)
        return FALSE;
      g_assert (n < input->shape.n && sample_bytes (input) == n_bytes
                && input->dtype == output->dtype);
      memcpy ((guint8 *) input_data (other, input) + n * n_bytes, from, n_bytes);
      from += n_bytes;
    }
  return TRUE;
}

/* The mean over an output's samples, as the input's only one. */
static void
pass_mean (GsProgram *program, guint i, GsTensor *input, gpointer to)
{
  const gsize n_samples = gs_program_get_shape (program, i).n;
  const gsize n = gs_shape_elements (input->shape);

  for (gsize k = 0; k < n; k++)
    {
      double sum = 0;

      for (gsize s = 0; s < n_samples; s++)
        sum += output_float (program, i, s * n + k);
      store_float (input, to, k, (float) (sum / n_samples));
    }
}

gboolean
gs_program_pass (GsProgram *program, GsProgram *other, GError **error)
{
  if (!reserve_buffers (other, error))
    return FALSE;
  for (guint i = 0; i < program->outputs->len; i++)
    {
      const GsTensor *output = program->outputs->pdata[i];
      GsTensor *input = output->name != NULL ? find_by_name (other, output->name, NULL) : NULL;

      if (input == NULL)
        continue;
      if (!check_output (program, i, gs_shape_elements (output->shape), error))
        return FALSE;
      g_assert (input->dtype == output->dtype && sample_bytes (input) == sample_bytes (output)
                && (input->shape.n == output->shape.n || input->shape.n == 1));
      if (input->shape.n == output->shape.n)
        memcpy (input_data (other, input),
                (const guint8 *) gs_buffer_get_data (program->output_buffer)
                    + program->output_offsets[i], input->n_bytes);
      else
        pass_mean (program, i, input, input_data (other, input));
    }
  return TRUE;
}
