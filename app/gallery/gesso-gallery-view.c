/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grid: looks are read when their place comes into sight, and let go of when it leaves. */
#include "config.h"

#include "gesso-gallery-view.h"

#include "gesso-picture-cell.h"

#include <adwaita.h>

#define LOOK_SIZE 144

struct _GessoGalleryView
{
  GtkWidget           parent_instance;

  GtkSearchEntry     *search;
  GtkStack           *stack;
  GtkGridView        *grid;

  GessoGallery       *gallery;
  GtkCustomFilter    *filter;
  GtkFilterListModel *found;
  GtkSingleSelection *selection;
};

enum
{
  OPEN,
  RESTORE,
  TRASHED,
  TEACH,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GessoGalleryView, gesso_gallery_view, GTK_TYPE_WIDGET)

/* ---- What is shown -------------------------------------------------------------------------- */

static gboolean
matches (gpointer item, gpointer data)
{
  GessoGalleryView *self = data;

  return gesso_gallery_item_matches (item, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
update (GessoGalleryView *self)
{
  const char *page = "grid";
  gboolean any;

  if (self->gallery == NULL || g_list_model_get_n_items (G_LIST_MODEL (self->gallery)) == 0)
    page = "empty";
  else if (gesso_gallery_view_get_n_shown (self) == 0)
    page = "nothing";
  gtk_stack_set_visible_child_name (self->stack, page);

  any = gtk_single_selection_get_selected_item (self->selection) != NULL;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "gallery.open", any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "gallery.restore", any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "gallery.trash", any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "gallery.teach", any);
}

static void
on_search_changed (GessoGalleryView *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

/* Escape: first out of the search, then out of the window. */
static void
on_stop_search (GessoGalleryView *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)))
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "window.close", NULL);
}

guint
gesso_gallery_view_get_n_shown (GessoGalleryView *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->found));
}

void
gesso_gallery_view_search (GessoGalleryView *self, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  on_search_changed (self);
}

void
gesso_gallery_view_select (GessoGalleryView *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
}

/* ---- Actions -------------------------------------------------------------------------------- */

static void
emit (GessoGalleryView *self, guint signal)
{
  GessoGalleryItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item)
    g_signal_emit (self, signals[signal], 0, item);
}

static void
open_item (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit (GESSO_GALLERY_VIEW (widget), OPEN);
}

static void
restore (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit (GESSO_GALLERY_VIEW (widget), RESTORE);
}

static void
teach (GtkWidget *widget, const char *action, GVariant *parameter)
{
  emit (GESSO_GALLERY_VIEW (widget), TEACH);
}

static void
trash (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GessoGalleryView *self = GESSO_GALLERY_VIEW (widget);
  gpointer selected = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (GessoGalleryItem) item = selected ? g_object_ref (selected) : NULL;

  if (item == NULL)
    return;

  gesso_gallery_trash (self->gallery, item);
  g_signal_emit (self, signals[TRASHED], 0, item);
}

static void
on_activate (GessoGalleryView *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  emit (self, OPEN);
}

/* ---- Items ---------------------------------------------------------------------------------- */

static void
on_menu_requested (GtkWidget *cell, GtkListItem *item)
{
  GtkWidget *view = gtk_widget_get_ancestor (cell, GESSO_TYPE_GALLERY_VIEW);

  gesso_gallery_view_select (GESSO_GALLERY_VIEW (view), gtk_list_item_get_position (item));
}

/* As a file for other programs, and as what it looks like for those that take no files. */
static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, GtkListItem *list_item)
{
  GessoGalleryItem *item = gtk_list_item_get_item (list_item);
  g_autoptr (GFile) file = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GdkContentProvider *providers[2];

  if (item == NULL)
    return NULL;

  file = g_file_new_for_path (gesso_gallery_item_get_path (item));
  providers[0] = gdk_content_provider_new_typed (G_TYPE_FILE, file);
  texture = gdk_texture_new_from_file (file, NULL);
  if (texture == NULL)
    return providers[0];

  providers[1] = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture);
  return gdk_content_provider_new_union (providers, 2);
}

