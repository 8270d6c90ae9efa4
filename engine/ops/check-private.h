/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of matmul and attention share: random operands in one buffer, and comparing. */
#pragma once

#include "ops/check.h"
#include "tensor/tensor.h"

G_BEGIN_DECLS

typedef struct
{
  GsDevice *device;
  GRand    *random;
  GsBuffer *buffer;
  guint64   end;    /* bytes that tensors take so far */
} GsCheckBench;

void gs_check_bench_init  (GsCheckBench *self, GsDevice *device);
void gs_check_bench_clear (GsCheckBench *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GsCheckBench, gs_check_bench_clear)

/* A place for a tensor of n_bytes (0: as many as its elements take). */
void gs_check_place (GsCheckBench *self, GsTensor *tensor, GsShape shape, GsDtype dtype,
                     guint64 n_bytes);

/* Allocates, after everything has its place; the memory holds NaNs. */
gboolean gs_check_allocate (GsCheckBench *self, GError **error);

/* n random numbers of -1..1 that are exact in half precision. g_free(). */
float *gs_check_numbers (GsCheckBench *self, gsize n);

/* Stores numbers in a tensor, in its type. */
gboolean gs_check_write (GsTensor *tensor, const float *values, gsize n, GError **error);

/* The largest error of a tensor relative to the largest of want; INFINITY where it is not finite. */
gboolean gs_check_compare (GsTensor *tensor, const double *want, double *worst, GError **error);

/* One file each: add their checks to a list, and run one that is theirs by its name. */
void     gs_matmul_checks_add    (GsDevice *device, GArray *checks);
gboolean gs_matmul_check_run     (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                                  GError **error);
void     gs_attention_checks_add (GsDevice *device, GArray *checks);
gboolean gs_attention_check_run  (GsDevice *device, const char *kernel, GsDtype dtype, double *worst,
                                  GError **error);

G_END_DECLS
