/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the library. */
#include "config.h"

#include "gesso-library-item.h"

#include "gs.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

struct _GessoLibraryItem
{
  GObject          parent_instance;

  GsLibraryFile   *file;    /* NULL where it could not be read */
  char            *path;
  char            *name;
  char            *problem; /* why it could not */
  char            *folded;
  gint64           changed;
  char            *hash;
  char            *data_hash;
  char            *misfit;
};

G_DEFINE_FINAL_TYPE (GessoLibraryItem, gesso_library_item, G_TYPE_OBJECT)

static guint changed_signal;

static void
gesso_library_item_finalize (GObject *object)
{
  GessoLibraryItem *self = GESSO_LIBRARY_ITEM (object);

  g_clear_pointer (&self->file, gs_library_file_free);
  g_free (self->path);
  g_free (self->name);
  g_free (self->problem);
  g_free (self->folded);
  g_free (self->hash);
  g_free (self->data_hash);
  g_free (self->misfit);

  G_OBJECT_CLASS (gesso_library_item_parent_class)->finalize (object);
}

static void
gesso_library_item_class_init (GessoLibraryItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_library_item_finalize;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_LIBRARY_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
gesso_library_item_init (GessoLibraryItem *self)
{
}

/* ---- Reading -------------------------------------------------------------------------------- */

GPtrArray *
gesso_library_list (const char *const *folders, const char *model)
{
  GPtrArray *paths = gs_library_list_near (*model ? model : NULL);
  g_autoptr (GPtrArray) more = gs_library_list (folders);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < paths->len; i++)
    g_hash_table_add (seen, paths->pdata[i]);
  for (guint i = 0; i < more->len; i++)
    if (!g_hash_table_contains (seen, more->pdata[i]))
      g_ptr_array_add (paths, g_strdup (more->pdata[i]));

  return paths;
}

static char *
fold (GessoLibraryItem *self)
{
  g_autofree char *words =
      self->file ? g_strjoinv (" ", self->file->words) : g_strdup ("");
  g_autofree char *path = g_filename_display_name (self->path);
  g_autofree char *all = g_strdup_printf ("%s %s %s", path,
                                          self->file && self->file->family ? self->file->family : "",
                                          words);

  return g_utf8_casefold (all, -1);
}

GessoLibraryItem *
gesso_library_item_read (const char *path)
{
  GessoLibraryItem *self = g_object_new (GESSO_TYPE_LIBRARY_ITEM, NULL);
  g_autofree char *base = g_path_get_basename (path);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  self->path = g_strdup (path);
  self->changed = g_stat (path, &info) == 0 ? (gint64) info.st_mtime : 0;
  self->file = gs_library_file_new (path, &error);
  self->problem = g_strdup (self->file ? self->file->problem : error->message);
  self->name = g_filename_display_name (self->file ? self->file->name : base);
  self->folded = fold (self);

  return self;
}

const char *
gesso_library_item_get_path (GessoLibraryItem *self)
{
  return self->path;
}

const char *
gesso_library_item_get_name (GessoLibraryItem *self)
{
  return self->name;
}

GessoLibraryKind
gesso_library_item_get_kind (GessoLibraryItem *self)
{
  static const GessoLibraryKind kinds[] = {
    [GS_LIBRARY_CHECKPOINT] = GESSO_LIBRARY_CHECKPOINT,
    [GS_LIBRARY_LORA] = GESSO_LIBRARY_LORA,
    [GS_LIBRARY_EMBEDDING] = GESSO_LIBRARY_EMBEDDING,
    [GS_LIBRARY_VAE] = GESSO_LIBRARY_VAE,
    [GS_LIBRARY_UPSCALER] = GESSO_LIBRARY_UPSCALER,
    [GS_LIBRARY_CONTROL] = GESSO_LIBRARY_CONTROL,
    [GS_LIBRARY_OTHER] = GESSO_LIBRARY_OTHER,
  };

  return self->file ? kinds[self->file->kind] : GESSO_LIBRARY_OTHER;
}

const char *
gesso_library_item_get_family (GessoLibraryItem *self)
{
  return self->file ? self->file->family : NULL;
}

guint64
gesso_library_item_get_bytes (GessoLibraryItem *self)
{
  return self->file ? self->file->file_bytes : 0;
}

gint64
gesso_library_item_get_changed (GessoLibraryItem *self)
{
  return self->changed;
}

const char *const *
gesso_library_item_get_words (GessoLibraryItem *self)
{
  static const char *const none[] = { NULL };

  return self->file ? (const char *const *) self->file->words : none;
}

const char *
gesso_library_item_get_folded (GessoLibraryItem *self)
{
  return self->folded;
}

/* ---- Words ---------------------------------------------------------------------------------- */

char *
gesso_library_item_dup_description (GessoLibraryItem *self)
{
  const char *const kinds[] = {
    [GESSO_LIBRARY_CHECKPOINT] = C_("library", "Model"),
    [GESSO_LIBRARY_LORA] = "LoRA",
    [GESSO_LIBRARY_EMBEDDING] = C_("library", "Embedding"),
    [GESSO_LIBRARY_VAE] = "VAE",
    [GESSO_LIBRARY_UPSCALER] = C_("library", "Upscaler"),
    [GESSO_LIBRARY_CONTROL] = "ControlNet",
    [GESSO_LIBRARY_OTHER] = C_("library", "Other file"),
  };
  const char *family = gesso_library_item_get_family (self);
  g_autofree char *size = g_format_size (gesso_library_item_get_bytes (self));
  g_autofree char *words =
      g_strjoinv (", ", (char **) gesso_library_item_get_words (self));

  if (self->file == NULL)
    return g_strdup (self->problem);
  return g_strdup_printf ("%s%s%s · %s%s%s", kinds[gesso_library_item_get_kind (self)],
                          family ? " · " : "", family ? family : "", size, *words ? " · " : "",
                          words);
}

