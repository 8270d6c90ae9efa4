/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What torch.save () writes: since PyTorch 1.6 a zip archive of a pickle and a member for each storage,
 * before that several pickles and the storages one after the other (torch/serialization.py). */
#include "base/error.h"
#include "io/pickle.h"
#include "io/tensor-file-private.h"
#include "io/zip.h"

#include <string.h>

/* Dicts within dicts: state_dict, and a training program's own. */
#define MAX_DEPTH 8
#define MAX_NAME 4096

typedef struct
{
  GsTensorFile *file;
  const char *shown;
  GsPickle *pickle;
  GHashTable *storages; /* key -> Storage */
  gsize copied_bytes, n_bytes;
  guint n_visited;
  GError **error;
} Reader;

typedef struct
{
  const guint8 *data; /* NULL: compressed */
  gsize n_bytes;
} Storage;

G_GNUC_PRINTF (2, 3)
static gboolean
fail (Reader *reader, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (reader->error, GS_ERROR, GS_ERROR_BAD_FILE, "%s %s; download it again",
               reader->shown, reason);
  return FALSE;
}

static gboolean
fail_tensor (Reader *reader, const char *name, const char *reason)
{
  g_autofree char *shown = gs_text_for_message (name);

  return fail (reader, "is damaged: its tensor “%s” %s", shown, reason);
}

/* Strided elements one after the other. Copies are bounded: views may share a storage, but no file of
 * weights has many that are not as they lie. */
static gboolean
copy_strided (Reader *reader, const char *name, const GsPickleTensor *from, const guint8 *base,
              GsStoredTensor *tensor)
{
  const gsize size = gs_dtype_bytes (from->dtype);
  guint64 place[GS_STORED_MAX_DIMS] = { 0 };
  guint8 *out;

  reader->copied_bytes += tensor->n_bytes;
  if (reader->copied_bytes > 2 * reader->n_bytes)
    return fail_tensor (reader, name, "and others show the same numbers in too many ways");
  tensor->data = out = g_malloc (tensor->n_bytes);
  g_ptr_array_add (reader->file->copies, g_bytes_new_take (out, tensor->n_bytes));
  for (gsize done = 0; done < tensor->n_bytes; done += size)
    {
      guint64 index = 0;

      for (guint i = 0; i < from->n_dims; i++)
        index += place[i] * from->strides[i];
      memcpy (out + done, base + index * size, size);
      for (guint i = from->n_dims; i-- > 0 && ++place[i] == from->shape[i];)
        place[i] = 0;
    }
  return TRUE;
}

static gboolean
add_tensor (Reader *reader, const char *name, const GsPickleTensor *from)
{
  const Storage *storage = g_hash_table_lookup (reader->storages, from->key);
  const gsize size = gs_dtype_bytes (from->dtype);
  GsStoredTensor tensor = { .dtype = from->dtype, .n_dims = from->n_dims };
  gsize n = 1;

  for (guint i = 0; i < from->n_dims; i++)
    n *= tensor.shape[i] = from->shape[i]; /* the pickle's reader has checked the product */
  tensor.n_bytes = n * size;
  if (storage == NULL && n > 0)
    return fail_tensor (reader, name, "has no data in it");
  if (storage != NULL && storage->data == NULL)
    return fail_tensor (reader, name, "is compressed, which PyTorch never does");
  if (storage != NULL && storage->n_bytes < from->n_bytes)
    return fail_tensor (reader, name, "is larger than its data");
  tensor.data = n > 0 ? storage->data + from->offset * size : g_bytes_get_data (reader->file->bytes, NULL);
  if (!from->is_contiguous && !copy_strided (reader, name, from, tensor.data, &tensor))
    return FALSE;
  gs_tensor_file_add (reader->file, name, &tensor);
  return TRUE;
}

static gboolean
add_value (Reader *reader, const char *prefix, const char *key, const GsPickleValue *value,
           guint depth);

static gboolean
add_dict (Reader *reader, const char *prefix, const GsPickleValue *dict, guint depth)
{
  /* A dict that stands in many places would be walked through again in each. */
  if (depth > MAX_DEPTH || reader->n_visited > reader->pickle->values->len)
    return fail (reader, "is damaged: its dicts contain each other");
  for (guint i = 0; i + 1 < gs_pickle_n_items (dict); i += 2)
    {
      const GsPickleValue *key = gs_pickle_item (dict, i);

      reader->n_visited++;
      if (key->kind == GS_PICKLE_TEXT
          && !add_value (reader, prefix, key->text, gs_pickle_item (dict, i + 1), depth))
        return FALSE;
    }
  return TRUE;
}

