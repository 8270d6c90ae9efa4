/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes long says so: a large picture is opened or saved for seconds. */
#include "config.h"

#include "gesso-window-private.h"

#include "window/gesso-toast.h"

#include <glib/gi18n.h>

#define PATIENCE_MS 700

static const char *
get_text (GessoWait wait)
{
  return wait == GESSO_WAIT_SAVE ? _("Saving the picture…") : _("Opening the picture…");
}

static gboolean
on_time (gpointer data)
{
  GessoWindow *self = data;

  self->wait_timer = 0;
  gesso_toast_show_lasting (self->toasts, get_text (self->wait));

  return G_SOURCE_REMOVE;
}

void
gesso_window_begin_wait (GessoWindow *self, GessoWait wait)
{
  self->wait = wait;
  if (self->n_waits++ == 0)
    self->wait_timer = g_timeout_add (PATIENCE_MS, on_time, self);
}

void
gesso_window_end_wait (GessoWindow *self)
{
  if (--self->n_waits > 0)
    return;

  g_clear_handle_id (&self->wait_timer, g_source_remove);
  if (self->document)
    gesso_toast_dismiss_lasting (self->toasts);
}

void
gesso_window_begin_writing (GessoWindow *self)
{
  self->n_writings++;
  gesso_window_begin_wait (self, GESSO_WAIT_SAVE);
}

void
gesso_window_end_writing (GessoWindow *self, gboolean well)
{
  gesso_window_end_wait (self);
  if (!well)
    self->close_written = FALSE; /* what is wrong is on the banner */
  if (--self->n_writings > 0 || !self->close_written)
    return;

  self->close_written = FALSE;
  if (self->document)
    gtk_window_close (GTK_WINDOW (self)); /* asks if it was painted on meanwhile */
}

void
gesso_window_forget_waits (GessoWindow *self)
{
  g_clear_handle_id (&self->wait_timer, g_source_remove);
}
