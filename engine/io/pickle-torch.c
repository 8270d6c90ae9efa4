/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PyTorch's constructors: storages, and tensors as views of them. */
#include "io/pickle-private.h"

#include <string.h>

static const struct
{
  const char *storage, *dtype;
  GsDtype is;
} types[] = {
  { "torch.DoubleStorage", "torch.float64", GS_DTYPE_F64 },
  { "torch.FloatStorage", "torch.float32", GS_DTYPE_F32 },
  { "torch.HalfStorage", "torch.float16", GS_DTYPE_F16 },
  { "torch.BFloat16Storage", "torch.bfloat16", GS_DTYPE_BF16 },
  { "torch.Float8_e4m3fnStorage", "torch.float8_e4m3fn", GS_DTYPE_F8_E4M3 },
  { "torch.Float8_e5m2Storage", "torch.float8_e5m2", GS_DTYPE_F8_E5M2 },
  { "torch.LongStorage", "torch.int64", GS_DTYPE_I64 },
  { "torch.IntStorage", "torch.int32", GS_DTYPE_I32 },
  { "torch.ShortStorage", "torch.int16", GS_DTYPE_I16 },
  { "torch.CharStorage", "torch.int8", GS_DTYPE_I8 },
  { "torch.ByteStorage", "torch.uint8", GS_DTYPE_U8 },
  { "torch.BoolStorage", "torch.bool", GS_DTYPE_BOOL },
};

static gboolean
is_kind (const GsPickleValue *value, GsPickleKind kind)
{
  return value != NULL && value->kind == kind;
}

gboolean
gs_pickle_make_storage (const GsPickleValue *id, GsPickleValue *value)
{
  const GsPickleValue *name, *class, *key, *n;

  if (!is_kind (id, GS_PICKLE_TUPLE) || gs_pickle_n_items (id) < 5)
    return FALSE;
  name = gs_pickle_item (id, 0);
  class = gs_pickle_item (id, 1);
  key = gs_pickle_item (id, 2);
  n = gs_pickle_item (id, 4);
  if (name->kind != GS_PICKLE_TEXT || !g_str_equal (name->text, "storage") ||
      class->kind != GS_PICKLE_GLOBAL || key->kind != GS_PICKLE_TEXT ||
      n->kind != GS_PICKLE_INTEGER || n->integer < 0)
    return FALSE;
  /* The old format's sixth: a storage that is a part of another. None is written by anyone. */
  if (gs_pickle_n_items (id) > 5 && gs_pickle_item (id, 5)->kind != GS_PICKLE_NONE)
    return FALSE;
  value->kind = GS_PICKLE_STORAGE;
  value->storage.key = key->text;
  value->storage.n_elements = (guint64) n->integer;
  value->storage.dtype = GS_N_DTYPES;
  value->storage.is_untyped = g_str_has_suffix (class->text, "UntypedStorage");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (class->text, types[i].storage))
      value->storage.dtype = types[i].is;
  return TRUE;
}

static gboolean
read_numbers (const GsPickleValue *tuple, guint64 *numbers, guint *n)
{
  if (!is_kind (tuple, GS_PICKLE_TUPLE) || gs_pickle_n_items (tuple) > GS_STORED_MAX_DIMS)
    return FALSE;
  *n = gs_pickle_n_items (tuple);
  for (guint i = 0; i < *n; i++)
    {
      const GsPickleValue *number = gs_pickle_item (tuple, i);

      if (number->kind != GS_PICKLE_INTEGER || number->integer < 0)
        return FALSE;
      numbers[i] = (guint64) number->integer;
    }
  return TRUE;
}

/* Whether all of it lies in its storage. A tensor of more elements than its storage has repeats some:
 * a small file could claim any amount of memory with it. */
static gboolean
check_reach (GsPickleTensor *tensor, guint64 n_storage)
{
  guint64 n = 1, last = tensor->offset, expected = 1;

  tensor->is_contiguous = TRUE;
  for (guint i = tensor->n_dims; i-- > 0;)
    {
      guint64 reach;

      if (tensor->shape[i] != 1 && tensor->strides[i] != expected)
        tensor->is_contiguous = FALSE;
      if (!g_uint64_checked_mul (&n, n, tensor->shape[i]) ||
          !g_uint64_checked_mul (&expected, expected, MAX (tensor->shape[i], 1)))
        return FALSE;
      if (tensor->shape[i] == 0)
        continue;
      if (!g_uint64_checked_mul (&reach, tensor->shape[i] - 1, tensor->strides[i]) ||
          !g_uint64_checked_add (&last, last, reach))
        return FALSE;
    }
  if (n == 0)
    {
      tensor->is_contiguous = TRUE;
      return tensor->offset <= n_storage;
    }
  return n <= n_storage && last < n_storage;
}

