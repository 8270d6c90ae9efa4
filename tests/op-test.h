/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of ops: a graph of one op on random operands, run on the device and compared with a naive
 * reference in double precision.
 *
 * The harness runs every case with float and half activations and weights, around guard zones: all
 * memory is poisoned with NaNs before the run, and what lies between tensors must still be poison
 * afterwards. Operands are exact in half precision, so both storage types see the same numbers.
 *
 *   static void run (GsOpTest *test, gconstpointer data)
 *   {
 *     const Case *c = data;
 *     GsTensor *x = gs_op_test_input (test, "x", c->shape);
 *     gs_op_test_output (test, gs_silu (test->graph, x));
 *     ... want[i] from gs_op_test_values (test, "x")[i] ...
 *     gs_op_test_check (test, 0, want);
 *   }
 *   GS_OP_TEST_MAIN ("silu", cases, run)
 */
#pragma once

#include "ops/ops.h"
#include "tensor/program.h"

G_BEGIN_DECLS

typedef struct
{
  GsGraph   *graph;
  GsProgram *program; /* after the first check */
  GsDevice  *device;
  GsArena   *arena;
  GsWeights *weights;
  GsDtype    dtype;          /* of activations */
  GsDtype    weight_dtype;
  GHashTable *inputs;        /* name -> GArray of double */
  GPtrArray *outputs;        /* GsTensor */
  GRand     *rand;
  double     weight_scale;   /* of weights that are made from now on, a power of two; 0: 1 */
  gboolean   no_bias;        /* of layers that are made from now on */
  double     tolerance;      /* largest error relative to the largest wanted value */
} GsOpTest;

/* Makes the kernels of a variant (GESSO_KERNELS) run; NULL: as the device likes. FALSE, and the test is
 * skipped, where the device or the build has none; and for halfs where the driver does not choose the
 * variant and compiles each of its kernels for ten seconds: there single precision has to do, as a
 * kernel's storage type is a matter of its loads and stores only. */
gboolean gs_op_test_use_kernels (GsOpTest *test, const char *variant);

/* Weights of graphs from here on lie in blocks (base/block-quant.h), if that is such a type. Call it before
 * the graph is made, and gs_op_test_use_kernels() with the same variant afterwards. FALSE: skipped, as one
 * of those types that come once per storage type, or as a driver for which blocks become halfs (Mesa 22's
 * and 25's on processors) takes seconds to compile it and this is no sample of its kind. */
gboolean  gs_op_test_use_blocks  (GsOpTest *test, GsDtype blocks, const char *variant,
                                  gboolean is_sample);

typedef void (*GsOpTestFunc) (GsOpTest *test, gconstpointer data);

/* A random input with values in about -2 ... 2. */
GsTensor *gs_op_test_input (GsOpTest *test, const char *name, GsShape shape);

/* Has an input stored as floats whatever the test's activations are; before it is used. */
void gs_op_test_use_floats (GsOpTest *test, GsTensor *input);

/* An input of ids below limit. */
GsTensor *gs_op_test_ids (GsOpTest *test, const char *name, GsShape shape, guint32 limit);

/* The values of an input, or of a weight by its full name ("op.conv1.weight"), row-major. */
const double *gs_op_test_values (GsOpTest *test, const char *name);

/* Adds a constant to all values of an input (to provoke cancellation, say). Before the check. */
void gs_op_test_offset (GsOpTest *test, const char *name, double offset);

/* Makes the values of an input, whose rows are multiples of 32, ones that matmul-dot does not round. */
void gs_op_test_use_bytes (GsOpTest *test, const char *name);

/* Returns its number. */
guint gs_op_test_output (GsOpTest *test, GsTensor *tensor);

/* Runs if that has not been done, and compares output i with want, NHWC. */
void gs_op_test_check (GsOpTest *test, guint i, const double *want);

/* The op in double precision: fills y from gs_op_test_values(), NHWC. */
typedef void (*GsOpTestReference) (GsOpTest *test, gconstpointer data, double *y);

/* Has the gradients of sum (y dy), for a random dy, computed with respect to n inputs or weights by
 * their names, and compares them with central differences of the reference along every axis. */
void gs_op_test_check_gradients (GsOpTest *test, GsTensor *y, const char *const *names, guint n,
                                 GsOpTestReference reference, gconstpointer data);

/* Runs func on each case with each storage type; name: of the op. */
int gs_op_test_main (int argc, char **argv, const char *name, gconstpointer cases, gsize case_bytes,
                     guint n_cases, GsOpTestFunc func);

#define GS_OP_TEST_MAIN(name, cases, func)                                                         \
  int main (int argc, char **argv)                                                                 \
  {                                                                                                \
    return gs_op_test_main (argc, argv, name, cases, sizeof cases[0], G_N_ELEMENTS (cases), func); \
  }

G_END_DECLS
