/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Teaching: its dialog, the page of what is being taught, and the library when it is. */
#include "config.h"

#include "gesso-window-private.h"

#include "application/gesso-application.h"
#include "canvas/gesso-texture-tiles.h"
#include "training/gesso-teach-dialog.h"
#include "training/gesso-training-view.h"

#include <glib/gi18n.h>

#define FALLBACK_SIZE 512 /* of a model that has not been read yet */

static GessoTrainings *
get_trainings (GessoWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  return application ? gesso_application_get_trainings (GESSO_APPLICATION (application)) : NULL;
}

/* ---- The page ------------------------------------------------------------------------------- */

static void
use (GessoWindow *self, GessoTraining *training)
{
  const GessoLesson *lesson = gesso_training_get_lesson (training);
  g_autofree char *base = g_path_get_basename (gesso_training_get_result (training));
  g_autofree char *words = NULL;

  if (g_str_has_suffix (base, ".safetensors"))
    base[strlen (base) - strlen (".safetensors")] = '\0';
  words = lesson->is_lora ? g_strdup_printf ("<lora:%s:1>, %s", base, lesson->word) : g_strdup (base);
  gesso_prompt_bar_add_words (self->prompt_bar, words);
}

static void
on_destroyed (GessoWindow *self)
{
  self->training_window = NULL;
}

static void
training_page (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GtkWidget *content, *view;

  if (self->training_window)
    {
      gtk_window_present (self->training_window);
      return;
    }

  content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  view = gesso_training_view_new (get_trainings (self));
  gtk_widget_set_vexpand (view, TRUE);
  g_signal_connect_object (view, "used", G_CALLBACK (use), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (content), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (content), view);
  self->training_window = g_object_new (ADW_TYPE_WINDOW, "title", _("Teaching"), "transient-for", self,
                                        "destroy-with-parent", TRUE, "default-width", 560,
                                        "default-height", 720, "width-request", 340, NULL);
  adw_window_set_content (ADW_WINDOW (self->training_window), content);
  g_signal_connect_object (self->training_window, "destroy", G_CALLBACK (on_destroyed), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (self->training_window);
}

static void
update_button (GessoWindow *self)
{
  GessoTrainings *trainings = get_trainings (self);
  GessoTraining *current = trainings ? gesso_trainings_get_current (trainings) : NULL;
  g_autofree char *status = NULL, *label = NULL, *text = NULL;

  if (self->document == NULL)
    return; /* closed, while the state of what ran is written */
  gtk_widget_set_visible (self->training_button, current != NULL);
  if (current == NULL)
    return;
  status = gesso_training_dup_status (current);
  /* Translators: a part of a hundred, on a button */
  label = g_strdup_printf (_("%d %%"), (int) (gesso_training_get_fraction (current) * 100));
  /* Translators: a word, and how far learning it is */
  text = g_strdup_printf (_("Teaching “%s”: %s"), gesso_training_get_lesson (current)->word, status);
  gtk_button_set_label (GTK_BUTTON (self->training_button), label);
  gtk_widget_set_tooltip_text (self->training_button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->training_button),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* ---- What comes of it ----------------------------------------------------------------------- */

/* Any of the program's, for the page is one too. */
static gboolean
has_active_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_is_active (window))
        return TRUE;
    }
  return FALSE;
}

/* As for pictures that are finished while nobody looks; once, whatever number of windows there is. */
static void
notify_when_away (GessoWindow *self, GessoTraining *training)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autofree char *title = g_strdup_printf (_("“%s” is learned"),
                                            gesso_training_get_lesson (training)->word);
  g_autoptr (GNotification) notification = g_notification_new (title);

  if (application == NULL || gtk_application_get_active_window (application) != GTK_WINDOW (self)
      || has_active_window ())
    return;
  g_notification_set_default_action (notification, "app.activate");
  g_application_send_notification (G_APPLICATION (application), "learned", notification);
}

static void
on_learnt (GessoWindow *self, GessoTraining *training)
{
  g_autofree char *text = NULL;

  if (self->document == NULL)
    return;
  text = g_strdup_printf (_("“%s” is learned, and in the library"),
                          gesso_training_get_lesson (training)->word);
  gesso_library_scan (self->library);
  gesso_window_toast (self, text, _("_Show"), "win.training");
  notify_when_away (self, training);
}

static void
on_ended (GessoWindow *self, GessoTraining *training)
{
  if (self->document)
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, gesso_training_get_message (training),
                       _("Show"), "win.training");
}

/* ---- The dialog ----------------------------------------------------------------------------- */

static void
on_teach (GessoWindow *self, GessoTraining *training)
{
  gesso_trainings_add (get_trainings (self), training);
  training_page (NULL, NULL, self);
}

