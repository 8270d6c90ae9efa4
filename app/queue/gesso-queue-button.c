/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue as rows, each with its buttons. */
#include "config.h"

#include "gesso-queue-button.h"

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

/* ---- Rows ----------------------------------------------------------------------------------- */

static GessoOrder *
get_order (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "order");
}

static void
move_by (GessoQueueButton *self, GessoOrder *order, int by)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->queue));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoOrder) other = g_list_model_get_item (G_LIST_MODEL (self->queue), i);

      if (other == order)
        {
          gesso_queue_move (self->queue, order, (guint) MAX ((int) i + by, 0));
          return;
        }
    }
}

static void
on_up (GtkWidget *button, GessoQueueButton *self)
{
  g_autoptr (GessoOrder) order = g_object_ref (get_order (button)); /* the row goes */

  move_by (self, order, -1);
}

static void
on_down (GtkWidget *button, GessoQueueButton *self)
{
  g_autoptr (GessoOrder) order = g_object_ref (get_order (button));

  move_by (self, order, 1);
}

static void
on_cancel (GtkWidget *button, GessoQueueButton *self)
{
  g_autoptr (GessoOrder) order = g_object_ref (get_order (button));

  gesso_queue_cancel (self->queue, order);
}

static void
add_button (GessoQueueButton *self,
            GtkWidget        *row,
            GessoOrder       *order,
            const char       *icon,
            const char       *label,
            GCallback         callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "order", g_object_ref (order), g_object_unref);
  g_signal_connect_object (button, "clicked", callback, self, 0);
  gtk_box_append (GTK_BOX (row), button);
}

static char *
describe (GessoOrder *order)
{
  g_autofree char *prompt = g_strdup (gesso_settings_get_prompt (gesso_order_get_settings (order)));
  guint n = gesso_order_get_batch (order);

  g_strdelimit (g_strstrip (prompt), "\n\r\t", ' ');
  if (*prompt == '\0')
    return g_strdup_printf (ngettext ("%u picture", "%u pictures", n), n);
  if (n == 1)
    return g_steal_pointer (&prompt);
  /* Translators: how many pictures of a prompt */
  return g_strdup_printf (_("%u × %s"), n, prompt);
}

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  GessoQueueButton *self = data;
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  g_autofree char *text = describe (item);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_tooltip_text (label, text);
  gtk_box_append (GTK_BOX (row), label);
  add_button (self, row, item, "go-up-symbolic", _("Earlier"), G_CALLBACK (on_up));
  add_button (self, row, item, "go-down-symbolic", _("Later"), G_CALLBACK (on_down));
  add_button (self, row, item, "window-close-symbolic", _("Cancel This"), G_CALLBACK (on_cancel));

  return row;
}

/* ---- The queue ------------------------------------------------------------------------------ */

/* What is being made stands out, and stays where it is. */
static void
update_row (GessoQueueButton *self, guint position, guint n)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) position);
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_box_row_get_child (row));
  GtkWidget *up = gtk_widget_get_next_sibling (label);
  GtkWidget *down = gtk_widget_get_next_sibling (up);
  guint first = gesso_queue_get_running (self->queue) ? 1 : 0;

  if (position < first)
    gtk_widget_add_css_class (label, "heading");
  else
    gtk_widget_remove_css_class (label, "heading");
  gtk_widget_set_sensitive (up, position > first);
  gtk_widget_set_sensitive (down, position >= first && position + 1 < n);
}

static void
update_rows (GessoQueueButton *self)
{
  guint n = self->queue ? g_list_model_get_n_items (G_LIST_MODEL (self->queue)) : 0;

  for (guint i = 0; i < n; i++)
    update_row (self, i, n);
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
