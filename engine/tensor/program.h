/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finished graph made ready to run: planned into an arena, weights resident, recorded once.
 *
 * Programs that never run at the same time share an arena, which is as large as the largest of them
 * needs. When it grows, the others are recorded again at their next run.
 */
#pragma once

#include "tensor/graph.h"

G_BEGIN_DECLS

typedef struct _GsArena GsArena;
typedef struct _GsProgram GsProgram;
typedef struct _GsStream GsStream;

GsArena *gs_arena_new  (GsDevice *device);
void     gs_arena_free (GsArena *arena); /* after its programs */
guint64  gs_arena_get_bytes (GsArena *arena);
/* Gives the memory back; the next run allocates it again. */
void     gs_arena_trim (GsArena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsArena, gs_arena_free)

/* Takes a finished graph (and owns it, also on error). Plans memory; allocates nothing yet. */
GsProgram *gs_program_new  (GsGraph *graph, GsArena *arena);
void       gs_program_free (GsProgram *program);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsProgram, gs_program_free)

/* Planned bytes: of the arena, and of the buffers of inputs and outputs with their padding. */
guint64 gs_program_get_arena_bytes (GsProgram *program);
guint64 gs_program_get_io_bytes    (GsProgram *program);
GsGraph *gs_program_get_graph      (GsProgram *program);
GsDevice *gs_program_get_device    (GsProgram *program);
/* Of its weights, all together and the most that a single node reads. */
guint64 gs_program_get_weight_bytes         (GsProgram *program);
guint64 gs_program_get_largest_weight_bytes (GsProgram *program);

/* From now on its weights pass through a stream (tensor/stream.h, not NULL, which must outlive it)
 * instead of being resident, but for the first kept_bytes of them. Returns how many do stay. Results
 * are the same to the bit. To be called before the program is prepared. */
guint64 gs_program_stream_weights (GsProgram *program, GsStream *stream, guint64 kept_bytes);

/* Kernels started by one run; 0 before it is prepared. */
guint gs_program_get_n_dispatches  (GsProgram *program);

/* Starts compiling the kernels that it will need, on other threads; those it has to wait for are
 * waited for in gs_program_prepare(). Called by that too: call it for all programs of a job first. */
gboolean gs_program_ask_kernels (GsProgram *program, GError **error);

/* Allocates and uploads weights, if they are not there: seconds in which those threads compile. Called
 * by the next one too, which has to wait for kernels. */
gboolean gs_program_bring_weights (GsProgram *program, GError **error);

/* Allocates, uploads weights, records. Called by the first run; call it to pay earlier. */
gboolean gs_program_prepare (GsProgram *program, GError **error);

/* Fills an input, found by name, with floats (converted to its type) in the graph's own order
 * (NHWC), or with 32-bit ids. n: number of elements, checked. */
gboolean gs_program_set_floats (GsProgram *program, const char *input, const float *data, gsize n,
                                GError **error);
gboolean gs_program_set_ids    (GsProgram *program, const char *input, const guint32 *ids, gsize n,
                                GError **error);
/* The same from (N, C, H, W) order; channels beyond the source's are zeroed. */
gboolean gs_program_set_nchw   (GsProgram *program, const char *input, const float *data,
                                guint32 n, guint32 c, guint32 h, guint32 w, GError **error);

gboolean gs_program_run (GsProgram *program, GError **error);

/* Runs a program whose outputs stay on the device, and copies each of them there to the input of
 * the same name of another program. Sizes and types must agree: see tensor/cut.h. */
gboolean gs_program_run_into (GsProgram *program, GsProgram *other, GError **error);

/* Reads output number i (in the order of gs_graph_output()) as floats, NHWC or NCHW. */
gboolean gs_program_get_floats (GsProgram *program, guint i, float *data, gsize n, GError **error);
gboolean gs_program_get_nchw   (GsProgram *program, guint i, float *data, gsize n, GError **error);
GsShape  gs_program_get_shape  (GsProgram *program, guint i);

/* Reads sample number n of every output as it is stored, one after the other, which makes
 * gs_program_get_sample_bytes(); and gives such bytes to the inputs of the same names of another
 * program, as its sample number n. Sizes and types must agree: see tensor/cut.h. */
gsize    gs_program_get_sample_bytes (GsProgram *program);
gboolean gs_program_get_sample  (GsProgram *program, guint n, gpointer data, GError **error);
gboolean gs_program_give_sample (GsProgram *program, gconstpointer data, GsProgram *other, guint n,
                                 GError **error);

/* Gives every output that another program has an input for, by name, to it, through the host: see
 * gs_graph_export(). Where the other one has a single sample it gets the samples' mean. */
gboolean gs_program_pass (GsProgram *program, GsProgram *other, GError **error);

/* What a node took, alone. */
typedef struct
{
  double seconds;      /* median of the passes */
  guint  n_dispatches;
} GsNodeTime;

/* Runs it n_passes times with each node timed, by the device's clock if it has one; then calls back
 * with every live node in order. Inputs must be set; run it before, or kernels' first use counts. */
typedef void (*GsProfileFunc) (const GsNode *node, const GsNodeTime *time, gpointer user_data);
gboolean gs_program_profile (GsProgram *program, guint n_passes, GsProfileFunc func,
                             gpointer user_data, GError **error);

G_END_DECLS
