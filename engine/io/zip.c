/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The central directory stands at the archive's end; each of its entries points to a local header, which
 * the member's data follow. */
#include "io/zip.h"

#include "base/error.h"

#include <string.h>

#define END_SIGNATURE 0x06054b50
#define END_BYTES 22
#define END64_SIGNATURE 0x06064b50
#define END64_BYTES 56
#define LOCATOR_SIGNATURE 0x07064b50
#define LOCATOR_BYTES 20
#define ENTRY_SIGNATURE 0x02014b50
#define ENTRY_BYTES 46
#define LOCAL_SIGNATURE 0x04034b50
#define LOCAL_BYTES 30
#define MAX_COMMENT 0xffff

#define ENCRYPTED 1
#define STORED 0
#define EXTRA_ZIP64 1
#define IN_ZIP64 0xffffffff

static guint
read16 (const guint8 *at)
{
  return at[0] | at[1] << 8;
}

static guint32
read32 (const guint8 *at)
{
  return read16 (at) | (guint32) read16 (at + 2) << 16;
}

static guint64
read64 (const guint8 *at)
{
  return read32 (at) | (guint64) read32 (at + 4) << 32;
}

/* TRUE if n bytes fit at a place. */
static gboolean
is_within (gsize n_bytes, guint64 at, guint64 n)
{
  return at <= n_bytes && n <= n_bytes - at;
}

/* Where the central directory lies. */
static gboolean
find_directory (const guint8 *bytes, gsize n_bytes, guint64 *begin, guint64 *size)
{
  for (gsize back = END_BYTES; back <= n_bytes && back <= END_BYTES + MAX_COMMENT; back++)
    {
      const guint8 *end = bytes + n_bytes - back;
      const guint8 *locator = end - LOCATOR_BYTES;
      guint64 place;

      if (read32 (end) != END_SIGNATURE)
        continue;
      *size = read32 (end + 12);
      *begin = read32 (end + 16);
      if (back + LOCATOR_BYTES > n_bytes || read32 (locator) != LOCATOR_SIGNATURE)
        return TRUE;
      place = read64 (locator + 8);
      if (!is_within (n_bytes, place, END64_BYTES) || read32 (bytes + place) != END64_SIGNATURE)
        return FALSE;
      *size = read64 (bytes + place + 40);
      *begin = read64 (bytes + place + 48);
      return TRUE;
    }
  return FALSE;
}

/* Sizes that are too large for their fields stand in an extra field, in this order. */
static gboolean
read_extra (const guint8 *extra, gsize n_extra, guint64 *size, guint64 *stored, guint64 *place)
{
  guint64 *const values[] = { size, stored, place };

  while (n_extra >= 4)
    {
      const guint kind = read16 (extra), n = read16 (extra + 2);
      gsize at = 0;

      if (n > n_extra - 4)
        return FALSE;
      for (guint i = 0; kind == EXTRA_ZIP64 && i < G_N_ELEMENTS (values); i++)
        {
          if (*values[i] != IN_ZIP64)
            continue;
          if (at + 8 > n)
            return FALSE;
          *values[i] = read64 (extra + 4 + at);
          at += 8;
        }
      extra += 4 + n;
      n_extra -= 4 + n;
    }
  return TRUE;
}

/* Where a member's data begin: behind its local header, whose name and extra field have sizes of their
 * own. */
static gboolean
find_data (const guint8 *bytes, gsize n_bytes, guint64 place, guint64 n, const guint8 **data)
{
  guint64 begin;

  if (!is_within (n_bytes, place, LOCAL_BYTES) || read32 (bytes + place) != LOCAL_SIGNATURE)
    return FALSE;
  begin = place + LOCAL_BYTES + read16 (bytes + place + 26) + read16 (bytes + place + 28);
  if (!is_within (n_bytes, begin, n))
    return FALSE;
  *data = bytes + begin;
  return TRUE;
}

/* One entry of the directory, n bytes at most; how many it has, or 0. */
static gsize
read_entry (const guint8 *bytes, gsize n_bytes, const guint8 *entry, gsize n, GArray *members)
{
  guint64 stored, size, place;
  gsize n_name, n_extra, n_entry;
  GsZipMember member = { 0 };

  if (n < ENTRY_BYTES || read32 (entry) != ENTRY_SIGNATURE)
    return 0;
  n_name = read16 (entry + 28);
  n_extra = read16 (entry + 30);
  n_entry = ENTRY_BYTES + n_name + n_extra + read16 (entry + 32);
  if (n_entry > n)
    return 0;
  stored = read32 (entry + 20);
  size = read32 (entry + 24);
  place = read32 (entry + 42);
  if (!read_extra (entry + ENTRY_BYTES + n_name, n_extra, &size, &stored, &place))
    return 0;
  if (read16 (entry + 10) == STORED && (read16 (entry + 8) & ENCRYPTED) == 0
      && (size != stored || !find_data (bytes, n_bytes, place, size, &member.data)))
    return 0;
  member.name = g_strndup ((const char *) entry + ENTRY_BYTES, n_name);
  member.n_bytes = member.data != NULL ? size : 0;
  g_array_append_val (members, member);
  return n_entry;
}

static void
member_clear (gpointer data)
{
  g_free (((GsZipMember *) data)->name);
}

GArray *
gs_zip_read (const guint8 *bytes, gsize n_bytes, const char *shown, GError **error)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (GsZipMember));
  guint64 begin, size;

  g_array_set_clear_func (members, member_clear);
  if (!find_directory (bytes, n_bytes, &begin, &size) || !is_within (n_bytes, begin, size))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s is cut short: its list of contents is missing; download it again", shown);
      return NULL;
    }
  while (size > 0)
    {
      gsize n = read_entry (bytes, n_bytes, bytes + begin, size, members);

      if (n == 0)
        {
          g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                       "%s is damaged: its list of contents cannot be; download it again", shown);
          return NULL;
        }
      begin += n;
      size -= n;
    }
  return g_steal_pointer (&members);
}
