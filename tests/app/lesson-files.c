/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn pictures. */
#include "lesson-files.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#define SIDE 128

static void
set (GdkPixbuf *pixbuf, int x, int y, guint32 color)
{
  guint8 *p = gdk_pixbuf_get_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf) + 3 * x;

  p[0] = (guint8) (color >> 16);
  p[1] = (guint8) (color >> 8);
  p[2] = (guint8) color;
}

static GdkPixbuf *
draw (guint i)
{
  static const guint32 skies[] = { 0x8ec8ee, 0xf0a870, 0x202048 }, grounds[] = { 0x62a85c, 0xecc882, 0xe8f0f8 };
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, SIDE, SIDE);
  const int center = 40 + (int) (i * 19) % 50, radius = 24;

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        const int dx = x - center, dy = y - 86;

        if (dx * dx + dy * dy < radius * radius)
          set (pixbuf, x, y, ABS (dy) < 6 ? 0xf08a2e : 0x8250b2);
        else
          set (pixbuf, x, y, y < 84 ? skies[i % 3] : grounds[(i + i / 3) % 3]);
      }
  return pixbuf;
}

char *
lesson_files_make (guint n, gboolean jpeg, gboolean broken)
{
  char *folder = g_dir_make_tmp ("lesson-XXXXXX", NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.%s", folder, i, jpeg ? "jpg" : "png");
      g_autofree char *text = g_strdup_printf ("%s/%u.txt", folder, i);
      g_autoptr (GdkPixbuf) pixbuf = draw (i);

      g_assert_true (gdk_pixbuf_save (pixbuf, path, jpeg ? "jpeg" : "png", NULL, NULL));
      if (i < 2)
        g_assert_true (g_file_set_contents (text, i ? "a zorb in the desert, sunset"
                                                    : "a zorb, green hills, day", -1, NULL));
    }
  if (broken)
    {
      g_autofree char *path = g_build_filename (folder, "broken.png", NULL);

      g_assert_true (g_file_set_contents (path, "\x89PNG\r\n\x1a\nand no more", -1, NULL));
    }
  return folder;
}