char *
gesso_library_item_dup_prompt (GessoLibraryItem *self)
{
  g_autofree char *words = g_strjoinv (", ", (char **) gesso_library_item_get_words (self));

  switch (gesso_library_item_get_kind (self))
    {
    case GESSO_LIBRARY_LORA:
      return g_strdup_printf ("<lora:%s:1>%s%s", self->name, *words ? ", " : "", words);
    case GESSO_LIBRARY_EMBEDDING:
      return g_strdup (self->name);
    case GESSO_LIBRARY_CHECKPOINT:
    case GESSO_LIBRARY_VAE:
    case GESSO_LIBRARY_UPSCALER:
    case GESSO_LIBRARY_CONTROL:
    case GESSO_LIBRARY_OTHER:
    default:
      return NULL;
    }
}

/* ---- The cover ------------------------------------------------------------------------------ */

static GdkPixbuf *
load_beside (GessoLibraryItem *self, int size)
{
  static const char *const endings[] = { ".preview.png", ".png", ".preview.jpg", ".jpg", ".jpeg",
                                         ".preview.webp", ".webp" };
  g_autofree char *folder = g_path_get_dirname (self->path);

  for (guint i = 0; self->file && i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (self->file->name, endings[i], NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GdkPixbuf *pixbuf = NULL;

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        pixbuf = gdk_pixbuf_new_from_file_at_scale (path, size, size, TRUE, NULL);
      if (pixbuf)
        return pixbuf;
    }

  return NULL;
}

GdkTexture *
gesso_library_item_load_cover (GessoLibraryItem *self, int size)
{
  g_autoptr (GdkPixbuf) pixbuf = load_beside (self, size);

  if (pixbuf == NULL && self->file && self->file->cover)
    {
      g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (self->file->cover);

      pixbuf = gdk_pixbuf_new_from_stream_at_scale (stream, size, size, TRUE, NULL, NULL);
    }

  return pixbuf ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
}

/* ---- Hashes --------------------------------------------------------------------------------- */

const char *
gesso_library_item_get_hash (GessoLibraryItem *self)
{
  return self->hash;
}

const char *
gesso_library_item_get_data_hash (GessoLibraryItem *self)
{
  return self->data_hash;
}

void
gesso_library_item_set_hashes (GessoLibraryItem *self, const char *hash, const char *data_hash)
{
  g_free (self->hash);
  g_free (self->data_hash);
  self->hash = g_strdup (hash);
  self->data_hash = g_strdup (data_hash);
  g_signal_emit (self, changed_signal, 0);
}

static gboolean
go_on (double fraction, gpointer cancellable)
{
  return !g_cancellable_is_cancelled (cancellable);
}

gboolean
gesso_library_item_hash (GessoLibraryItem *self,
                         GCancellable     *cancellable,
                         char            **hash,
                         char            **data_hash,
                         GError          **error)
{
  GError *reason = NULL;

  if (gs_library_get_hash (self->path, hash, data_hash))
    return TRUE;
  if (gs_library_hash (self->path, hash, data_hash, go_on, cancellable, &reason))
    {
      gs_library_keep_hash (self->path, gesso_library_item_get_bytes (self), self->changed, *hash,
                            *data_hash);
      return TRUE;
    }

  if (g_error_matches (reason, GS_ERROR, GS_ERROR_CANCELLED))
    {
      reason->domain = G_IO_ERROR;
      reason->code = G_IO_ERROR_CANCELLED;
    }
  g_propagate_error (error, reason);
  return FALSE;
}

char *
gesso_library_dup_hash (const char *path)
{
  g_autofree char *data_hash = NULL;
  char *hash = NULL;

  return gs_library_get_hash (path, &hash, &data_hash) ? hash : NULL;
}

/* ---- Fitting -------------------------------------------------------------------------------- */

const char *
gesso_library_item_get_reason (GessoLibraryItem *self)
{
  return self->problem ? self->problem : self->misfit;
}

gboolean
gesso_library_item_fits (GessoLibraryItem *self, const char *family)
{
  return gs_library_fits (gesso_library_item_get_family (self), family);
}

void
gesso_library_item_compare (GessoLibraryItem *self, const char *family)
{
  GessoLibraryKind kind = gesso_library_item_get_kind (self);
  const char *own = gesso_library_item_get_family (self);
  g_autofree char *misfit = NULL;

  /* A checkpoint takes the place of the model, so that all of them do. */
  if (kind != GESSO_LIBRARY_CHECKPOINT && !gs_library_fits (own, family))
    /* Translators: the names of two families of models, like SD 1.x and SDXL */
    misfit = g_strdup_printf (_("Made for %s; the model is %s"), own, family);
  if (g_strcmp0 (misfit, self->misfit) == 0)
    return;

  g_free (self->misfit);
  self->misfit = g_steal_pointer (&misfit);
  g_signal_emit (self, changed_signal, 0);
}