/* (storage, offset, size, stride, ...); v3 has its element type as the seventh. */
static gboolean
make_tensor (const GsPickleValue *arguments, gboolean has_dtype, GsPickleValue *value)
{
  const GsPickleValue *storage = gs_pickle_item (arguments, 0);
  const GsPickleValue *offset = gs_pickle_item (arguments, 1);
  const GsPickleValue *dtype = has_dtype ? gs_pickle_item (arguments, 6) : NULL;
  g_autofree GsPickleTensor *tensor = g_new0 (GsPickleTensor, 1);
  guint n_strides;

  if (!is_kind (storage, GS_PICKLE_STORAGE) || !is_kind (offset, GS_PICKLE_INTEGER) ||
      offset->integer < 0 || (has_dtype && !is_kind (dtype, GS_PICKLE_GLOBAL)) ||
      !read_numbers (gs_pickle_item (arguments, 2), tensor->shape, &tensor->n_dims) ||
      !read_numbers (gs_pickle_item (arguments, 3), tensor->strides, &n_strides) ||
      n_strides != tensor->n_dims)
    return FALSE;
  tensor->dtype = storage->storage.dtype;
  for (guint i = 0; has_dtype && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (dtype->text, types[i].dtype))
      tensor->dtype = types[i].is;
  if (tensor->dtype == GS_N_DTYPES)
    return TRUE; /* complex numbers and the like: opaque */
  tensor->key = storage->storage.key;
  tensor->offset = (guint64) offset->integer;
  if (!g_uint64_checked_mul (&tensor->n_bytes, storage->storage.n_elements,
                             storage->storage.is_untyped ? 1 : gs_dtype_bytes (tensor->dtype)) ||
      !check_reach (tensor, tensor->n_bytes / gs_dtype_bytes (tensor->dtype)))
    return FALSE;
  value->kind = GS_PICKLE_TENSOR;
  value->tensor = g_steal_pointer (&tensor);
  return TRUE;
}

/* OrderedDict () or OrderedDict ([(key, value), ...]) */
static gboolean
make_dict (const GsPickleValue *arguments, GsPickleValue *value)
{
  const GsPickleValue *pairs = gs_pickle_item (arguments, gs_pickle_n_items (arguments) - 1);

  value->kind = GS_PICKLE_DICT;
  value->items = NULL;
  if (!is_kind (pairs, GS_PICKLE_LIST))
    return TRUE;
  value->items = g_ptr_array_new ();
  for (guint i = 0; i < gs_pickle_n_items (pairs); i++)
    {
      const GsPickleValue *pair = gs_pickle_item (pairs, i);

      if ((pair->kind != GS_PICKLE_TUPLE && pair->kind != GS_PICKLE_LIST) ||
          gs_pickle_n_items (pair) != 2)
        return FALSE;
      g_ptr_array_add (value->items, gs_pickle_item (pair, 0));
      g_ptr_array_add (value->items, gs_pickle_item (pair, 1));
    }
  return TRUE;
}

gboolean
gs_pickle_call (const char *name, const GsPickleValue *arguments, GsPickleValue *value,
                GsPickleValue **instead, const char **reason)
{
  static const char *const dicts[] = { "collections.OrderedDict", "collections.defaultdict",
                                       "builtins.dict", "__builtin__.dict", NULL };
  /* Harmless, and of no use: what training programs keep beside the weights. */
  static const char *const others[] = {
    "torch.Size",       "torch.device",    "builtins.set",
    "__builtin__.set",  "_codecs.encode",  "numpy.core.multiarray.scalar",
    "numpy.dtype",      "numpy.ndarray",   "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct", NULL,
  };
  gboolean good = TRUE;

  if (g_strv_contains (dicts, name))
    good = make_dict (arguments, value);
  else if (g_str_equal (name, "torch._utils._rebuild_tensor") ||
           g_str_equal (name, "torch._utils._rebuild_tensor_v2"))
    good = make_tensor (arguments, FALSE, value);
  else if (g_str_equal (name, "torch._utils._rebuild_tensor_v3"))
    good = make_tensor (arguments, TRUE, value);
  else if (g_str_equal (name, "torch._utils._rebuild_parameter") ||
           g_str_equal (name, "torch._utils._rebuild_parameter_with_state"))
    {
      *instead = gs_pickle_item (arguments, 0);
      good = *instead != NULL
             && ((*instead)->kind == GS_PICKLE_TENSOR || (*instead)->kind == GS_PICKLE_OPAQUE);
    }
  else
    return g_strv_contains (others, name);
  if (!good)
    *reason = "a tensor that its storage cannot hold, or of a kind that is not known";
  return TRUE;
}
