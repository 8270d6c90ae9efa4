/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appending records to a journal's file, and reading them for as long as they are whole. */
#include "config.h"

#include "gesso-journal-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MAGIC 0x63657247 /* "Grec" */
#define MAX_UNPACKED_BYTES ((guint64) 1 << 30)
/* zlib packs to a thousandth at best. */
#define MAX_RATIO 1100

typedef struct
{
  guint32 magic;
  guint32 type;
  guint32 n_packed;
  guint32 n_unpacked;
  guint32 crc;
  guint32 zero;
} Head;

G_STATIC_ASSERT (sizeof (Head) == 24);

static const char header[8] = { 'G', 'E', 'S', 'S', 'O', 'J', '1',
                                G_BYTE_ORDER == G_LITTLE_ENDIAN ? 'l' : 'B' };

/* ---- Writing -------------------------------------------------------------------------------- */

static gboolean
fail (int number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number),
               /* Translators: what the system says: "No space left on device" */
               _("Changes cannot be kept safe on disk (%s): make room, or save the picture elsewhere."),
               g_strerror (number));
  return FALSE;
}

static gboolean
write_all (GessoJournalFile *self, const void *bytes, gsize n, GError **error)
{
  const guint8 *from = bytes;

  while (n > 0)
    {
      gssize written = write (self->fd, from, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return fail (written < 0 ? errno : ENOSPC, error);
      from += written;
      n -= (gsize) written;
      self->n_written += (gsize) written;
    }

  return TRUE;
}

gboolean
gesso_journal_file_create (GessoJournalFile *self, int folder, const char *name, GError **error)
{
  self->n_bytes = self->n_written = 0;
  self->fd = openat (folder, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return fail (errno, error);

  return write_all (self, header, sizeof (header), error);
}

void
gesso_journal_file_close (GessoJournalFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static guint32
get_crc (const Head *head, const void *payload)
{
  Head without = *head;
  uLong crc;

  without.crc = 0;
  crc = crc32_z (0, (const Bytef *) &without, sizeof (without));
  return (guint32) crc32_z (crc, payload, head->n_packed);
}

gboolean
gesso_journal_file_append (GessoRecordType type, GVariant *payload, gpointer data, GError **error)
{
  g_autoptr (GVariant) taken = payload;
  GessoJournalFile *self = data;
  gsize n_unpacked = g_variant_get_size (taken);
  uLongf n_packed = compressBound (n_unpacked);
  g_autofree guint8 *packed = NULL;
  Head head = { MAGIC, type, 0, (guint32) n_unpacked, 0, 0 };

  if (n_unpacked > MAX_UNPACKED_BYTES)
    return fail (EFBIG, error);

  packed = g_malloc (n_packed);
  if (compress2 (packed, &n_packed, g_variant_get_data (taken), n_unpacked, 1) != Z_OK)
    return fail (ENOMEM, error);
  head.n_packed = (guint32) n_packed;
  head.crc = get_crc (&head, packed);

  return write_all (self, &head, sizeof (head), error) && write_all (self, packed, n_packed, error);
}

gboolean
gesso_journal_file_sync (GessoJournalFile *self, GError **error)
{
  if (self->n_written == self->n_bytes)
    return TRUE;
  if (fdatasync (self->fd) != 0)
    return fail (errno, error);

  self->n_bytes = self->n_written;
  return TRUE;
}

gboolean
gesso_journal_file_take_back (GessoJournalFile *self, GError **error)
{
  if (ftruncate (self->fd, (off_t) self->n_bytes) != 0 ||
      lseek (self->fd, (off_t) self->n_bytes, SEEK_SET) < 0)
    return fail (errno, error);

  self->n_written = self->n_bytes;
  return TRUE;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static gboolean
read_all (int fd, void *bytes, gsize n)
{
  guint8 *to = bytes;

  while (n > 0)
    {
      gssize n_read = read (fd, to, n);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read <= 0)
        return FALSE;
      to += n_read;
      n -= (gsize) n_read;
    }

  return TRUE;
}

/* NULL at the end, or where a record is not whole. */
static GVariant *
read_record (int fd, guint64 *n_left, guint32 *type)
{
  g_autofree guint8 *packed = NULL;
  g_autofree guint8 *unpacked = NULL;
  g_autoptr (GBytes) bytes = NULL;
  uLongf n_unpacked;
  Head head;

  if (*n_left < sizeof (head) || !read_all (fd, &head, sizeof (head)) || head.magic != MAGIC ||
      head.n_packed > *n_left - sizeof (head) || head.n_unpacked > MAX_UNPACKED_BYTES ||
      head.n_unpacked > (guint64) head.n_packed * MAX_RATIO ||
      gesso_record_get_type (head.type) == NULL)
    return NULL;

  packed = g_try_malloc (head.n_packed + 1);
  unpacked = g_try_malloc (head.n_unpacked + 1);
  n_unpacked = head.n_unpacked;
  if (packed == NULL || unpacked == NULL || !read_all (fd, packed, head.n_packed) ||
      get_crc (&head, packed) != head.crc ||
      uncompress (unpacked, &n_unpacked, packed, head.n_packed) != Z_OK ||
      n_unpacked != head.n_unpacked)
    return NULL;

  *n_left -= sizeof (head) + head.n_packed;
  *type = head.type;
  bytes = g_bytes_new_take (g_steal_pointer (&unpacked), n_unpacked);

  return g_variant_ref_sink (
      g_variant_new_from_bytes (gesso_record_get_type (head.type), bytes, FALSE));
}

GessoSnapshot *
gesso_journal_file_replay (const char *path, GError **error)
{
  g_autoptr (GessoRecordDecoder) decoder = gesso_record_decoder_new ();
  GessoSnapshot *snapshot;
  char found[sizeof (header)];
  GVariant *payload;
  struct stat info;
  guint64 n_left;
  guint32 type;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd >= 0 && fstat (fd, &info) == 0 && read_all (fd, found, sizeof (found)) &&
      memcmp (found, header, sizeof (header)) == 0)
    {
      n_left = (guint64) info.st_size - sizeof (header);
      while ((payload = read_record (fd, &n_left, &type)))
        {
          gboolean decoded = gesso_record_decode (decoder, type, payload);

          g_variant_unref (payload);
          if (!decoded)
            break;
        }
    }
  if (fd >= 0)
    close (fd);

  snapshot = gesso_record_decoder_get (decoder);
  if (snapshot == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         _("Nothing of the picture that was open could be brought back."));
  return snapshot;
}
