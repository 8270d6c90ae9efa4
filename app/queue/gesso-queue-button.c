/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue in a popover, and how many pictures an order is of. */
#include "config.h"

#include "gesso-queue-button.h"

#include "gesso-queue-row.h"

#include <glib/gi18n.h>

struct _GessoQueueButton
{
  GtkWidget        parent_instance;

  GtkMenuButton   *button;
  GtkSpinButton   *batch;
  GtkWidget       *empty;
  GtkWidget       *scrolled;
  GtkListBox      *list;
  GtkToggleButton *pause;
  GtkWidget       *cancel_all;

  GessoQueue      *queue;
  GBinding        *paused;
};

enum
{
  PROP_0,
  PROP_BATCH,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoQueueButton, gesso_queue_button, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* ---- The queue ------------------------------------------------------------------------------ */

static GtkWidget *
make_row (gpointer order, gpointer data)
{
  return gesso_queue_row_new (GESSO_QUEUE_BUTTON (data)->queue, order);
}

static void
update_rows (GessoQueueButton *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)); i++)
    gesso_queue_row_update (GESSO_QUEUE_ROW (row));
}

static void
update (GessoQueueButton *self)
{
  guint n = self->queue ? g_list_model_get_n_items (G_LIST_MODEL (self->queue)) : 0;
  g_autofree char *text =
      n ? g_strdup_printf (ngettext ("Queue: %u order", "Queue: %u orders", n), n) : g_strdup (_("Queue"));

  gtk_widget_set_visible (self->empty, n == 0);
  gtk_widget_set_visible (self->scrolled, n > 0);
  gtk_widget_set_sensitive (self->cancel_all, n > 0);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), text);
  update_rows (self);
}

static void
on_cancel_all (GessoQueueButton *self)
{
  if (self->queue)
    gesso_queue_cancel_all (self->queue);
}

void
gesso_queue_button_set_queue (GessoQueueButton *self, GessoQueue *queue)
{
  if (self->queue == queue)
    return;

  if (self->queue)
    {
      g_signal_handlers_disconnect_by_func (self->queue, update, self);
      g_signal_handlers_disconnect_by_func (self->queue, update_rows, self);
    }
  g_clear_pointer (&self->paused, g_binding_unbind);
  g_set_object (&self->queue, queue);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (queue), queue ? make_row : NULL, self, NULL);
  if (queue)
    {
      g_signal_connect_object (queue, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (queue, "progress", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
      self->paused = g_object_bind_property (queue, "paused", self->pause, "active",
                                             G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
    }
  update (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
on_batch (GessoQueueButton *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BATCH]);
}

static void
gesso_queue_button_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_uint (value, (guint) gtk_spin_button_get_value_as_int (GESSO_QUEUE_BUTTON (object)->batch));
}

static void
gesso_queue_button_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  gtk_spin_button_set_value (GESSO_QUEUE_BUTTON (object)->batch, g_value_get_uint (value));
}

static void
gesso_queue_button_dispose (GObject *object)
{
  GessoQueueButton *self = GESSO_QUEUE_BUTTON (object);

  if (self->list)
    gesso_queue_button_set_queue (self, NULL);
  if (self->button)
    gtk_widget_unparent (GTK_WIDGET (self->button));
  self->button = NULL;
  self->list = NULL;

  G_OBJECT_CLASS (gesso_queue_button_parent_class)->dispose (object);
}

static void
gesso_queue_button_class_init (GessoQueueButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = gesso_queue_button_get_property;
  object_class->set_property = gesso_queue_button_set_property;
  object_class->dispose = gesso_queue_button_dispose;
  properties[PROP_BATCH] =
      g_param_spec_uint ("batch", NULL, NULL, 1, 64, 1,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/queue/gesso-queue-button.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, button);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, batch);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, empty);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, scrolled);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, list);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, pause);
  gtk_widget_class_bind_template_child (widget_class, GessoQueueButton, cancel_all);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_all);
}

static void
gesso_queue_button_init (GessoQueueButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->batch, "value-changed", G_CALLBACK (on_batch), self);
  update (self);
}
