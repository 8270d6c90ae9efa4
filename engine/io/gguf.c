/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the GGUF format: magic, version, counts, key-value pairs, tensors' descriptions, and their data
 * at multiples of an alignment. Conv weights whose rows are no whole number
 * of blocks are stored in other shapes; city96/ComfyUI-GGUF keeps their own as
 * "comfy.gguf.orig_shape.NAME". */
#include "io/gguf.h"

#include "base/error.h"
#include "io/tensor-file-private.h"

#include <string.h>

#define DEFAULT_ALIGNMENT 32
#define MAX_ALIGNMENT 65536
#define MAX_NAME 4096
#define MAX_DIMS 4
#define MAX_DEPTH 4 /* of arrays in arrays */

typedef struct
{
  const guint8 *bytes, *at, *end;
  const char *shown;
  GsTensorFile *file;
  GHashTable *shapes; /* name -> GArray of guint64 */
  guint64 alignment;
  GError **error;
} Reader;

typedef enum
{
  KV_U8, KV_I8, KV_U16, KV_I16, KV_U32, KV_I32, KV_F32, KV_BOOL, KV_TEXT, KV_ARRAY, KV_U64, KV_I64,
  KV_F64, N_KV,
} KvType;

static const guint kv_bytes[N_KV] = {
  [KV_U8] = 1,  [KV_I8] = 1,  [KV_U16] = 2,  [KV_I16] = 2, [KV_U32] = 4, [KV_I32] = 4,
  [KV_F32] = 4, [KV_BOOL] = 1, [KV_U64] = 8, [KV_I64] = 8, [KV_F64] = 8,
};

static const struct
{
  guint32 number;
  GsDtype dtype;
} types[] = {
  { 0, GS_DTYPE_F32 },   { 1, GS_DTYPE_F16 },   { 2, GS_DTYPE_Q4_0 },  { 3, GS_DTYPE_Q4_1 },
  { 6, GS_DTYPE_Q5_0 },  { 7, GS_DTYPE_Q5_1 },  { 8, GS_DTYPE_Q8_0 },  { 12, GS_DTYPE_Q4_K },
  { 13, GS_DTYPE_Q5_K }, { 14, GS_DTYPE_Q6_K }, { 24, GS_DTYPE_I8 },   { 25, GS_DTYPE_I16 },
  { 26, GS_DTYPE_I32 },  { 27, GS_DTYPE_I64 },  { 28, GS_DTYPE_F64 },  { 30, GS_DTYPE_BF16 },
};

gboolean
gs_gguf_type_from (guint64 number, GsDtype *dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].number == number)
      {
        *dtype = types[i].dtype;
        return TRUE;
      }
  return FALSE;
}

gboolean
gs_gguf_type_of (GsDtype dtype, guint32 *number)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == dtype)
      {
        *number = types[i].number;
        return TRUE;
      }
  return FALSE;
}

static gboolean
fail (Reader *reader, const char *reason)
{
  g_set_error (reader->error, GS_ERROR, GS_ERROR_BAD_FILE,
               "%s is damaged: its header has %s at byte %" G_GSIZE_FORMAT "; download it again",
               reader->shown, reason, (gsize) (reader->at - reader->bytes));
  return FALSE;
}

static gboolean
fail_tensor (Reader *reader, int code, const char *name, const char *reason)
{
  g_autofree char *shown = gs_text_for_message (name);

  g_set_error (reader->error, GS_ERROR, code, "%s: its tensor “%s” %s", reader->shown, shown, reason);
  return FALSE;
}

/* A little-endian number of n bytes. */
static gboolean
take (Reader *reader, guint n, guint64 *number)
{
  if ((gsize) (reader->end - reader->at) < n)
    return fail (reader, "its end too early");
  *number = 0;
  for (guint i = 0; i < n; i++)
    *number |= (guint64) *reader->at++ << (8 * i);
  return TRUE;
}

/* The caller's. */
static char *
take_text (Reader *reader)
{
  guint64 n;
  char *text;

  if (!take (reader, 8, &n))
    return NULL;
  if (n > (guint64) (reader->end - reader->at))
    {
      fail (reader, "a text longer than the file");
      return NULL;
    }
  text = g_strndup ((const char *) reader->at, n);
  reader->at += n;
  return text;
}

/* A name that is short, whole and UTF-8. */
static char *
take_name (Reader *reader)
{
  g_autofree char *name = take_text (reader);

  if (name != NULL && strlen (name) <= MAX_NAME && *name != '\0'
      && g_utf8_validate (name, -1, NULL))
    return g_steal_pointer (&name);
  if (name != NULL)
    fail (reader, "a name that is none");
  return NULL;
}

