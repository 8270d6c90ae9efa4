/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where weights come from: files, or random numbers. nn/weights puts what a source gives into
 * device memory.
 *
 * "attn1.{to_q,to_k,to_v}.weight" is one weight made of three of the source, of equal sizes, one
 * after the other along the first dimension: products of the same input are one product.
 */
#pragma once

#include "base/error.h"
#include "io/stored-tensor.h"
#include "tensor/weights.h"

G_BEGIN_DECLS

typedef struct _GsWeightSource GsWeightSource;

typedef struct
{
  gboolean (*has)   (GsWeightSource *source, const char *name);
  /* Finds a weight and checks its sizes (trailing ones aside). Its data stay valid until
   * release(); GS_ERROR_BAD_FILE names the weight if it is missing or its sizes are others. */
  gboolean (*read)  (GsWeightSource *source, const char *name, const guint64 *dims, guint n_dims,
                     gboolean with_data, GsHostTensor *tensor, GError **error);
  /* The same as it is stored, if that is in blocks (base/block-quant.h): FALSE if not. NULL: never. */
  gboolean (*read_blocks) (GsWeightSource *source, const char *name, const guint64 *dims,
                           guint n_dims, GsHostTensor *tensor);
  void     (*release) (GsWeightSource *source, GsHostTensor *tensor); /* NULL: nothing to do */
  void     (*free)  (GsWeightSource *source);
} GsWeightSourceClass;

/* Implementations embed this as their first member. */
struct _GsWeightSource
{
  const GsWeightSourceClass *klass;
};

/* The stored tensor of a canonical name, or NULL. */
typedef const GsStoredTensor *(*GsWeightFind) (gpointer owner, const char *name);

/* Takes the memory that a file's pages fill in this process back. */
typedef void (*GsWeightReleasePages) (gpointer owner);

/* Weights found by a function, as those of checkpoints. release_pages: called every so many bytes
 * of data that were read and let go; may be NULL. owner must outlive the source. */
GsWeightSource *gs_file_weights_new (GsWeightFind find, GsWeightReleasePages release_pages,
                                     gpointer owner);

/* Random F16 weights of whatever sizes are asked for: uniform with a standard deviation of
 * 1 / sqrt (fan-in), norms' scales 1, biases 0; the same for the same name. For measuring speed and
 * memory where no checkpoint is at hand. */
GsWeightSource *gs_synthetic_weights_new (void);

void gs_weight_source_free (GsWeightSource *source); /* NULL is allowed */

/* The class's functions, for joined names too. A joined weight is there if any of its parts is:
 * reading it says which is missing. */
gboolean gs_weight_source_has     (GsWeightSource *source, const char *name);
gboolean gs_weight_source_read    (GsWeightSource *source, const char *name, const guint64 *dims,
                                   guint n_dims, gboolean with_data, GsHostTensor *tensor,
                                   GError **error);
/* As the class's function; all parts of a joined name must have the same type. */
gboolean gs_weight_source_read_blocks (GsWeightSource *source, const char *name,
                                       const guint64 *dims, guint n_dims, gboolean with_data,
                                       GsHostTensor *tensor);
void     gs_weight_source_release (GsWeightSource *source, const char *name, GsHostTensor *tensor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsWeightSource, gs_weight_source_free)

G_END_DECLS