/* Tensors by their path, single values of the top as metadata; the rest is training programs' own. */
static gboolean
add_value (Reader *reader, const char *prefix, const char *key, const GsPickleValue *value,
           guint depth)
{
  g_autofree char *name = g_strdup_printf ("%s%.*s", prefix, MAX_NAME + 1, key);
  g_autofree char *inner = NULL;

  if (strlen (name) > MAX_NAME)
    return fail (reader, "is damaged: a tensor's name is too long");
  switch (value->kind)
    {
    case GS_PICKLE_TENSOR:
      return add_tensor (reader, name, value->tensor);
    case GS_PICKLE_DICT:
      inner = g_strconcat (name, ".", NULL);
      return add_dict (reader, inner, value, depth + 1);
    case GS_PICKLE_TEXT:
      if (depth == 0)
        g_hash_table_replace (reader->file->metadata, g_steal_pointer (&name),
                              g_strdup (value->text));
      return TRUE;
    case GS_PICKLE_INTEGER:
      if (depth == 0)
        g_hash_table_replace (reader->file->metadata, g_steal_pointer (&name),
                              g_strdup_printf ("%" G_GINT64_FORMAT, value->integer));
      return TRUE;
    default:
      return TRUE;
    }
}

/* The weights: the "state_dict" if there is one, else all; or a single tensor. */
static gboolean
add_root (Reader *reader)
{
  const GsPickleValue *root = reader->pickle->root;
  const GsPickleValue *state = gs_pickle_lookup (root, "state_dict");
  gboolean good;

  if (root->kind == GS_PICKLE_TENSOR)
    return add_tensor (reader, "tensor", root->tensor);
  if (root->kind != GS_PICKLE_DICT)
    return fail (reader, "holds no tensors by name");
  good = add_dict (reader, "", state != NULL && state->kind == GS_PICKLE_DICT ? state : root, 0);
  if (good && reader->file->tensors->len == 0)
    return fail (reader, "holds no tensors by name");
  return good;
}

/* ---- The zip archive ---- */

static void
add_storage (Reader *reader, const char *key, const guint8 *data, gsize n_bytes)
{
  Storage *storage = g_new (Storage, 1);

  *storage = (Storage) { .data = data, .n_bytes = n_bytes };
  g_hash_table_replace (reader->storages, g_strdup (key), storage);
}

/* The pickle, and the folder in which it lies. */
static const GsZipMember *
find_pickle (const GArray *members, char **folder)
{
  for (guint i = 0; i < members->len; i++)
    {
      const GsZipMember *member = &g_array_index (members, GsZipMember, i);
      const char *slash = strchr (member->name, '/');

      if (slash == NULL || !g_str_equal (slash, "/data.pkl"))
        continue;
      *folder = g_strndup (member->name, slash + 1 - member->name);
      return member;
    }
  return NULL;
}

static gboolean
read_members (Reader *reader, const GArray *members, const char *folder)
{
  g_autofree char *data = g_strconcat (folder, "data/", NULL);
  g_autofree char *byteorder = g_strconcat (folder, "byteorder", NULL);
  gboolean is_odd = FALSE;

  for (guint i = 0; i < members->len; i++)
    {
      const GsZipMember *member = &g_array_index (members, GsZipMember, i);

      is_odd |= !g_str_has_prefix (member->name, folder);
      if (g_str_has_prefix (member->name, data))
        add_storage (reader, member->name + strlen (data), member->data, member->n_bytes);
      else if (g_str_equal (member->name, byteorder) && member->n_bytes > 0
               && member->data[0] != 'l')
        return fail (reader, "was written on a machine of another byte order");
    }
  if (is_odd)
    gs_tensor_file_warn (reader->file,
                         g_strdup_printf ("%s has contents that PyTorch does not write; they were "
                                          "ignored", reader->shown));
  return TRUE;
}

