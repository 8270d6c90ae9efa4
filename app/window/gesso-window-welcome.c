/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The welcome: over the canvas from the very first start until it was used or dismissed or there is a
 * painting, and later when asked for; and how long pictures take, which it tells.
 */
#include "config.h"

#include "gesso-window-private.h"

#include "welcome/gesso-pace.h"

#include <glib/gi18n.h>

#define KEY "welcome-seen"

static void
set_shown (GessoWindow *self, gboolean shown)
{
  GAction *dismiss = g_action_map_lookup_action (G_ACTION_MAP (self), "dismiss-welcome");

  gesso_canvas_view_set_welcome (self->canvas, shown);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (dismiss), shown);
}

static void
set_seen (GessoWindow *self)
{
  if (self->store == NULL || g_settings_get_boolean (self->store, KEY))
    return;

  g_settings_set_boolean (self->store, KEY, TRUE);
  g_settings_apply (self->store);
}

void
gesso_window_update_welcome (GessoWindow *self)
{
  gboolean has_painting = gesso_window_has_painting (self);

  if (has_painting)
    set_seen (self);
  set_shown (self, !has_painting && self->resuming == NULL && self->store &&
                       !g_settings_get_boolean (self->store, KEY));
}

void
gesso_window_update_machine (GessoWindow *self)
{
  const char *device = gesso_engine_get_device_name (self->engine);
  g_autofree char *pace = gesso_pace_describe (self->store, device);

  gesso_welcome_set_machine (gesso_canvas_view_get_welcome (self->canvas), device, pace);
}

void
gesso_window_remember_pace (GessoWindow *self, GessoOrder *order)
{
  GessoSettings *settings = gesso_order_get_settings (order);
  guint width, height, steps;

  g_object_get (settings, "width", &width, "height", &height, "steps", &steps, NULL);
  gesso_pace_remember (self->store,
                       &(GessoPace) { .device = gesso_engine_get_device_name (self->engine),
                                      .model = gesso_settings_get_model (settings),
                                      .width = width, .height = height, .steps = steps,
                                      .seconds = gesso_order_get_seconds (order) });
  gesso_window_update_machine (self);
}

/* ---- What it offers ------------------------------------------------------------------------- */

static void
make_first (GessoWindow *self)
{
  self->trying_starter = FALSE;
  g_action_group_activate_action (G_ACTION_GROUP (self), "generate", NULL);
}

/* Its size is known now, and the settings follow it. */
static void
on_model_read (GessoWindow *self)
{
  if (self->document && self->trying_starter &&
      *gesso_settings_get_model (gesso_document_get_settings (self->document)) == '\0')
    make_first (self);
}

static void
try_starter (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoSettings *settings = gesso_document_get_settings (self->document);
  gboolean is_read = self->native_size && *gesso_settings_get_model (settings) == '\0';

  set_seen (self);
  set_shown (self, FALSE);
  if (*gesso_settings_get_prompt (settings) == '\0')
    g_object_set (settings, "prompt", "a red house under a yellow sun", NULL);
  self->trying_starter = TRUE;
  if (is_read)
    make_first (self);
  else
    g_object_set (settings, "model", "", NULL);
}

static void
on_folder_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GessoWindow) self = data;

  if (response == GTK_RESPONSE_ACCEPT && self->document)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      if (g_file_peek_path (folder))
        {
          set_seen (self);
          gesso_library_add_folder (self->library, g_file_peek_path (folder));
          g_action_group_activate_action (G_ACTION_GROUP (self), "library", NULL);
        }
    }
  g_object_unref (dialog);
}

static void
choose_models (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkFileChooserNative *dialog =
      gtk_file_chooser_native_new (_("Choose a Folder of Models"), GTK_WINDOW (data),
                                   GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("_Open"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_folder_response), g_object_ref (data));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
welcome (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  set_shown (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (gesso_canvas_view_get_welcome (self->canvas)));
}

static void
dismiss_welcome (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  set_seen (self);
  set_shown (self, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->prompt_bar));
}

void
gesso_window_init_welcome (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "welcome", .activate = welcome },
    { .name = "dismiss-welcome", .activate = dismiss_welcome },
    { .name = "try-starter", .activate = try_starter },
    { .name = "choose-models", .activate = choose_models },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (gesso_settings_pane_get_model_row (self->pane), "model-read",
                           G_CALLBACK (on_model_read), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  if (self->store)
    g_signal_connect_object (self->store, "changed::" KEY, G_CALLBACK (gesso_window_update_welcome), self,
                             G_CONNECT_SWAPPED);
  gesso_window_update_machine (self);
}
