/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Python's pickles, as far as torch.save () writes them: plain values, lists, dicts, and tensors.
 *
 * A pickle is a program. This reader runs none of it that could do anything: names of classes are only
 * names, and where a pickle wants to call one that is not among the few known constructors of
 * containers and tensors, the file is refused. (Opcodes: Python's Lib/pickletools.py; tensors:
 * PyTorch's torch/_utils.py and torch/serialization.py.) */
#pragma once

#include "io/stored-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  GS_PICKLE_NONE,
  GS_PICKLE_BOOLEAN,
  GS_PICKLE_INTEGER,
  GS_PICKLE_REAL,
  GS_PICKLE_TEXT,
  GS_PICKLE_TUPLE,
  GS_PICKLE_LIST,
  GS_PICKLE_DICT,
  GS_PICKLE_GLOBAL,  /* a class or function by its name, "torch.FloatStorage" */
  GS_PICKLE_STORAGE, /* of numbers, which tensors are views of */
  GS_PICKLE_TENSOR,
  GS_PICKLE_OPAQUE,  /* something that is of no use here */
} GsPickleKind;

typedef struct
{
  const char *key;    /* names the storage */
  guint64 n_bytes;    /* of the storage; at least what the tensor reaches */
  GsDtype dtype;
  guint64 offset;     /* elements before the first one */
  guint n_dims;
  guint64 shape[GS_STORED_MAX_DIMS], strides[GS_STORED_MAX_DIMS]; /* elements */
  gboolean is_contiguous;
} GsPickleTensor;

typedef struct _GsPickleValue GsPickleValue;

struct _GsPickleValue
{
  GsPickleKind kind;
  union
  {
    gint64 integer; /* and booleans */
    double real;
    char *text;     /* and globals; UTF-8 without NUL */
    /* GsPickleValue, NULL where empty; a dict's are a key and its value by turns. Values may be shared,
     * and may contain themselves. */
    GPtrArray *items;
    GsPickleTensor *tensor;
    struct
    {
      const char *key;
      guint64 n_elements;
      GsDtype dtype;  /* GS_N_DTYPES: of a type that is not known */
      gboolean is_untyped; /* its elements are bytes */
    } storage;
  };
};

typedef struct
{
  GPtrArray *values; /* all there are, owned */
  GsPickleValue *root;
  gsize n_bytes;     /* that the pickle took */
} GsPickle;

/* Reads one pickle from the beginning of n_bytes. GS_ERROR_BAD_FILE if it is damaged,
 * GS_ERROR_UNSUPPORTED if it wants to run something. `shown`: the path for messages. */
GsPickle *gs_pickle_read (const guint8 *bytes, gsize n_bytes, const char *shown, GError **error);
void gs_pickle_free (GsPickle *pickle);

guint gs_pickle_n_items (const GsPickleValue *value);
GsPickleValue *gs_pickle_item (const GsPickleValue *value, guint i);

/* The value of a text key of a dict, or NULL. */
GsPickleValue *gs_pickle_lookup (const GsPickleValue *dict, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsPickle, gs_pickle_free)

G_END_DECLS
