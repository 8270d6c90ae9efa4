/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLibraryItem: a file of the library, as its headers tell of it. What is read is immutable; the
 * hashes and the reason come later, on the main thread, with "changed".
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  GESSO_LIBRARY_CHECKPOINT,
  GESSO_LIBRARY_LORA,
  GESSO_LIBRARY_EMBEDDING,
  GESSO_LIBRARY_VAE,
  GESSO_LIBRARY_UPSCALER,
  GESSO_LIBRARY_CONTROL,
  GESSO_LIBRARY_OTHER,
} GessoLibraryKind;

#define GESSO_TYPE_LIBRARY_ITEM (gesso_library_item_get_type ())
G_DECLARE_FINAL_TYPE (GessoLibraryItem, gesso_library_item, GESSO, LIBRARY_ITEM, GObject)

/* Reads a file's headers; any thread. A damaged one becomes an item of GESSO_LIBRARY_OTHER with its
 * reason. */
GessoLibraryItem *gesso_library_item_read (const char *path);

/* Paths to read; any thread. folders: may be NULL; model: its path, empty for the starter. */
GPtrArray        *gesso_library_list      (const char *const *folders, const char *model);

const char        *gesso_library_item_get_path    (GessoLibraryItem *self);
/* What prompts say. */
const char        *gesso_library_item_get_name    (GessoLibraryItem *self);
GessoLibraryKind   gesso_library_item_get_kind    (GessoLibraryItem *self);
/* "SDXL", or NULL if it is not known. */
const char        *gesso_library_item_get_family  (GessoLibraryItem *self);
guint64            gesso_library_item_get_bytes   (GessoLibraryItem *self);
/* Seconds since 1970 of its last change. */
gint64             gesso_library_item_get_changed (GessoLibraryItem *self);
const char *const *gesso_library_item_get_words   (GessoLibraryItem *self);
/* "LoRA · SDXL · 150 MB", for people. */
char              *gesso_library_item_dup_description (GessoLibraryItem *self);
/* What is looked through by the search, folded. */
const char        *gesso_library_item_get_folded  (GessoLibraryItem *self);
/* How a prompt calls it: "<lora:name:1>, its words", a word, or NULL. */
char              *gesso_library_item_dup_prompt  (GessoLibraryItem *self);

/* A picture of it, no larger than size, read on the calling thread: out of its metadata, or beside it
 * (name.preview.png, name.png ...). NULL if there is none. Any thread. */
GdkTexture        *gesso_library_item_load_cover  (GessoLibraryItem *self, int size);

/* SHA-256 in hexadecimal digits: of the file, and of what is behind its header. NULL: not known yet. */
const char        *gesso_library_item_get_hash      (GessoLibraryItem *self);
const char        *gesso_library_item_get_data_hash (GessoLibraryItem *self);
void               gesso_library_item_set_hashes    (GessoLibraryItem *self,
                                                     const char       *hash,
                                                     const char       *data_hash);
/* Any thread; cancelled with G_IO_ERROR_CANCELLED. */
gboolean           gesso_library_item_hash          (GessoLibraryItem *self,
                                                     GCancellable     *cancellable,
                                                     char            **hash,
                                                     char            **data_hash,
                                                     GError          **error);

/* What is known of a file's, or NULL; the caller's. Any thread. */
char              *gesso_library_dup_hash           (const char *path);

/* Whether it is of that family, or nothing says otherwise. */
gboolean           gesso_library_item_fits          (GessoLibraryItem *self, const char *family);
/* Why it cannot be used with the model, a sentence, or NULL. */
const char        *gesso_library_item_get_reason  (GessoLibraryItem *self);
/* family: the model's, or NULL if it is not known. */
void               gesso_library_item_compare     (GessoLibraryItem *self, const char *family);

G_END_DECLS