/* Numbers as text where they mean something as metadata. */
static void
note (Reader *reader, const char *key, KvType type, guint64 bits)
{
  const guint n = kv_bytes[type];

  if (type == KV_F32 || type == KV_F64)
    return;
  if (type == KV_I8 || type == KV_I16 || type == KV_I32)
    bits = (guint64) ((gint64) (bits << (64 - 8 * n)) >> (64 - 8 * n));
  if (g_str_equal (key, "general.alignment"))
    reader->alignment = bits;
  g_hash_table_replace (reader->file->metadata, g_strdup (key),
                        g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) bits));
}

static void
note_shape (Reader *reader, const char *key, GArray *numbers)
{
  if (g_str_has_prefix (key, GS_GGUF_ORIGINAL_SHAPE))
    g_hash_table_replace (reader->shapes, g_strdup (key + strlen (GS_GGUF_ORIGINAL_SHAPE)),
                          g_array_ref (numbers));
}

static gboolean
read_array (Reader *reader, const char *key, guint depth)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 type, n;

  if (!take (reader, 4, &type) || !take (reader, 8, &n))
    return FALSE;
  if (type >= N_KV || depth > MAX_DEPTH)
    return fail (reader, "an array of an unknown type");
  /* Each element takes a byte at least. */
  if (n > (guint64) (reader->end - reader->at))
    return fail (reader, "an array longer than the file");
  for (guint64 i = 0; i < n; i++)
    {
      guint64 number = 0;

      if (type == KV_ARRAY)
        {
          if (!read_array (reader, "", depth + 1))
            return FALSE;
        }
      else if (type == KV_TEXT)
        {
          g_autofree char *text = take_text (reader);

          if (text == NULL)
            return FALSE;
        }
      else if (!take (reader, kv_bytes[type], &number))
        return FALSE;
      if (numbers->len < GS_STORED_MAX_DIMS)
        g_array_append_val (numbers, number);
    }
  if (n <= GS_STORED_MAX_DIMS)
    note_shape (reader, key, numbers);
  return TRUE;
}

static gboolean
read_pair (Reader *reader)
{
  g_autofree char *key = take_name (reader);
  g_autofree char *text = NULL;
  guint64 type, bits;

  if (key == NULL || !take (reader, 4, &type))
    return FALSE;
  if (type >= N_KV)
    return fail (reader, "a value of an unknown type");
  if (type == KV_ARRAY)
    return read_array (reader, key, 0);
  if (type != KV_TEXT)
    {
      if (!take (reader, kv_bytes[type], &bits))
        return FALSE;
      note (reader, key, (KvType) type, bits);
      return TRUE;
    }
  text = take_text (reader);
  if (text == NULL)
    return FALSE;
  if (g_utf8_validate (text, -1, NULL))
    g_hash_table_replace (reader->file->metadata, g_steal_pointer (&key), g_steal_pointer (&text));
  return TRUE;
}

/* The first dimension of the format is the innermost. */
static gboolean
read_shape (Reader *reader, GsStoredTensor *tensor, guint64 *n)
{
  guint64 n_dims, dims[MAX_DIMS];

  if (!take (reader, 4, &n_dims))
    return FALSE;
  if (n_dims > MAX_DIMS)
    return fail (reader, "a tensor of too many dimensions");
  *n = 1;
  for (guint i = 0; i < n_dims; i++)
    if (!take (reader, 8, &dims[i]) || !g_uint64_checked_mul (n, *n, dims[i]))
      return fail (reader, "a tensor of a size that cannot be");
  tensor->n_dims = (guint) n_dims;
  for (guint i = 0; i < n_dims; i++)
    tensor->shape[i] = dims[n_dims - 1 - i];
  return TRUE;
}

/* The shape that the tensor had before its rows were cut into blocks. */
static void
restore_shape (Reader *reader, const char *name, GsStoredTensor *tensor, guint64 n)
{
  const GArray *shape = g_hash_table_lookup (reader->shapes, name);
  guint64 product = 1;

  if (shape == NULL)
    return;
  for (guint i = 0; i < shape->len; i++)
    if (!g_uint64_checked_mul (&product, product, g_array_index (shape, guint64, i)))
      return;
  if (product != n)
    return;
  tensor->n_dims = shape->len;
  memcpy (tensor->shape, shape->data, shape->len * sizeof (guint64));
}

