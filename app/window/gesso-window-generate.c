/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From Generate to the picture: start, progress, cancel, errors, and going through the results. */
#include "config.h"

#include "gesso-window-private.h"

#include "application/gesso-awake.h"

#include <glib/gi18n.h>

/* ---- Jobs ----------------------------------------------------------------------------------- */

void
gesso_window_notify_when_away (GessoWindow *self, GessoOrder *order)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  guint n = gesso_order_get_batch (order);
  g_autoptr (GNotification) notification = NULL;

  if (application == NULL || gtk_window_is_active (GTK_WINDOW (self)))
    return;

  notification = g_notification_new (
      ngettext ("Your picture is finished", "Your pictures are finished", n));
  g_notification_set_body (notification,
                           gesso_settings_get_prompt (gesso_order_get_settings (order)));
  g_notification_set_default_action (notification, "app.activate");
  g_application_send_notification (G_APPLICATION (application), "finished", notification);
}

/* Sleep is held off while there is work that does not wait for anything. */
static gboolean
works (GessoJob *job)
{
  return job && gesso_job_get_waiting (job) == NULL;
}

static void
update_inhibition (GessoWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  gboolean any = works (self->job);

  for (guint i = 0; self->queue && i < gesso_queue_get_n_running (self->queue); i++)
    any |= works (gesso_window_get_order_job (self, i, NULL));

  gesso_awake_set (&self->inhibit_cookie, application, GTK_WINDOW (self), any,
                   _("A picture is being made"));
}

void
gesso_window_update_waiting (GessoWindow *self)
{
  const char *reason = gesso_neighbour_get_reason (self->neighbour);
  gboolean is_of_queue = FALSE, on_server;

  for (guint i = 0; self->queue && i < gesso_queue_get_n_running (self->queue); i++)
    {
      GessoJob *job = gesso_window_get_order_job (self, i, &on_server);

      /* Another computer neither takes this one's power nor its graphics card. */
      gesso_job_set_waiting (job, on_server ? NULL : reason);
      is_of_queue |= job == self->job;
    }
  if (self->job && !is_of_queue)
    gesso_job_set_waiting (self->job, reason);
  update_inhibition (self);
}

void
gesso_window_set_job (GessoWindow *self, GessoJob *job)
{
  if (self->job)
    g_signal_handlers_disconnect_by_func (self->job, gesso_window_update, self);
  g_set_object (&self->job, job);
  if (job)
    /* The engine may still be making it when the window is gone. */
    g_signal_connect_object (job, "changed", G_CALLBACK (gesso_window_update), self,
                             G_CONNECT_SWAPPED);

  gesso_neighbour_set_active (self->neighbour, job != NULL);
  gesso_window_update_waiting (self);

  gesso_prompt_bar_set_job (self->prompt_bar, job);
  gesso_window_update_canvas (self);
}

/* ---- Generate and Cancel -------------------------------------------------------------------- */

static void
generate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  if (self->store)
    g_settings_apply (self->store);
  gesso_prompt_bar_remember (self->prompt_bar);
  gesso_window_order (self);
}

void
gesso_window_cancel (GessoWindow *self)
{
  GessoOrder *running = self->queue ? gesso_queue_get_running (self->queue) : NULL;

  if (running)
    gesso_queue_cancel (self->queue, running);
  else if (self->job)
    gesso_job_cancel (self->job);
}

static void
cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gesso_window_cancel (data);
}

static void
decode_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;

  gesso_banner_hide_error (self->banner);
  gesso_queue_decode_again (self->queue);
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
    { .name = "enqueue", .activate = generate }, /* also while a picture is made */
    { .name = "cancel", .activate = cancel },
    { .name = "decode-again", .activate = decode_again },
    { .name = "previous", .activate = previous },
    { .name = "next", .activate = next },
    { .name = "example", .activate = example, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
