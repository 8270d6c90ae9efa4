/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture that is read on a thread, and two labels. */
#include "config.h"

#include "gesso-library-row.h"

#define COVER_SIZE 96 /* read for screens of twice the size */

struct _GessoLibraryRow
{
  GtkWidget         parent_instance;

  GtkWidget        *box;
  GtkImage         *cover;
  GtkLabel         *name;
  GtkLabel         *text;

  GessoLibraryItem *item;
  GCancellable     *loading;
};

G_DEFINE_FINAL_TYPE (GessoLibraryRow, gesso_library_row, GTK_TYPE_WIDGET)

/* ---- The cover ------------------------------------------------------------------------------ */

static GQuark
cover_quark (void)
{
  return g_quark_from_static_string ("gesso-library-cover");
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GdkTexture *texture = NULL;

  if (!g_cancellable_is_cancelled (cancellable))
    texture = gesso_library_item_load_cover (data, COVER_SIZE);
  g_task_return_pointer (task, texture, g_object_unref);
}

static void
set_cover (GessoLibraryRow *self, GdkTexture *texture)
{
  if (texture)
    {
      gtk_image_set_from_paintable (self->cover, GDK_PAINTABLE (texture));
      gtk_widget_remove_css_class (GTK_WIDGET (self->cover), "dim-label");
    }
  else
    {
      gtk_image_set_from_icon_name (self->cover, "gesso-picture-symbolic");
      gtk_widget_add_css_class (GTK_WIDGET (self->cover), "dim-label");
    }
  gtk_image_set_pixel_size (self->cover, texture ? COVER_SIZE / 2 : COVER_SIZE / 4);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoLibraryRow *self = GESSO_LIBRARY_ROW (source);
  GessoLibraryItem *item = g_task_get_task_data (G_TASK (result));
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), NULL);

  if (texture == NULL)
    return;

  g_object_set_qdata_full (G_OBJECT (item), cover_quark (), g_object_ref (texture), g_object_unref);
  if (self->item == item)
    set_cover (self, texture);
}

static void
show_cover (GessoLibraryRow *self)
{
  GdkTexture *known = g_object_get_qdata (G_OBJECT (self->item), cover_quark ());
  g_autoptr (GTask) task = NULL;

  if (known)
    {
      set_cover (self, known);
      return;
    }

  set_cover (self, NULL);
  self->loading = g_cancellable_new ();
  task = g_task_new (self, self->loading, on_loaded, NULL);
  g_task_set_source_tag (task, show_cover);
  g_task_set_task_data (task, g_object_ref (self->item), g_object_unref);
  g_task_run_in_thread (task, load_in_thread);
}

/* ---- The item ------------------------------------------------------------------------------- */

static void
update (GessoLibraryRow *self)
{
  const char *reason = gesso_library_item_get_reason (self->item);
  g_autofree char *description = gesso_library_item_dup_description (self->item);
  const char *text = reason ? reason : description;

  gtk_label_set_label (self->name, gesso_library_item_get_name (self->item));
  gtk_label_set_label (self->text, text);
  gtk_widget_set_sensitive (self->box, reason == NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), gesso_library_item_get_path (self->item));
}

void
gesso_library_row_set_item (GessoLibraryRow *self, GessoLibraryItem *item)
{
  if (self->loading)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  if (self->item)
    g_signal_handlers_disconnect_by_func (self->item, update, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;

  g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
  update (self);
  show_cover (self);
}

const char *
gesso_library_row_get_text (GessoLibraryRow *self)
{
  return gtk_label_get_label (self->text);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_library_row_dispose (GObject *object)
{
  GessoLibraryRow *self = GESSO_LIBRARY_ROW (object);

  gesso_library_row_set_item (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (gesso_library_row_parent_class)->dispose (object);
}

static void
gesso_library_row_class_init (GessoLibraryRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_library_row_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static GtkLabel *
add_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);

  return GTK_LABEL (label);
}

static void
gesso_library_row_init (GessoLibraryRow *self)
{
  GtkWidget *labels = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_widget_set_margin_start (self->box, 6);
  gtk_widget_set_margin_end (self->box, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->cover = GTK_IMAGE (gtk_image_new ());
  gtk_widget_set_size_request (GTK_WIDGET (self->cover), COVER_SIZE / 2, COVER_SIZE / 2);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->cover));
  gtk_widget_set_valign (labels, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (labels, TRUE);
  gtk_box_append (GTK_BOX (self->box), labels);
  self->name = add_label (labels, "heading");
  self->text = add_label (labels, "caption");
}

GtkWidget *
gesso_library_row_new (void)
{
  return g_object_new (GESSO_TYPE_LIBRARY_ROW, NULL);
}
