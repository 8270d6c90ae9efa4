/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenRaster pictures: opened, and what opens is written and opened again. An input is a zip file, or
 * stack.xml, gesso/document.json and pictures, of which a zip file without a wrong checksum is made.
 */
#include "fuzz-file.h"

#include "document/gesso-ora.h"
#include "document/gesso-zip.h"

#define MAX_PARTS 8
/* What is larger takes longer to write than to find. */
#define MAX_WRITTEN_SIZE 256
#define MAX_WRITTEN_TILES 64

static void
add (GessoZipWriter *zip, const char *name, GBytes *bytes)
{
  g_autoptr (GBytes) taken = bytes;

  g_assert (gesso_zip_writer_add (zip, name, taken, NULL, NULL));
}

static GBytes *
make_zip (const guint8 *data, gsize n)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GessoZipWriter) zip = gesso_zip_writer_new (stream);
  const guint8 *parts[MAX_PARTS];
  gsize sizes[MAX_PARTS];
  guint n_parts = fuzz_split (data, n, MAX_PARTS, parts, sizes);

  add (zip, "mimetype", g_bytes_new_static ("image/openraster", 16));
  add (zip, "stack.xml", g_bytes_new (parts[0], sizes[0]));
  if (n_parts > 1)
    add (zip, "gesso/document.json", g_bytes_new (parts[1], sizes[1]));
  for (guint i = 2; i < n_parts; i++)
    {
      const char name[] = { (char) ('a' + i - 2), '\0' };

      add (zip, name, fuzz_mend_png (parts[i], sizes[i]));
    }
  g_assert (gesso_zip_writer_finish (zip, NULL, NULL));
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
}

static gboolean
is_small (GessoSnapshot *snapshot)
{
  guint n_tiles = snapshot->selection ? gesso_tiles_count (snapshot->selection) : 0;

  for (guint i = 0; i < snapshot->layers->len; i++)
    n_tiles += gesso_tiles_count (((GessoLayerState *) snapshot->layers->pdata[i])->tiles);
  for (guint i = 0; i < snapshot->candidates->len; i++)
    n_tiles += gesso_tiles_count (gesso_candidate_get_tiles (snapshot->candidates->pdata[i]));
  return MAX (snapshot->width, snapshot->height) <= MAX_WRITTEN_SIZE && n_tiles <= MAX_WRITTEN_TILES;
}

static GessoSnapshot *
load (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GessoSnapshot *snapshot = gesso_ora_load (file, NULL, error);

  g_assert (snapshot != NULL || *error != NULL);
  g_assert (*error == NULL || g_utf8_validate ((*error)->message, -1, NULL));
  return snapshot;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n)
{
  static char *in, *out;
  g_autoptr (GBytes) zip = NULL;
  g_autoptr (GFile) written = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoSnapshot) snapshot = NULL;
  g_autoptr (GessoSnapshot) again = NULL;
  gsize n_bytes;
  gconstpointer bytes;

  if (in == NULL)
    {
      in = fuzz_path ("", "in.ora");
      out = fuzz_path ("", "out.ora");
    }
  zip = n > 2 && memcmp (data, "PK", 2) == 0 ? g_bytes_new (data, n) : make_zip (data, n);
  bytes = g_bytes_get_data (zip, &n_bytes);
  fuzz_write (in, bytes, n_bytes);
  snapshot = load (in, &error);
  if (snapshot == NULL || !is_small (snapshot))
    return 0;

  written = g_file_new_for_path (out);
  if (!gesso_ora_save (snapshot, written, NULL, &error))
    g_error ("what was opened cannot be written: %s", error->message);
  again = load (out, &error);
  if (again == NULL)
    g_error ("what was written cannot be opened: %s", error->message);
  g_assert (again->layers->len == snapshot->layers->len);
  g_assert (again->candidates->len == snapshot->candidates->len);
  return 0;
}
