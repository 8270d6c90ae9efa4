/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the next start gets back: the painting, the prompt and the settings are in the window's
 * journal at any time, beside it the orders that wait, and a note that says which file it is and
 * whether that file has all of it.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-texture-tiles.h"
#include "engine/gesso-recipe.h"
#include "preferences/gesso-store.h"

#include <glib/gi18n.h>

#define SYNC_DELAY 300                   /* ms after the last key in a prompt               */
#define AT_ONCE_BYTES ((guint64) 16 << 20) /* of a journal that is replayed before the window is */
#define START_KEY "start-picture"
#define CANVAS_KEY "use-canvas"

/* ---- Settings into the painting, which the journal and files hold --------------------------- */

static GVariant *
make_settings (GessoWindow *self)
{
  g_autoptr (GVariant) settings =
      g_variant_ref_sink (gesso_settings_to_variant (gesso_document_get_settings (self->document)));
  GVariantDict dict;

  g_variant_dict_init (&dict, settings);
  g_variant_dict_insert (&dict, START_KEY, "b",
                         self->starting || gesso_document_get_start (self->document) != NULL);
  g_variant_dict_insert (&dict, CANVAS_KEY, "b", gesso_document_get_use_canvas (self->document));

  return g_variant_dict_end (&dict);
}

static gboolean
on_sync (gpointer data)
{
  GessoWindow *self = data;

  if (gesso_painting_is_changing (self->painting))
    return G_SOURCE_CONTINUE; /* after the stroke */

  self->sync_timeout = 0;
  gesso_painting_set_settings (self->painting, make_settings (self));
  return G_SOURCE_REMOVE;
}

static void
sync_later (GessoWindow *self)
{
  if (self->document && self->sync_timeout == 0)
    self->sync_timeout = g_timeout_add (SYNC_DELAY, on_sync, self);
}

static void
on_changed (GessoWindow *self)
{
  self->n_changes++;
  sync_later (self);
}

void
gesso_window_sync (GessoWindow *self)
{
  g_clear_handle_id (&self->sync_timeout, g_source_remove);
  if (gesso_painting_is_changing (self->painting))
    sync_later (self);
  else
    gesso_painting_set_settings (self->painting, make_settings (self));
}

/* ---- And back ------------------------------------------------------------------------------- */

static void
on_start_converted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GessoPicture) start = gesso_picture_from_texture_finish (result, NULL);

  self->starting = FALSE;
  if (self->document && start && gesso_document_get_start (self->document) == NULL)
    gesso_document_set_start (self->document, start);
  if (self->document)
    gesso_window_update (self);
}

/* What is started from is what the frame shows. */
static void
start_from_frame (GessoWindow *self)
{
  g_autoptr (GdkTexture) texture = NULL;
  GdkRectangle frame;

  self->starting = TRUE;
  gesso_painting_get_frame (self->painting, &frame);
  texture = gesso_texture_from_painting (self->painting, &frame);
  gesso_picture_from_texture_async (texture, NULL, on_start_converted, g_object_ref (self));
}

void
gesso_window_take_settings (GessoWindow *self)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);
  GVariant *variant = gesso_painting_get_settings (self->painting);
  g_autofree char *model = g_strdup (gesso_settings_get_model (settings));
  gboolean start = FALSE, use_canvas = TRUE;

  gesso_document_set_start (self->document, NULL);
  gesso_document_set_use_canvas (self->document, TRUE);
  if (variant == NULL || !g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT))
    {
      /* Another program's: the size that is generated follows its frame. */
      g_object_notify (G_OBJECT (self->painting), "frame");
      return;
    }

  self->sizing = TRUE;
  g_object_freeze_notify (G_OBJECT (settings));
  gesso_settings_take_variant (settings, variant);
  if (!gesso_window_has_model (self, gesso_settings_get_model (settings)))
    g_object_set (settings, "model", model, NULL); /* it was made on another computer */
  if (g_strcmp0 (gesso_settings_get_model (settings), model) != 0)
    self->native_size = 0; /* the size is already what suits the model */
  g_object_thaw_notify (G_OBJECT (settings));
  self->sizing = FALSE;

  g_variant_lookup (variant, CANVAS_KEY, "b", &use_canvas);
  gesso_document_set_use_canvas (self->document, use_canvas);
  g_variant_lookup (variant, START_KEY, "b", &start);
  if (start && gesso_window_has_painting (self))
    start_from_frame (self);
}

/* ---- The note beside it --------------------------------------------------------------------- */

/* Its first line: */
#define NOTE_MODIFIED "modified" /* no file has all of it                        */
#define NOTE_WAITING "waiting"   /* a file has, but not what waits in the queue  */
#define NOTE_SAVED "saved"       /* nothing would be lost                        */

void
gesso_window_write_note (GessoWindow *self)
{
  g_autofree char *uri = NULL;
  g_autofree char *note = NULL;
  const char *state = NOTE_SAVED;

  if (self->journal == NULL)
    return;

  if (gesso_painting_get_modified (self->painting))
    state = NOTE_MODIFIED;
  else if (gesso_window_has_orders (self))
    state = NOTE_WAITING;
  uri = self->file ? g_file_get_uri (self->file) : g_strdup ("");
  note = g_strdup_printf ("%s\n%s\n", state, uri);
  if (g_strcmp0 (note, self->note) == 0)
    return;

  gesso_journal_set_note (self->journal, note);
  g_free (self->note);
  self->note = g_steal_pointer (&note);
}

gboolean
gesso_window_is_worth_keeping (const char *note)
{
  return !g_str_has_prefix (note, NOTE_SAVED "\n");
}