/* The data's place is relative to where all of them begin, which is known at the end only. */
static gboolean
read_tensor (Reader *reader)
{
  g_autofree char *name = take_name (reader);
  GsStoredTensor tensor = { 0 };
  guint64 type, offset, n, blocks, n_bytes;
  guint block;

  if (name == NULL || !read_shape (reader, &tensor, &n) || !take (reader, 4, &type)
      || !take (reader, 8, &offset))
    return FALSE;
  if (g_hash_table_contains (reader->file->by_name, name))
    return fail_tensor (reader, GS_ERROR_BAD_FILE, name, "is in the header twice; download it again");
  if (!gs_gguf_type_from (type, &tensor.dtype))
    return fail_tensor (reader, GS_ERROR_UNSUPPORTED, name,
                        "is quantised in a way that Gesso does not know; get the model in Q8_0, "
                        "Q5, Q4, Q6_K, Q5_K or Q4_K");
  block = gs_dtype_block (tensor.dtype);
  if (n > 0 && (tensor.n_dims == 0 ? 1 : tensor.shape[tensor.n_dims - 1]) % block != 0)
    return fail_tensor (reader, GS_ERROR_BAD_FILE, name,
                        "has rows that are no whole number of blocks; download it again");
  blocks = n / block;
  if (!g_uint64_checked_mul (&n_bytes, blocks, gs_dtype_bytes (tensor.dtype))
      || n_bytes > (guint64) (reader->end - reader->bytes)
      || offset > (guint64) (reader->end - reader->bytes) || offset % reader->alignment != 0)
    return fail_tensor (reader, GS_ERROR_BAD_FILE, name, "is not within the file; download it again");
  restore_shape (reader, name, &tensor, n);
  tensor.n_bytes = n_bytes;
  tensor.data = GSIZE_TO_POINTER ((gsize) offset);
  gs_tensor_file_add (reader->file, name, &tensor);
  return TRUE;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const GsStoredTensor *const *left = a, *const *right = b;

  if ((*left)->data != (*right)->data)
    return (*left)->data < (*right)->data ? -1 : 1;
  return ((*left)->n_bytes > (*right)->n_bytes) - ((*left)->n_bytes < (*right)->n_bytes);
}

/* Overlapping tensors would make a small file claim unlimited memory. */
static gboolean
place_tensors (Reader *reader)
{
  GArray *tensors = reader->file->tensors;
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  const guint64 header = (guint64) (reader->at - reader->bytes);
  const guint64 begin = (header + reader->alignment - 1) / reader->alignment * reader->alignment;
  const guint64 size = (guint64) (reader->end - reader->bytes);
  guint64 end = 0;

  for (guint i = 0; i < tensors->len; i++)
    g_ptr_array_add (sorted, &g_array_index (tensors, GsStoredTensor, i));
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 0; i < sorted->len; i++)
    {
      GsStoredTensor *tensor = g_ptr_array_index (sorted, i);
      const guint64 offset = GPOINTER_TO_SIZE (tensor->data);

      if (offset < end)
        return fail_tensor (reader, GS_ERROR_BAD_FILE, tensor->name,
                            "overlaps another; download it again");
      end = offset + tensor->n_bytes;
      if (begin > size || end > size - begin)
        return fail_tensor (reader, GS_ERROR_BAD_FILE, tensor->name,
                            "is cut short; download it again");
      tensor->data = reader->bytes + begin + offset;
    }
  return TRUE;
}

static gboolean
read_all (Reader *reader)
{
  guint64 magic, version, n_tensors, n_pairs;

  if (!take (reader, 4, &magic) || !take (reader, 4, &version))
    return FALSE;
  if (version != 2 && version != 3)
    {
      g_set_error (reader->error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%s is a GGUF file of version %" G_GUINT64_FORMAT "; Gesso reads 2 and 3",
                   reader->shown, version);
      return FALSE;
    }
  if (!take (reader, 8, &n_tensors) || !take (reader, 8, &n_pairs))
    return FALSE;
  for (guint64 i = 0; i < n_pairs; i++)
    if (!read_pair (reader))
      return FALSE;
  if (reader->alignment == 0 || reader->alignment > MAX_ALIGNMENT
      || (reader->alignment & (reader->alignment - 1)) != 0)
    return fail (reader, "an alignment that cannot be");
  for (guint64 i = 0; i < n_tensors; i++)
    if (!read_tensor (reader))
      return FALSE;
  return place_tensors (reader);
}

GsTensorFile *
gs_gguf_read (GBytes *bytes, const char *path, const char *shown, GError **error)
{
  gsize n_bytes;
  const guint8 *all = g_bytes_get_data (bytes, &n_bytes);
  g_autoptr (GsTensorFile) file = gs_tensor_file_new (path, "GGUF", bytes);
  Reader reader = { .bytes = all, .at = all, .end = all + n_bytes, .shown = shown, .file = file,
                    .alignment = DEFAULT_ALIGNMENT, .error = error };
  gboolean good;

  reader.shapes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_array_unref);
  good = read_all (&reader);
  g_hash_table_unref (reader.shapes);
  return good ? g_steal_pointer (&file) : NULL;
}
