/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For targets of what is opened by its path, and of pictures. */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include <zlib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize n);

/* A path in a folder of this process, below TMPDIR. */
static inline char *
fuzz_path (const char *folder, const char *name)
{
  static char *root;
  g_autofree char *path = NULL;

  if (root == NULL)
    root = g_dir_make_tmp ("gesso-fuzz-XXXXXX", NULL);
  g_assert (root != NULL);
  path = g_build_filename (root, folder, NULL);
  g_assert (g_mkdir_with_parents (path, 0700) == 0);
  return g_build_filename (path, name, NULL);
}

static inline void
fuzz_write (const char *path, gconstpointer data, gsize n)
{
  FILE *file = g_fopen (path, "wb");

  g_assert (file != NULL);
  g_assert (n == 0 || fwrite (data, n, 1, file) == 1);
  g_assert (fclose (file) == 0);
}

/* Parts of an input that a line "%%" separates; the last one is the rest. At least one, at most max. */
static inline guint
fuzz_split (const guint8 *data, gsize n, guint max, const guint8 **parts, gsize *sizes)
{
  static const char mark[] = "\n%%\n";
  guint n_parts = 0;

  while (n_parts + 1 < max)
    {
      const guint8 *end = memmem (data, n, mark, strlen (mark));

      if (end == NULL)
        break;
      parts[n_parts] = data;
      sizes[n_parts++] = (gsize) (end - data);
      n -= (gsize) (end - data) + strlen (mark);
      data = end + strlen (mark);
    }
  parts[n_parts] = data;
  sizes[n_parts++] = n;
  return n_parts;
}

/* A copy whose chunks have their right checksums (PNG, section 5.3), so that what is behind them is reached. */
static inline GBytes *
fuzz_mend_png (const guint8 *data, gsize n)
{
  guint8 *copy = g_memdup2 (data, n);
  gsize at = 8;

  while (at + 12 <= n)
    {
      guint32 length, checksum;

      memcpy (&length, copy + at, 4);
      length = GUINT32_FROM_BE (length);
      if (length > n - at - 12)
        break;
      checksum = GUINT32_TO_BE ((guint32) crc32 (0, copy + at + 4, length + 4));
      memcpy (copy + at + 8 + length, &checksum, 4);
      at += 12 + length;
    }
  return g_bytes_new_take (copy, n);
}