/* TRUE if there is something that no file holds. */
static gboolean
read_note (GessoWindow *self, const char *path)
{
  g_autofree char *note = gesso_journal_read_note (path);
  g_auto (GStrv) lines = g_strsplit (note, "\n", 3);

  if (g_strv_length (lines) >= 2 && *lines[1])
    self->file = g_file_new_for_uri (lines[1]);

  return !g_str_has_prefix (note, NOTE_SAVED "\n") && !g_str_has_prefix (note, NOTE_WAITING "\n");
}

static void
on_modified_changed (GessoWindow *self)
{
  if (self->document == NULL)
    return;

  gesso_window_write_note (self);
  gesso_window_update (self);
}

/* ---- From start to end ---------------------------------------------------------------------- */

static void
on_failed (GessoWindow *self, const char *message)
{
  gesso_banner_show (self->banner, GESSO_BANNER_ERROR, message, NULL, NULL);
}

static void
begin (GessoWindow *self)
{
  g_autoptr (GError) error = NULL;

  gesso_window_sync (self);
  gesso_painting_mark_saved (self->painting);
  self->journal = gesso_journal_open (NULL, self->painting, &error);
  if (self->journal == NULL)
    on_failed (self, error->message);
}

/* Goes on with what was replayed; without that (snapshot is NULL) the window starts anew, and says
 * why. Takes the journal. */
static void
go_on (GessoWindow *self, GessoJournal *journal, GessoSnapshot *snapshot, const GError *error)
{
  gboolean modified;

  self->sizing = TRUE;
  gesso_journal_go_on (journal, self->painting, snapshot);
  self->sizing = FALSE;
  if (snapshot == NULL)
    {
      g_object_unref (journal);
      on_failed (self, error->message);
      begin (self);
      return;
    }

  self->journal = journal;
  modified = read_note (self, gesso_journal_get_path (journal));
  gesso_window_take_settings (self);
  gesso_window_sync (self);
  if (modified)
    gesso_painting_mark_modified (self->painting);
  else
    gesso_painting_mark_saved (self->painting);
}

static void
watch_journal (GessoWindow *self)
{
  if (self->journal == NULL)
    return;

  g_signal_connect_object (self->journal, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  gesso_window_keep_orders (self);
  gesso_window_write_note (self);
}

/* ---- On a thread ---------------------------------------------------------------------------- */

static void
replay_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GessoSnapshot *snapshot = gesso_journal_replay (data, &error);

  if (snapshot)
    g_task_return_pointer (task, snapshot, (GDestroyNotify) gesso_snapshot_unref);
  else
    g_task_return_error (task, error);
}

static void
on_replayed (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoWindow *self = GESSO_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoSnapshot) snapshot = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  if (self->document == NULL)
    return; /* the journal was let go of, and stays */

  gtk_widget_set_sensitive (self->flap, TRUE);
  gesso_banner_hide (self->banner);
  go_on (self, g_steal_pointer (&self->resuming), snapshot, error);
  watch_journal (self);
  gesso_live_settle (self->live);
  gesso_window_update_canvas (self);
  for (guint i = 0; i < waiting->len; i++)
    gesso_window_open (self, g_ptr_array_index (waiting, i));
}

/* The window is there meanwhile, but nothing can be done in it. */
static void
replay (GessoWindow *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_replayed, NULL);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_set_sensitive (self->flap, FALSE);
  gesso_banner_show (self->banner, GESSO_BANNER_NOTE, _("Opening the picture of the last time…"),
                     NULL, NULL);
  g_task_set_task_data (task, g_strdup (gesso_journal_get_path (self->resuming)), g_free);
  g_task_run_in_thread (task, replay_in_thread);
}

/* ---- The start ------------------------------------------------------------------------------ */

static void
resume (GessoWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoJournal) journal = gesso_journal_take (path, &error);
  g_autoptr (GessoSnapshot) snapshot = NULL;

  if (journal == NULL)
    {
      on_failed (self, error->message);
      begin (self);
    }
  else if (gesso_journal_get_bytes (path) > AT_ONCE_BYTES)
    {
      self->resuming = g_steal_pointer (&journal);
      replay (self);
    }
  else
    {
      snapshot = gesso_journal_replay (path, &error);
      go_on (self, g_steal_pointer (&journal), snapshot, error);
    }
}

void
gesso_window_init_journal (GessoWindow *self, const char *path)
{
  GessoHistory *history = gesso_painting_get_history (self->painting);

  gesso_store_bind_undo_bytes (self->store, G_OBJECT (history), "max-bytes");
  if (path)
    resume (self, path);
  else
    begin (self);
  watch_journal (self);

  g_signal_connect_object (gesso_document_get_settings (self->document), "notify",
                           G_CALLBACK (sync_later), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "notify::start", G_CALLBACK (sync_later), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "notify::use-canvas", G_CALLBACK (sync_later), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->painting, "notify::modified", G_CALLBACK (on_modified_changed), self,
                           G_CONNECT_SWAPPED);
}

/* The journal stays where the next start is to go on with it, and where else something would be
 * lost. */
void
gesso_window_end_journal (GessoWindow *self)
{
  g_clear_handle_id (&self->sync_timeout, g_source_remove);
  if (self->journal)
    {
      gboolean unsaved =
          gesso_window_has_painting (self) && gesso_painting_get_modified (self->painting);

      gesso_journal_close (self->journal, !self->keep && (self->discard || !unsaved));
    }
  g_clear_object (&self->journal);
  g_clear_object (&self->resuming);
  g_clear_object (&self->file);
  g_clear_pointer (&self->note, g_free);
}
