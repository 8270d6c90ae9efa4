/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The setting "refiner" as a choice among files. */
#include "config.h"

#include "gesso-refiner-row.h"

#include <glib/gi18n.h>

#define BASE_FAMILY "SDXL"
#define REFINER_FAMILY "SDXL refiner"

struct _GessoRefinerRow
{
  AdwComboRow    parent_instance;

  GessoSettings *settings;
  GListModel    *items;
  GPtrArray     *paths; /* of the choices, "" first */
  gboolean       takes_one, updating;
};

G_DEFINE_FINAL_TYPE (GessoRefinerRow, gesso_refiner_row, ADW_TYPE_COMBO_ROW)

static void
add (GessoRefinerRow *self, GtkStringList *names, const char *path, const char *name)
{
  g_ptr_array_add (self->paths, g_strdup (path));
  gtk_string_list_append (names, name);
}

static void
list (GessoRefinerRow *self, GtkStringList *names)
{
  guint n = g_list_model_get_n_items (self->items);

  g_ptr_array_set_size (self->paths, 0);
  /* Translators: of models that make the last steps */
  add (self, names, "", C_("refiner", "None"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (self->items, i);

      if (gesso_library_item_get_kind (item) == GESSO_LIBRARY_CHECKPOINT &&
          g_strcmp0 (gesso_library_item_get_family (item), REFINER_FAMILY) == 0)
        add (self, names, gesso_library_item_get_path (item), gesso_library_item_get_name (item));
    }
}

static void
update (GessoRefinerRow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autofree char *path = NULL;
  guint position;

  if (self->updating)
    return;

  g_object_get (self->settings, "refiner", &path, NULL);
  list (self, names);
  /* One that the library does not have, or not yet. */
  if (!g_ptr_array_find_with_equal_func (self->paths, path, g_str_equal, &position))
    {
      g_autofree char *base = g_path_get_basename (path);
      g_autofree char *shown = g_filename_display_name (base);

      position = self->paths->len;
      add (self, names, path, shown);
    }
  self->updating = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), position);
  self->updating = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self), self->takes_one && self->paths->len > 1);
}

static void
on_selected (GessoRefinerRow *self)
{
  guint position = adw_combo_row_get_selected (ADW_COMBO_ROW (self));

  if (self->updating || self->settings == NULL || position >= self->paths->len)
    return;

  self->updating = TRUE; /* the list that is chosen from must stay meanwhile */
  g_object_set (self->settings, "refiner", g_ptr_array_index (self->paths, position), NULL);
  self->updating = FALSE;
}

void
gesso_refiner_row_set_family (GessoRefinerRow *self, const char *family)
{
  self->takes_one = g_strcmp0 (family, BASE_FAMILY) == 0;
  if (!self->takes_one)
    g_object_set (self->settings, "refiner", "", NULL);
  update (self);
}

void
gesso_refiner_row_bind (GessoRefinerRow *self, GessoSettings *settings, GListModel *items)
{
  self->settings = g_object_ref (settings);
  self->items = g_object_ref (items);
  g_signal_connect_object (settings, "notify::refiner", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (items, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
gesso_refiner_row_dispose (GObject *object)
{
  GessoRefinerRow *self = GESSO_REFINER_ROW (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->items);

  G_OBJECT_CLASS (gesso_refiner_row_parent_class)->dispose (object);
}

static void
gesso_refiner_row_finalize (GObject *object)
{
  g_ptr_array_unref (GESSO_REFINER_ROW (object)->paths);

  G_OBJECT_CLASS (gesso_refiner_row_parent_class)->finalize (object);
}

static void
gesso_refiner_row_class_init (GessoRefinerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gesso_refiner_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = gesso_refiner_row_finalize;
}

static void
gesso_refiner_row_init (GessoRefinerRow *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Refiner"));
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
}
