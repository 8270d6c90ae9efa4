/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From Generate to the picture: start, progress, cancel, errors, and going through the results. */
#include "config.h"

#include "gesso-window-private.h"

#include <glib/gi18n.h>

/* ---- The end of a job ----------------------------------------------------------------------- */

static void
notify_when_away (GessoWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GNotification) notification = NULL;

  if (application == NULL || gtk_window_is_active (GTK_WINDOW (self)))
    return;

  notification = g_notification_new (_("Your picture is finished"));
  g_notification_set_body (notification,
                           gesso_settings_get_prompt (gesso_document_get_settings (self->document)));
  g_notification_set_default_action (notification, "app.activate");
  g_application_send_notification (G_APPLICATION (application), "finished", notification);
}

static void
set_job (GessoWindow *self, GessoJob *job)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (self->job)
    g_signal_handlers_disconnect_by_func (self->job, gesso_window_update, self);
  g_set_object (&self->job, job);
  if (job)
    g_signal_connect_swapped (job, "changed", G_CALLBACK (gesso_window_update), self);

  if (job && application && self->inhibit_cookie == 0)
    self->inhibit_cookie =
        gtk_application_inhibit (application, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND,
                                 _("A picture is being made"));
  else if (job == NULL && application && self->inhibit_cookie)
    {
      gtk_application_uninhibit (application, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }

  gesso_prompt_bar_set_job (self->prompt_bar, job);
  gesso_window_update (self);
}

/* One of picture and error is NULL. */
static void
finish_job (GessoWindow *self, GessoPicture *picture, const GError *error)
{
  if (self->document == NULL)
    return; /* closed meanwhile */

  set_job (self, NULL);
  gesso_window_count_tokens (self);
  if (picture)
    {
      gesso_banner_hide_error (self->banner);
      gesso_document_add_picture (self->document, picture);
      notify_when_away (self);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gesso_window_set_error (self, error);
}

/* ---- Generate and Cancel -------------------------------------------------------------------- */

static void
on_generated (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture =
      gesso_engine_generate_finish (GESSO_ENGINE (source), result, &error);

  finish_job (self, picture, error);
}

static void
start_job (GessoWindow *self, GessoPicture *start, GBytes *mask)
{
  gesso_engine_generate_async (self->engine, self->job,
                               gesso_document_get_settings (self->document), start, mask,
                               on_generated, g_object_ref (self));
}

static void
generate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GessoSettings *settings = gesso_document_get_settings (self->document);
  g_autoptr (GessoJob) job = NULL;
  gboolean locked;

  if (self->job)
    return;

  g_object_get (settings, "seed-locked", &locked, NULL);
  if (!locked)
    gesso_settings_roll_seed (settings);
  if (self->store)
    g_settings_apply (self->store);

  gesso_banner_hide_error (self->banner);
  job = gesso_job_new ();
  set_job (self, job);
  gesso_window_prepare_job (self, start_job);
}

void
gesso_window_cancel (GessoWindow *self)
{
  if (self->job)
    gesso_job_cancel (self->job);
}

static void
cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_window_cancel (data);
}

static void
on_decoded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture =
      gesso_engine_decode_finish (GESSO_ENGINE (source), result, &error);

  finish_job (self, picture, error);
}

static void
decode_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  g_autoptr (GessoJob) job = gesso_job_new ();

  if (self->job)
    return;

  gesso_banner_hide_error (self->banner);
  set_job (self, job);
  gesso_engine_decode_async (self->engine, job, on_decoded, g_object_ref (self));
}

/* ---- Going through the results -------------------------------------------------------------- */

static void
go_by (GessoWindow *self, int steps)
{
  int position = (int) gesso_document_get_position (self->document);

  gesso_document_go_to (self->document, position + steps);
}

static void
previous (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go_by (data, -1);
}

static void
next (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go_by (data, 1);
}

static void
example (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  g_object_set (gesso_document_get_settings (self->document), "prompt",
                g_variant_get_string (parameter, NULL), NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->prompt_bar));
}

void
gesso_window_init_generate (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "generate", .activate = generate },
    { .name = "cancel", .activate = cancel },
    { .name = "decode-again", .activate = decode_again },
    { .name = "previous", .activate = previous },
    { .name = "next", .activate = next },
    { .name = "example", .activate = example, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
