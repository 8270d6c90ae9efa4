/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A move ends this row, as the list makes its rows anew, and gives the focus to the one that follows it. */
#include "config.h"

#include "gesso-queue-row.h"

#include "engine/gesso-server-model.h"

#include <glib/gi18n.h>

#define PICTURE_SIZE 48
#define MARGIN 4

struct _GessoQueueRow
{
  GtkListBoxRow parent_instance;

  GtkWidget    *picture;
  GtkWidget    *label;
  GtkWidget    *status;
  GtkWidget    *place;
  GtkWidget    *progress;
  GtkWidget    *earlier;
  GtkWidget    *later;

  GessoQueue   *queue;
  GessoOrder   *order;
};

G_DEFINE_FINAL_TYPE (GessoQueueRow, gesso_queue_row, GTK_TYPE_LIST_BOX_ROW)

/* ---- Its place ------------------------------------------------------------------------------ */

/* Where order is; the number of orders if it is none of them any more. */
static guint
find_order (GessoQueue *queue, GessoOrder *order)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (queue)), i;

  for (i = 0; i < n; i++)
    {
      g_autoptr (GessoOrder) other = g_list_model_get_item (G_LIST_MODEL (queue), i);

      if (other == order)
        break;
    }

  return i;
}

/* Of another computer, or of one of several graphics cards. */
static char *
dup_place (GessoQueueRow *self)
{
  const char *model = gesso_settings_get_model (gesso_order_get_settings (self->order));

  if (gesso_server_model_is_one (model))
    return gesso_server_model_dup_host (model);
  if (gesso_queue_get_n_devices (self->queue) < 2)
    return NULL;

  return g_strdup (gesso_device_get_name (gesso_queue_get_device_of (self->queue, self->order)));
}

/* While nothing is known of how far it is, the bar waits. */
static void
show_job (GessoQueueRow *self, GessoJob *job)
{
  g_autofree char *status = gesso_job_dup_status (job);
  GdkTexture *preview = gesso_job_get_preview (job);
  g_autofree char *place = dup_place (self);

  gtk_label_set_text (GTK_LABEL (self->status), status);
  gtk_label_set_text (GTK_LABEL (self->place), place ? place : "");
  gtk_widget_set_visible (self->place, place != NULL);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), MAX (gesso_job_get_fraction (job), 0));
  if (preview)
    {
      gtk_image_set_from_paintable (GTK_IMAGE (self->picture), GDK_PAINTABLE (preview));
      gtk_image_set_pixel_size (GTK_IMAGE (self->picture), PICTURE_SIZE);
    }
}

/* What is being made stands out, and stays where it is. */
void
gesso_queue_row_update (GessoQueueRow *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->queue));
  guint position = find_order (self->queue, self->order);
  guint first = gesso_queue_get_n_running (self->queue);
  GessoJob *job = gesso_queue_get_job_of (self->queue, self->order);

  if (job)
    gtk_widget_add_css_class (self->label, "heading");
  else
    gtk_widget_remove_css_class (self->label, "heading");
  gtk_widget_set_visible (self->picture, job != NULL);
  gtk_widget_set_visible (self->status, job != NULL);
  gtk_widget_set_visible (self->progress, job != NULL);
  gtk_widget_set_visible (self->place, FALSE);
  gtk_widget_set_visible (self->earlier, job == NULL);
  gtk_widget_set_visible (self->later, job == NULL);
  if (job)
    show_job (self, job);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "queue.earlier", position > first);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "queue.later", position >= first && position + 1 < n);
}

/* To the row at position, or the last one; to that button of it as long as it leads somewhere. */
static void
focus_row (GtkListBox *list, guint position, const char *action)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (list, (int) position);
  GtkWidget *button = NULL;

  if (row == NULL)
    row = GTK_LIST_BOX_ROW (gtk_widget_get_last_child (GTK_WIDGET (list)));
  if (row == NULL)
    return;
  if (g_strcmp0 (action, "queue.earlier") == 0)
    button = GESSO_QUEUE_ROW (row)->earlier;
  else if (g_strcmp0 (action, "queue.later") == 0)
    button = GESSO_QUEUE_ROW (row)->later;
  if (button == NULL || !gtk_widget_grab_focus (button))
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
activate (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GessoQueueRow *self = GESSO_QUEUE_ROW (widget);
  GtkListBox *list = GTK_LIST_BOX (gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX));
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  gboolean on_button = focus && (focus == self->earlier || focus == self->later);
  g_autoptr (GessoQueue) queue = g_object_ref (self->queue); /* the row goes */
  g_autoptr (GessoOrder) order = g_object_ref (self->order);
  guint position = find_order (queue, order);

  if (g_str_equal (name, "queue.cancel"))
    gesso_queue_cancel (queue, order);
  else if (g_str_equal (name, "queue.later"))
    gesso_queue_move (queue, order, ++position);
  else if (position > 0)
    gesso_queue_move (queue, order, --position);
  focus_row (list, position, on_button ? name : NULL);
}

