/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoPartFile: a file that is on its way: NAME.part, and in NAME.part.info where it comes from and what
 * it has to be. It gets its name when it is whole, and right.
 *
 * Nothing here waits for the network, but all of it for the disk: it belongs on a thread, one at a time.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the next start has to know. All but size are strings that may be NULL. */
typedef struct
{
  char   *address;
  char   *title;     /* for people */
  char   *licence;   /* its name, for people */
  char   *sha256;    /* hexadecimal digits, small */
  char   *validator; /* a strong ETag or a date, for If-Range */
  guint64 size;      /* in bytes, 0: not known */
} GessoPartInfo;

void gesso_part_info_clear (GessoPartInfo *info);

typedef struct _GessoPartFile GessoPartFile;

/* name: has to have passed gesso_part_file_check_name(). */
GessoPartFile *gesso_part_file_new  (const char *folder, const char *name);
/* What is there stays. */
void           gesso_part_file_free (GessoPartFile *self);

/* Whether a server may have a file called so: no path, nothing hidden, and an ending that stands for tensors
 * or text. Pickles (.ckpt, .pt, .bin) are left out: Gesso reads those that an artist has, and fetches none. */
gboolean       gesso_part_file_check_name (const char *name, GError **error);

/* Makes the folder, opens or begins the part and hashes what is there. */
gboolean       gesso_part_file_open     (GessoPartFile *self, GCancellable *cancellable, GError **error);
gboolean       gesso_part_file_append   (GessoPartFile *self, GBytes *bytes, GError **error);
/* Back to nothing. */
gboolean       gesso_part_file_restart  (GessoPartFile *self, GError **error);
guint64        gesso_part_file_get_bytes (GessoPartFile *self);
/* Gives the file its name. sha256: NULL if it is not known. Wrong bytes are deleted and said. */
gboolean       gesso_part_file_finish   (GessoPartFile *self, const char *sha256, GError **error);
void           gesso_part_file_discard  (GessoPartFile *self);

/* Where the whole file is, in the end. */
const char    *gesso_part_file_get_target (GessoPartFile *self);

gboolean       gesso_part_file_write_info (GessoPartFile *self, const GessoPartInfo *info, GError **error);
/* FALSE: there is none. */
gboolean       gesso_part_file_read_info  (const char *folder, const char *name, GessoPartInfo *info);
/* Bytes that are there of a part. */
guint64        gesso_part_file_measure    (const char *folder, const char *name);
/* Names of the parts in a folder, ended by NULL. */
char         **gesso_part_file_list       (const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoPartFile, gesso_part_file_free)

G_END_DECLS
