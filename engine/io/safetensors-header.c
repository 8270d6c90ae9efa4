/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The JSON header of a safetensors file:
 *
 *   { "__metadata__": { key: text, ... },
 *     name: { "dtype": "F16", "shape": [320, 4, 3, 3], "data_offsets": [begin, end] }, ... }
 *
 * Offsets count from the end of the header. The tensors must cover the data without overlap or
 * gap. */
#include "io/safetensors-header.h"

#include "base/error.h"
#include "io/json-scan.h"

#include <string.h>

/* Values of unknown keys may nest this deep. */
#define MAX_DEPTH 32

typedef struct
{
  GsJsonScan scan;
  GsSafetensorsHeader *header;
  const char *path;
  const guint8 *data;
  gsize n_data;
  GString *key;  /* of the object being read */
  GString *text; /* of a string value */
  GError **error;
} Reader;

/* What one entry says of itself, before it is believed. */
typedef struct
{
  gboolean has_dtype, has_shape, has_offsets;
  guint64 begin, end;
  GsStoredTensor tensor;
} Entry;

void
gs_safetensors_header_clear (GsSafetensorsHeader *header)
{
  g_clear_pointer (&header->tensors, g_array_unref);
  g_clear_pointer (&header->by_name, g_hash_table_unref);
  g_clear_pointer (&header->metadata, g_hash_table_unref);
  g_clear_pointer (&header->warnings, g_ptr_array_unref);
}

/* An error about the JSON itself: where and what. */
static gboolean
fail_scan (Reader *reader)
{
  g_set_error (reader->error, GS_ERROR, GS_ERROR_BAD_FILE,
               "%s is damaged: its header is no safetensors header (%s at byte %" G_GSIZE_FORMAT
               "); download it again",
               reader->path, reader->scan.message, (gsize) (reader->scan.at - reader->scan.start));
  return FALSE;
}

static gboolean fail_tensor (Reader *reader, const char *name, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static gboolean
fail_tensor (Reader *reader, const char *name, const char *format, ...)
{
  g_autofree char *reason = NULL;
  g_autofree char *shown = gs_text_for_message (name);
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (reader->error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is damaged: tensor “%s” %s",
               reader->path, shown, reason);
  return FALSE;
}

static void
warn (Reader *reader, char *sentence)
{
  if (reader->header->warnings->len < 16)
    g_ptr_array_add (reader->header->warnings, sentence);
  else
    g_free (sentence);
}

static gboolean
read_shape (Reader *reader, Entry *entry, const char *name)
{
  GsStoredTensor *tensor = &entry->tensor;
  guint n_dims = 0;

  if (!gs_json_scan_expect (&reader->scan, '['))
    return fail_scan (reader);
  if (gs_json_scan_accept (&reader->scan, ']'))
    return TRUE;
  do
    {
      guint64 size;

      if (!gs_json_scan_uint (&reader->scan, &size))
        return fail_scan (reader);
      if (n_dims < GS_STORED_MAX_DIMS)
        tensor->shape[n_dims] = size;
      n_dims++;
    }
  while (gs_json_scan_accept (&reader->scan, ','));
  if (!gs_json_scan_expect (&reader->scan, ']'))
    return fail_scan (reader);
  if (n_dims > GS_STORED_MAX_DIMS)
    return fail_tensor (reader, name, "has %u dimensions; at most %u are supported", n_dims,
                        GS_STORED_MAX_DIMS);
  tensor->n_dims = n_dims;
  return TRUE;
}

static gboolean
read_offsets (Reader *reader, Entry *entry)
{
  GsJsonScan *scan = &reader->scan;

  if (gs_json_scan_expect (scan, '[') && gs_json_scan_uint (scan, &entry->begin) &&
      gs_json_scan_expect (scan, ',') && gs_json_scan_uint (scan, &entry->end) &&
      gs_json_scan_expect (scan, ']'))
    return TRUE;
  return fail_scan (reader);
}

static gboolean
read_dtype (Reader *reader, Entry *entry, const char *name)
{
  g_autofree char *shown = NULL;

  if (!gs_json_scan_string (&reader->scan, reader->text))
    return fail_scan (reader);
  if (gs_dtype_from_name (reader->text->str, &entry->tensor.dtype))
    return TRUE;
  shown = gs_text_for_message (reader->text->str);
  return fail_tensor (reader, name, "is of the unknown type “%s”", shown);
}

static gboolean
read_field (Reader *reader, Entry *entry, const char *name)
{
  static const char *const fields[] = { "dtype", "shape", "data_offsets" };
  gboolean *seen[] = { &entry->has_dtype, &entry->has_shape, &entry->has_offsets };

  if (!gs_json_scan_string (&reader->scan, reader->text) ||
      !gs_json_scan_expect (&reader->scan, ':'))
    return fail_scan (reader);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (!g_str_equal (reader->text->str, fields[i]))
        continue;
      if (*seen[i])
        return fail_tensor (reader, name, "has “%s” twice", fields[i]);
      *seen[i] = TRUE;
      return i == 0   ? read_dtype (reader, entry, name)
             : i == 1 ? read_shape (reader, entry, name)
                      : read_offsets (reader, entry);
    }
  return gs_json_scan_skip (&reader->scan, MAX_DEPTH) || fail_scan (reader);
}