/* ---- Dragging ------------------------------------------------------------------------------- */

static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, GessoQueueRow *self)
{
  if (gesso_queue_get_job_of (self->queue, self->order))
    return NULL;
  return gdk_content_provider_new_typed (GESSO_TYPE_ORDER, self->order);
}

static void
on_drag_begin (GtkDragSource *source, GdkDrag *drag, GessoQueueRow *self)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));

  gtk_drag_source_set_icon (source, paintable, 0, 0);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, GessoQueueRow *self)
{
  g_autoptr (GessoOrder) order = g_value_dup_object (value);
  GtkListBox *list = GTK_LIST_BOX (gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_LIST_BOX));
  guint position = find_order (self->queue, self->order);

  /* It may have been made meanwhile. */
  if (find_order (self->queue, order) == g_list_model_get_n_items (G_LIST_MODEL (self->queue)))
    return FALSE;

  gesso_queue_move (self->queue, order, position);
  focus_row (list, position, NULL);
  return TRUE;
}

static void
init_dragging (GessoQueueRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (GESSO_TYPE_ORDER, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_drag_begin), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* ---- The object ----------------------------------------------------------------------------- */

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
make_button (const char *icon, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);

  return button;
}

static GtkWidget *
make_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);

  return label;
}

static GtkWidget *
make_caption (void)
{
  GtkWidget *label = make_label ("");

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");

  return label;
}

/* The prompt, and below it what is known while it runs. */
static GtkWidget *
make_words (GessoQueueRow *self, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->label = make_label (text);
  gtk_widget_set_tooltip_text (self->label, text);
  gtk_box_append (GTK_BOX (box), self->label);
  self->status = make_caption ();
  gtk_box_append (GTK_BOX (box), self->status);
  self->place = make_caption ();
  gtk_box_append (GTK_BOX (box), self->place);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_margin_top (self->progress, 4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_box_append (GTK_BOX (box), self->progress);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);

  return box;
}

static GtkWidget *
make_picture (void)
{
  GtkWidget *picture = gtk_image_new_from_icon_name ("image-x-generic-symbolic");

  gtk_image_set_pixel_size (GTK_IMAGE (picture), PICTURE_SIZE / 2); /* until there is one */
  gtk_widget_set_size_request (picture, PICTURE_SIZE, PICTURE_SIZE);
  gtk_widget_add_css_class (picture, "dim-label");
  gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_end (picture, 6);

  return picture;
}

static void
gesso_queue_row_dispose (GObject *object)
{
  GessoQueueRow *self = GESSO_QUEUE_ROW (object);

  g_clear_object (&self->queue);
  g_clear_object (&self->order);

  G_OBJECT_CLASS (gesso_queue_row_parent_class)->dispose (object);
}

static void
gesso_queue_row_class_init (GessoQueueRowClass *klass)
{
  static const char *const actions[] = { "queue.earlier", "queue.later", "queue.cancel" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_queue_row_dispose;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, activate);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_CONTROL_MASK, "queue.earlier", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_CONTROL_MASK, "queue.later", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "queue.cancel", NULL);
}

static void
gesso_queue_row_init (GessoQueueRow *self)
{
}

GtkWidget *
gesso_queue_row_new (GessoQueue *queue, GessoOrder *order)
{
  GessoQueueRow *self = g_object_new (GESSO_TYPE_QUEUE_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *text = describe (order);

  self->queue = g_object_ref (queue);
  self->order = g_object_ref (order);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_top (box, MARGIN);
  gtk_widget_set_margin_bottom (box, MARGIN);
  self->picture = make_picture ();
  gtk_box_append (GTK_BOX (box), self->picture);
  gtk_box_append (GTK_BOX (box), make_words (self, text));
  self->earlier = make_button ("go-up-symbolic", _("Earlier"), "queue.earlier");
  gtk_box_append (GTK_BOX (box), self->earlier);
  self->later = make_button ("go-down-symbolic", _("Later"), "queue.later");
  gtk_box_append (GTK_BOX (box), self->later);
  gtk_box_append (GTK_BOX (box), make_button ("window-close-symbolic", _("Cancel This"), "queue.cancel"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  init_dragging (self);

  return GTK_WIDGET (self);
}
