/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pickle written opcode by opcode, and a zip archive of stored members (PKWARE's APPNOTE.TXT), each of
 * whose data begin at a multiple of 64 bytes, as PyTorch has it. Everything is little-endian, dates are
 * the first that zip knows.
 */
#include "io/torch-write.h"

#include "io/atomic-file.h"

#include <string.h>

#define ALIGNMENT 64
#define ARCHIVE "archive/"

struct _GsTorchWriter
{
  GByteArray *pickle;
  GPtrArray  *storages; /* GByteArray */
};

GsTorchWriter *
gs_torch_writer_new (void)
{
  static const guint8 protocol[] = { 0x80, 2 };
  GsTorchWriter *writer = g_new0 (GsTorchWriter, 1);

  writer->pickle = g_byte_array_new ();
  writer->storages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  g_byte_array_append (writer->pickle, protocol, sizeof protocol);
  return writer;
}

void
gs_torch_writer_free (GsTorchWriter *writer)
{
  if (writer == NULL)
    return;
  g_byte_array_unref (writer->pickle);
  g_ptr_array_unref (writer->storages);
  g_free (writer);
}

static void
put (GByteArray *bytes, guint64 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    {
      const guint8 byte = i < sizeof value ? value >> (8 * i) : 0;

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
put_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

void
gs_torch_begin_dict (GsTorchWriter *writer)
{
  put_text (writer->pickle, "}("); /* EMPTY_DICT, MARK */
}

void
gs_torch_end_dict (GsTorchWriter *writer)
{
  put_text (writer->pickle, "u"); /* SETITEMS */
}

void
gs_torch_text (GsTorchWriter *writer, const char *text)
{
  put_text (writer->pickle, "X"); /* BINUNICODE */
  put (writer->pickle, strlen (text), 4);
  put_text (writer->pickle, text);
}

void
gs_torch_integer (GsTorchWriter *writer, gint64 value)
{
  if (value >= 0 && value <= G_MAXINT32)
    {
      put_text (writer->pickle, "J"); /* BININT */
      put (writer->pickle, value, 4);
      return;
    }
  put (writer->pickle, 0x8a, 1); /* LONG1 */
  put (writer->pickle, 8, 1);
  put (writer->pickle, (guint64) value, 8);
}

void
gs_torch_none (GsTorchWriter *writer)
{
  put_text (writer->pickle, "N");
}

/* torch._utils._rebuild_tensor_v2 (storage, 0, (rows, columns), (columns, 1), False, OrderedDict ()) */
void
gs_torch_floats (GsTorchWriter *writer, const float *values, guint rows, guint columns)
{
  GByteArray *storage = g_byte_array_new ();
  g_autofree char *key = g_strdup_printf ("%u", writer->storages->len);
  const gsize n = (gsize) rows * columns;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, values + i, sizeof bits);
      put (storage, bits, sizeof bits);
    }
  g_ptr_array_add (writer->storages, storage);
  put_text (writer->pickle, "ctorch._utils\n_rebuild_tensor_v2\n((");
  gs_torch_text (writer, "storage");
  put_text (writer->pickle, "ctorch\nFloatStorage\n");
  gs_torch_text (writer, key);
  gs_torch_text (writer, "cpu");
  gs_torch_integer (writer, (gint64) n);
  put_text (writer->pickle, "tQ"); /* TUPLE, BINPERSID */
  gs_torch_integer (writer, 0);
  gs_torch_integer (writer, rows);
  gs_torch_integer (writer, columns);
  put (writer->pickle, 0x86, 1); /* TUPLE2 */
  gs_torch_integer (writer, columns);
  gs_torch_integer (writer, 1);
  put (writer->pickle, 0x86, 1);
  put (writer->pickle, 0x89, 1); /* NEWFALSE */
  put_text (writer->pickle, "ccollections\nOrderedDict\n)RtR");
}

/* ---- The archive ---- */

typedef struct
{
  GByteArray *bytes;   /* of the file          */
  GByteArray *central; /* directory at the end */
  guint       n;
} Zip;

/* The checksum of zip: polynomial 0xedb88320, bits in reverse (APPNOTE.TXT, section 4.4.7). */
static guint32
checksum_of (const GByteArray *data)
{
  guint32 sum = 0xffffffff;

  for (guint i = 0; i < data->len; i++)
    {
      sum ^= data->data[i];
      for (guint bit = 0; bit < 8; bit++)
        sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
  return ~sum;
}

/* What local headers and the central directory share. */
static void
put_member (GByteArray *to, const GByteArray *data, guint32 checksum, guint n_name, guint n_extra)
{
  put (to, 0, 2); /* flags */
  put (to, 0, 2); /* stored */
  put (to, 0, 2); /* midnight ... */
  put (to, 0x21, 2); /* ... of 1980-01-01 */
  put (to, checksum, 4);
  put (to, data->len, 4);
  put (to, data->len, 4);
  put (to, n_name, 2);
  put (to, n_extra, 2);
}

static void
add_member (Zip *zip, const char *member, const GByteArray *data)
{
  g_autofree char *name = g_strconcat (ARCHIVE, member, NULL);
  const guint32 checksum = checksum_of (data);
  const guint offset = zip->bytes->len, n_name = strlen (name);
  const guint begin = offset + 30 + n_name + 4; /* with an empty extra field */
  const guint n_padding = (ALIGNMENT - begin % ALIGNMENT) % ALIGNMENT;

  put_text (zip->bytes, "PK\3\4");
  put (zip->bytes, 20, 2); /* version */
  put_member (zip->bytes, data, checksum, n_name, 4 + n_padding);
  put_text (zip->bytes, name);
  put_text (zip->bytes, "FB"); /* PyTorch's padding */
  put (zip->bytes, n_padding, 2);
  for (guint i = 0; i < n_padding; i++)
    put_text (zip->bytes, "Z");
  g_byte_array_append (zip->bytes, data->data, data->len);

  put_text (zip->central, "PK\1\2");
  put (zip->central, 20, 2);
  put (zip->central, 20, 2);
  put_member (zip->central, data, checksum, n_name, 0);
  put (zip->central, 0, 2 + 2 + 2 + 4); /* comment, disk, attributes */
  put (zip->central, offset, 4);
  put_text (zip->central, name);
  zip->n++;
}

static void
end_zip (Zip *zip)
{
  const guint offset = zip->bytes->len;

  g_byte_array_append (zip->bytes, zip->central->data, zip->central->len);
  put_text (zip->bytes, "PK\5\6");
  put (zip->bytes, 0, 4);
  put (zip->bytes, zip->n, 2);
  put (zip->bytes, zip->n, 2);
  put (zip->bytes, zip->central->len, 4);
  put (zip->bytes, offset, 4);
  put (zip->bytes, 0, 2);
}

static gboolean
write_bytes (int fd, gpointer user_data, GError **error)
{
  const GByteArray *bytes = user_data;

  return gs_write_bytes (fd, bytes->data, bytes->len);
}

gboolean
gs_torch_write (GsTorchWriter *writer, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new (), central = g_byte_array_new ();
  g_autoptr (GByteArray) version = g_byte_array_new (), order = g_byte_array_new ();
  Zip zip = { bytes, central, 0 };

  put_text (writer->pickle, "."); /* STOP */
  put_text (version, "3\n");
  put_text (order, "little");
  add_member (&zip, "data.pkl", writer->pickle);
  add_member (&zip, "byteorder", order);
  for (guint i = 0; i < writer->storages->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("data/%u", i);

      add_member (&zip, name, writer->storages->pdata[i]);
    }
  add_member (&zip, "version", version);
  end_zip (&zip);
  return gs_write_whole (path, write_bytes, bytes, error);
}