/* Whether what the entry says of itself agrees with itself and with the file's size. */
static gboolean
check_entry (Reader *reader, Entry *entry, const char *name)
{
  GsStoredTensor *tensor = &entry->tensor;
  guint64 bytes;

  if (!entry->has_dtype || !entry->has_shape || !entry->has_offsets)
    return fail_tensor (reader, name, "has no %s",
                        !entry->has_dtype   ? "dtype"
                        : !entry->has_shape ? "shape"
                                            : "data_offsets");
  bytes = gs_dtype_bytes (tensor->dtype);
  for (guint i = 0; i < tensor->n_dims; i++)
    if (!g_uint64_checked_mul (&bytes, bytes, tensor->shape[i]))
      return fail_tensor (reader, name, "has a shape whose size overflows");
  if (entry->begin > entry->end)
    return fail_tensor (reader, name, "ends before it begins");
  if (entry->end > reader->n_data)
    return fail_tensor (reader, name,
                        "should end at byte %" G_GUINT64_FORMAT
                        " of the data, but the file holds %" G_GSIZE_FORMAT
                        "; the download was cut short, download it again",
                        entry->end, reader->n_data);
  if (entry->end - entry->begin != bytes)
    return fail_tensor (reader, name,
                        "has %" G_GUINT64_FORMAT
                        " bytes where its shape and type need %" G_GUINT64_FORMAT,
                        entry->end - entry->begin, bytes);
  tensor->n_bytes = bytes;
  tensor->data = reader->data + entry->begin;
  return TRUE;
}

static gboolean
read_tensor (Reader *reader)
{
  GsSafetensorsHeader *header = reader->header;
  g_autofree char *name = g_strdup (reader->key->str);
  Entry entry = { 0 };

  if (g_hash_table_contains (header->by_name, name))
    return fail_tensor (reader, name, "is in the header twice");
  if (!gs_json_scan_expect (&reader->scan, '{'))
    return fail_scan (reader);
  if (!gs_json_scan_accept (&reader->scan, '}'))
    {
      do
        if (!read_field (reader, &entry, name))
          return FALSE;
      while (gs_json_scan_accept (&reader->scan, ','));
      if (!gs_json_scan_expect (&reader->scan, '}'))
        return fail_scan (reader);
    }
  if (!check_entry (reader, &entry, name))
    return FALSE;
  entry.tensor.name = name;
  g_array_append_val (header->tensors, entry.tensor);
  g_hash_table_add (header->by_name, g_steal_pointer (&name));
  return TRUE;
}

/* Texts are what the format allows; other values are left out with a warning. */
static gboolean
read_metadata_value (Reader *reader, const char *key)
{
  GsJsonScan *scan = &reader->scan;
  g_autofree char *shown = NULL;

  if (gs_json_scan_accept (scan, '"'))
    {
      scan->at--;
      if (!gs_json_scan_string (scan, reader->text))
        return FALSE;
      g_hash_table_replace (reader->header->metadata, g_strdup (key), g_strdup (reader->text->str));
      return TRUE;
    }
  if (!gs_json_scan_skip (scan, MAX_DEPTH))
    return FALSE;
  shown = gs_text_for_message (key);
  warn (reader, g_strdup_printf ("%s: the metadata “%s” are no text and were left out",
                                 reader->path, shown));
  return TRUE;
}