static void
on_drag_begin (GtkDragSource *source, GdkDrag *drag, gpointer data)
{
  GtkWidget *cell = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  GdkPaintable *look = gesso_picture_cell_get_paintable (GESSO_PICTURE_CELL (cell));

  if (look)
    gtk_drag_source_set_icon (source, look, 0, 0);
}

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item, GessoGalleryView *self)
{
  GMenuModel *menu = G_MENU_MODEL (
      gtk_widget_get_template_child (GTK_WIDGET (self), GESSO_TYPE_GALLERY_VIEW, "menu"));
  GtkWidget *cell = gesso_picture_cell_new (LOOK_SIZE, menu);
  GtkDragSource *drag = gtk_drag_source_new ();

  gtk_widget_set_halign (cell, GTK_ALIGN_CENTER);

  g_signal_connect_object (cell, "menu-requested", G_CALLBACK (on_menu_requested), item, 0);
  gtk_drag_source_set_actions (drag, GDK_ACTION_COPY);
  g_signal_connect_object (drag, "prepare", G_CALLBACK (on_drag_prepare), item, 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), NULL);
  gtk_widget_add_controller (cell, GTK_EVENT_CONTROLLER (drag));

  gtk_list_item_set_child (item, cell);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoPictureCell) cell = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture =
      gesso_gallery_item_look_finish (GESSO_GALLERY_ITEM (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* another picture has the place now */
  gesso_picture_cell_set_paintable (cell, GDK_PAINTABLE (texture));
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, GessoGalleryView *self)
{
  GessoPictureCell *cell = GESSO_PICTURE_CELL (gtk_list_item_get_child (item));
  GessoGalleryItem *made = gtk_list_item_get_item (item);
  GCancellable *cancellable = g_cancellable_new ();
  g_autofree char *prompt = gesso_gallery_item_dup_prompt (made);
  g_autofree char *name = g_path_get_basename (gesso_gallery_item_get_path (made));
  g_autofree char *shown_name = g_filename_display_name (name);

  gesso_picture_cell_set_text (cell, *prompt ? prompt : shown_name);
  g_object_set_data_full (G_OBJECT (cell), "cancellable", cancellable, g_object_unref);
  gesso_gallery_item_look_async (made, LOOK_SIZE, cancellable, on_looked, g_object_ref (cell));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, GessoGalleryView *self)
{
  GtkWidget *cell = gtk_list_item_get_child (item);

  if (cell == NULL)
    return;
  g_cancellable_cancel (g_object_get_data (G_OBJECT (cell), "cancellable"));
  gesso_picture_cell_set_paintable (GESSO_PICTURE_CELL (cell), NULL);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_gallery_view_set_gallery (GessoGalleryView *self, GessoGallery *gallery)
{
  if (!g_set_object (&self->gallery, gallery))
    return;

  gtk_filter_list_model_set_model (self->found, G_LIST_MODEL (gallery));
  update (self);
}

static void
gesso_gallery_view_dispose (GObject *object)
{
  GessoGalleryView *self = GESSO_GALLERY_VIEW (object);
  GtkWidget *child;

  if (self->found)
    {
      g_signal_handlers_disconnect_by_func (self->found, update, self);
      g_signal_handlers_disconnect_by_func (self->selection, update, self);
      gtk_filter_list_model_set_model (self->found, NULL);
      gtk_filter_list_model_set_filter (self->found, NULL);
    }
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);
  g_clear_object (&self->gallery);
  g_clear_object (&self->filter);
  g_clear_object (&self->found);
  g_clear_object (&self->selection);

  G_OBJECT_CLASS (gesso_gallery_view_parent_class)->dispose (object);
}

static void
gesso_gallery_view_class_init (GessoGalleryViewClass *klass)
{
  static const char *const names[N_SIGNALS] = { "open", "restore", "trashed", "teach" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_gallery_view_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], GESSO_TYPE_GALLERY_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, GESSO_TYPE_GALLERY_ITEM);

  g_type_ensure (ADW_TYPE_STATUS_PAGE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/gallery/gesso-gallery-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoGalleryView, search);
  gtk_widget_class_bind_template_child (widget_class, GessoGalleryView, stack);
  gtk_widget_class_bind_template_child (widget_class, GessoGalleryView, grid);
  gtk_widget_class_bind_template_child_full (widget_class, "menu", FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);

  gtk_widget_class_install_action (widget_class, "gallery.open", NULL, open_item);
  gtk_widget_class_install_action (widget_class, "gallery.restore", NULL, restore);
  gtk_widget_class_install_action (widget_class, "gallery.trash", NULL, trash);
  gtk_widget_class_install_action (widget_class, "gallery.teach", NULL, teach);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "gallery.trash", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "gallery.trash", NULL);
}

static void
gesso_gallery_view_init (GessoGalleryView *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->found = gtk_filter_list_model_new (NULL, g_object_ref (GTK_FILTER (self->filter)));
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->found)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  gtk_grid_view_set_factory (self->grid, factory);
  gtk_grid_view_set_model (self->grid, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->found, "items-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (update), self);
  gtk_search_entry_set_key_capture_widget (self->search, GTK_WIDGET (self));
  update (self);
}