static gboolean
read_zip (Reader *reader, const guint8 *bytes, gsize n_bytes)
{
  g_autoptr (GArray) members = gs_zip_read (bytes, n_bytes, reader->shown, reader->error);
  g_autofree char *folder = NULL;
  const GsZipMember *pickle;

  if (members == NULL)
    return FALSE;
  pickle = find_pickle (members, &folder);
  if (pickle == NULL)
    return fail (reader, "is no PyTorch file: it has no data.pkl");
  if (pickle->data == NULL)
    return fail (reader, "is compressed, which PyTorch's files never are");
  reader->pickle = gs_pickle_read (pickle->data, pickle->n_bytes, reader->shown, reader->error);
  return reader->pickle != NULL && read_members (reader, members, folder) && add_root (reader);
}

/* ---- The old format ---- */

static const guint8 old_magic[] = { 0x80, 2,    0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                    0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.' };

/* The storages, in the order of the last pickle's list: a number of elements, and these. */
static gboolean
read_old_storages (Reader *reader, const GsPickleValue *keys, const guint8 *at, gsize n)
{
  g_autoptr (GHashTable) sizes = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < reader->pickle->values->len; i++)
    {
      const GsPickleValue *value = g_ptr_array_index (reader->pickle->values, i);

      if (value->kind == GS_PICKLE_STORAGE)
        g_hash_table_insert (sizes, (gpointer) value->storage.key, (gpointer) value);
    }
  if (keys->kind != GS_PICKLE_LIST)
    return fail (reader, "is damaged: it lists no data");
  for (guint i = 0; i < gs_pickle_n_items (keys); i++)
    {
      const GsPickleValue *key = gs_pickle_item (keys, i);
      const GsPickleValue *storage
        = key->kind == GS_PICKLE_TEXT ? g_hash_table_lookup (sizes, key->text) : NULL;
      guint64 n_elements;
      gsize size;

      if (storage == NULL || storage->storage.dtype == GS_N_DTYPES || n < 8)
        return fail (reader, "is damaged: its data are of no known kind, or cut short");
      size = gs_dtype_bytes (storage->storage.dtype);
      memcpy (&n_elements, at, 8);
      n_elements = GUINT64_FROM_LE (n_elements);
      if (n_elements > (n - 8) / size)
        return fail (reader, "is cut short: some of its data are missing");
      add_storage (reader, key->text, at + 8, n_elements * size);
      at += 8 + n_elements * size;
      n -= 8 + n_elements * size;
    }
  return TRUE;
}

/* A version, what the machine was, the tensors, the keys of their storages, and these. */
static gboolean
read_old (Reader *reader, const guint8 *bytes, gsize n_bytes)
{
  GsPickle *pickles[4] = { NULL };
  gsize at = sizeof old_magic;
  gboolean good = TRUE;

  for (guint i = 0; good && i < G_N_ELEMENTS (pickles); i++)
    {
      pickles[i] = gs_pickle_read (bytes + at, n_bytes - at, reader->shown, reader->error);
      good = pickles[i] != NULL;
      at += good ? pickles[i]->n_bytes : 0;
    }
  if (good)
    {
      reader->pickle = g_steal_pointer (&pickles[2]);
      good = read_old_storages (reader, pickles[3]->root, bytes + at, n_bytes - at)
             && add_root (reader);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pickles); i++)
    gs_pickle_free (pickles[i]);
  return good;
}

/* A pickle of anything else: the reason why it is of no use comes from reading it. */
static gboolean
read_bare (Reader *reader, const guint8 *bytes, gsize n_bytes)
{
  reader->pickle = gs_pickle_read (bytes, n_bytes, reader->shown, reader->error);
  return reader->pickle != NULL && fail (reader, "is a pickle without tensors");
}

GsTensorFile *
gs_torch_file_read (GBytes *bytes, const char *path, const char *shown, GError **error)
{
  gsize n_bytes;
  const guint8 *all = g_bytes_get_data (bytes, &n_bytes);
  g_autoptr (GsTensorFile) file = gs_tensor_file_new (path, "PyTorch", bytes);
  Reader reader = { .file = file, .shown = shown, .n_bytes = n_bytes, .error = error };
  gboolean good;

  reader.storages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (n_bytes >= 4 && memcmp (all, "PK\3\4", 4) == 0)
    good = read_zip (&reader, all, n_bytes);
  else if (n_bytes >= sizeof old_magic && memcmp (all, old_magic, sizeof old_magic) == 0)
    good = read_old (&reader, all, n_bytes);
  else
    good = read_bare (&reader, all, n_bytes);
  g_hash_table_unref (reader.storages);
  gs_pickle_free (reader.pickle);
  return good ? g_steal_pointer (&file) : NULL;
}