static gboolean
read_metadata (Reader *reader)
{
  GsJsonScan *scan = &reader->scan;
  g_autoptr (GString) key = g_string_new (NULL);

  if (!gs_json_scan_expect (scan, '{'))
    return fail_scan (reader);
  if (gs_json_scan_accept (scan, '}'))
    return TRUE;
  do
    if (!gs_json_scan_string (scan, key) || !gs_json_scan_expect (scan, ':') ||
        !read_metadata_value (reader, key->str))
      return fail_scan (reader);
  while (gs_json_scan_accept (scan, ','));
  return gs_json_scan_expect (scan, '}') || fail_scan (reader);
}

static gboolean
read_entries (Reader *reader)
{
  GsJsonScan *scan = &reader->scan;
  gboolean has_metadata = FALSE;

  if (!gs_json_scan_expect (scan, '{'))
    return fail_scan (reader);
  if (!gs_json_scan_accept (scan, '}'))
    {
      do
        {
          gboolean is_metadata;

          if (!gs_json_scan_string (scan, reader->key) || !gs_json_scan_expect (scan, ':'))
            return fail_scan (reader);
          is_metadata = g_str_equal (reader->key->str, "__metadata__");
          if (is_metadata && has_metadata)
            return fail_tensor (reader, reader->key->str, "is in the header twice");
          has_metadata |= is_metadata;
          if (!(is_metadata ? read_metadata (reader) : read_tensor (reader)))
            return FALSE;
        }
      while (gs_json_scan_accept (scan, ','));
      if (!gs_json_scan_expect (scan, '}'))
        return fail_scan (reader);
    }
  return gs_json_scan_finish (scan) || fail_scan (reader);
}

/* By place; of two at one place the empty one first. */
static int
compare_places (gconstpointer a, gconstpointer b)
{
  const GsStoredTensor *left = a, *right = b;

  if (left->data != right->data)
    return (const guint8 *) left->data < (const guint8 *) right->data ? -1 : 1;
  return (left->n_bytes > right->n_bytes) - (left->n_bytes < right->n_bytes);
}

/* The tensors must follow each other without gap or overlap: bytes that no tensor owns could
 * hide a second file, and shared bytes make a small file claim unlimited memory. */
static gboolean
check_layout (Reader *reader)
{
  GArray *tensors = reader->header->tensors;
  const guint8 *expected = reader->data;
  gsize rest;

  g_array_sort (tensors, compare_places);
  for (guint i = 0; i < tensors->len; i++)
    {
      GsStoredTensor *tensor = &g_array_index (tensors, GsStoredTensor, i);
      const guint8 *begin = tensor->data;

      if (begin != expected)
        return fail_tensor (reader, tensor->name,
                            begin < expected ? "overlaps the one before it"
                                             : "leaves a gap to the one before it");
      expected = begin + tensor->n_bytes;
    }
  rest = reader->data + reader->n_data - expected;
  if (rest > 0)
    warn (reader, g_strdup_printf ("%s has %" G_GSIZE_FORMAT
                                   " bytes after its last tensor; they were ignored",
                                   reader->path, rest));
  return TRUE;
}

static void
index_names (GsSafetensorsHeader *header)
{
  for (guint i = 0; i < header->tensors->len; i++)
    {
      GsStoredTensor *tensor = &g_array_index (header->tensors, GsStoredTensor, i);
      gpointer name;

      g_hash_table_steal_extended (header->by_name, tensor->name, &name, NULL);
      g_hash_table_insert (header->by_name, name, GUINT_TO_POINTER (i));
    }
}

gboolean
gs_safetensors_header_read (GsSafetensorsHeader *header, const char *text, gsize n_bytes,
                            const guint8 *data, gsize n_data, const char *path, GError **error)
{
  g_autoptr (GString) key = g_string_new (NULL);
  g_autoptr (GString) value = g_string_new (NULL);
  Reader reader = { .header = header,
                    .path = path,
                    .data = data,
                    .n_data = n_data,
                    .key = key,
                    .text = value,
                    .error = error };
  gboolean good;

  header->tensors = g_array_new (FALSE, TRUE, sizeof (GsStoredTensor));
  header->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  header->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  header->warnings = g_ptr_array_new_with_free_func (g_free);

  gs_json_scan_init (&reader.scan, text, n_bytes);
  if (!g_utf8_validate_len (text, n_bytes, NULL))
    {
      reader.scan.message = "text that is not UTF-8";
      good = fail_scan (&reader);
    }
  else
    good = read_entries (&reader) && check_layout (&reader);
  if (!good)
    {
      gs_safetensors_header_clear (header);
      return FALSE;
    }
  index_names (header);
  return TRUE;
}