static GessoTeachPicture *
picture_of_layer (GessoLayer *layer)
{
  GessoTiles *tiles = gesso_layer_get_tiles (layer);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GdkRectangle bounds;
  guint8 *pixels;
  gsize stride;

  if (gesso_layer_get_kind (layer) == GESSO_LAYER_MASK || !gesso_layer_get_visible (layer)
      || !gesso_tiles_get_bounds (tiles, &bounds))
    return NULL;
  stride = (gsize) bounds.width * 4;
  pixels = g_malloc (stride * (gsize) bounds.height);
  gesso_tiles_read (tiles, &bounds, pixels, stride);
  bytes = g_bytes_new_take (pixels, stride * (gsize) bounds.height);
  texture = gdk_memory_texture_new (bounds.width, bounds.height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes,
                                    stride);
  return gesso_teach_picture_new_from_texture (texture, gesso_layer_get_name (layer));
}

/* What is selected, as it is seen; or else each layer by itself, as far as it reaches. */
static void
add_layers (GessoWindow *self)
{
  GessoTiles *selection = gesso_painting_get_selection (self->painting);
  GListModel *layers = gesso_painting_get_layers (self->painting);
  const GdkRectangle all = { 0, 0, (int) gesso_painting_get_width (self->painting),
                             (int) gesso_painting_get_height (self->painting) };
  GessoTeachDialog *dialog = GESSO_TEACH_DIALOG (self->teach_dialog);
  GdkRectangle bounds;

  if (selection && gesso_tiles_get_bounds (selection, &bounds)
      && gdk_rectangle_intersect (&bounds, &all, &bounds))
    {
      g_autoptr (GdkTexture) texture = gesso_texture_from_painting (self->painting, &bounds);
      g_autoptr (GessoTeachPicture) picture =
          gesso_teach_picture_new_from_texture (texture, _("Selection"));

      gesso_teach_dialog_add_picture (dialog, picture);
      return;
    }
  for (guint i = 0; i < g_list_model_get_n_items (layers); i++)
    {
      g_autoptr (GessoLayer) layer = g_list_model_get_item (layers, i);
      g_autoptr (GessoTeachPicture) picture = picture_of_layer (layer);

      if (picture)
        gesso_teach_dialog_add_picture (dialog, picture);
    }
}

static void
on_dialog_destroyed (GessoWindow *self)
{
  self->teach_dialog = NULL;
}

static void
open_dialog (GessoWindow *self)
{
  g_autofree char *host = gesso_window_dup_server_host (self);

  if (host)
    {
      /* Translators: the name of another computer */
      g_autofree char *text = g_strdup_printf (
          _("Models of %s cannot be taught here: choose one of this computer first"), host);

      gesso_window_toast (self, text, NULL, NULL);
      return;
    }
  if (self->teach_dialog == NULL)
    {
      self->teach_dialog = GTK_WINDOW (gesso_teach_dialog_new (
          GTK_WINDOW (self), self->engine,
          gesso_settings_get_model (gesso_document_get_settings (self->document)),
          self->native_size ? self->native_size : FALLBACK_SIZE,
          gesso_library_get_embeddings (self->library), gesso_library_get_loras (self->library)));
      g_signal_connect_object (self->teach_dialog, "teach", G_CALLBACK (on_teach), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->teach_dialog, "layers", G_CALLBACK (add_layers), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->teach_dialog, "destroy", G_CALLBACK (on_dialog_destroyed), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_window_present (self->teach_dialog);
}

static void
teach (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_dialog (data);
}

void
gesso_window_teach_file (GessoWindow *self, GFile *file)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  g_list_store_append (files, file);
  open_dialog (self);
  gesso_teach_dialog_add_files (GESSO_TEACH_DIALOG (self->teach_dialog), G_LIST_MODEL (files));
}

/* A picture, or a folder of them. */
static void
teach_path (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  gesso_window_teach_file (data, file);
}

static void
teach_layers (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  open_dialog (data);
  add_layers (data);
}

/* ---- Set-up --------------------------------------------------------------------------------- */

void
gesso_window_init_teach (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "teach", .activate = teach },
    { .name = "teach-path", .activate = teach_path, .parameter_type = "s" },
    { .name = "teach-layers", .activate = teach_layers },
    { .name = "training", .activate = training_page },
  };
  GessoTrainings *trainings = get_trainings (self);

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (trainings, "learnt", G_CALLBACK (on_learnt), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (trainings, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (trainings, "progress", G_CALLBACK (update_button), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (trainings, "items-changed", G_CALLBACK (update_button), self,
                           G_CONNECT_SWAPPED);
  update_button (self);
}

void
gesso_window_close_teach (GessoWindow *self)
{
  if (self->training_window)
    gtk_window_destroy (self->training_window);
  if (self->teach_dialog)
    gtk_window_destroy (self->teach_dialog);
}
