/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Upscale: asks with what and how much, and lays the larger picture over the others. */
#include "config.h"

#include "gesso-window-private.h"

#include "canvas/gesso-texture-tiles.h"

#include <glib/gi18n.h>

static const double scales[] = { 1.5, 2, 3, 4 };

/* ---- The picture ---------------------------------------------------------------------------- */

static void
place (GessoWindow *self, GessoPicture *picture)
{
  const GdkRectangle area = { 0, 0, (int) gesso_picture_get_width (picture),
                              (int) gesso_picture_get_height (picture) };
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoTiles) tiles = gesso_texture_scale_to_tiles (
      gesso_picture_get_texture (picture), area.width, area.height);
  g_autoptr (GessoLayer) layer = gesso_layer_new (GESSO_LAYER_RASTER, _("Upscaled"), tiles);

  gesso_painting_begin (self->painting, _("Upscale"));
  if (gesso_painting_resize (self->painting, &area, &error)
      && gesso_painting_add_layer (self->painting, layer, 0))
    {
      gesso_painting_set_frame (self->painting, &area);
      gesso_painting_end (self->painting);
      return;
    }
  gesso_painting_cancel (self->painting);
  gesso_window_toast (self, error ? error->message : _("There are too many layers"), NULL, NULL);
}

static void
on_upscaled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GessoPicture) picture =
      gesso_engine_upscale_finish (GESSO_ENGINE (source), result, &error);

  if (self->document == NULL)
    return;
  gesso_window_set_job (self, NULL);
  if (picture)
    place (self, picture);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message, NULL, NULL);
}

static void
begin (GessoWindow *self, GessoPicture *picture, const char *model, double scale)
{
  g_autoptr (GessoJob) job = gesso_job_new ();

  gesso_window_set_job (self, job);
  gesso_engine_upscale_async (self->engine, job, picture, model, scale, on_upscaled,
                              g_object_ref (self));
}

typedef struct
{
  GessoWindow *window;
  char        *model;
  double       scale;
} Wish;

static void
on_flattened (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  g_autoptr (GessoWindow) self = wish->window;
  g_autoptr (GessoPicture) picture = gesso_picture_from_texture_finish (result, NULL);

  if (picture && self->document && self->job == NULL)
    begin (self, picture, wish->model, wish->scale);
  g_free (wish->model);
  g_free (wish);
}

/* The layers together; before there are any, the candidate that is looked at. */
void
gesso_window_upscale (GessoWindow *self, const char *model, double scale)
{
  GessoPicture *candidate = gesso_document_get_picture (self->document);
  const GdkRectangle area = { 0, 0, (int) gesso_painting_get_width (self->painting),
                              (int) gesso_painting_get_height (self->painting) };
  const gsize stride = (gsize) area.width * 4;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  guint8 *pixels;
  Wish *wish;

  if (gesso_painting_get_n_layers (self->painting) == 0 && candidate)
    {
      begin (self, candidate, model, scale);
      return;
    }
  pixels = g_malloc (stride * (gsize) area.height);
  wish = g_new0 (Wish, 1);
  gesso_painting_composite (self->painting, &area, pixels, stride);
  bytes = g_bytes_new_take (pixels, stride * (gsize) area.height);
  texture = gdk_memory_texture_new (area.width, area.height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED,
                                    bytes, stride);
  wish->window = g_object_ref (self);
  wish->model = g_strdup (model);
  wish->scale = scale;
  gesso_picture_from_texture_async (texture, NULL, on_flattened, wish);
}

/* ---- The dialog ----------------------------------------------------------------------------- */

typedef struct
{
  AdwComboRow *model, *scale;
  GPtrArray   *paths; /* of the models, the first one NULL: none */
} Choices;

static void
choices_free (gpointer data)
{
  Choices *choices = data;

  g_ptr_array_unref (choices->paths);
  g_free (choices);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, GessoWindow *self)
{
  const Choices *choices = g_object_get_data (G_OBJECT (dialog), "choices");
  const guint model = adw_combo_row_get_selected (choices->model);
  const guint scale = adw_combo_row_get_selected (choices->scale);

  if (g_strcmp0 (response, "upscale") == 0 && self->document && model < choices->paths->len
      && scale < G_N_ELEMENTS (scales))
    gesso_window_upscale (self, choices->paths->pdata[model], scales[scale]);
}

/* The upscalers of the library, behind none at all; the first of them is chosen. */
static void
list_models (GessoWindow *self, Choices *choices)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GListModel *items = self->library ? gesso_library_get_items (self->library) : NULL;

  gtk_string_list_append (names, _("Without a model"));
  g_ptr_array_add (choices->paths, NULL);
  for (guint i = 0; items && i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (GessoLibraryItem) item = g_list_model_get_item (items, i);

      if (gesso_library_item_get_kind (item) != GESSO_LIBRARY_UPSCALER)
        continue;
      gtk_string_list_append (names, gesso_library_item_get_name (item));
      g_ptr_array_add (choices->paths, g_strdup (gesso_library_item_get_path (item)));
    }
  adw_combo_row_set_model (choices->model, G_LIST_MODEL (names));
  adw_combo_row_set_selected (choices->model, choices->paths->len > 1 ? 1 : 0);
  if (choices->paths->len == 1)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (choices->model),
                                 _("Upscalers in the library’s folders appear here"));
}

static void
list_scales (GessoWindow *self, Choices *choices)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      /* Translators: how many times as large, and the size in pixels that this makes */
      g_autofree char *name = g_strdup_printf (
          _("%g× (%u × %u)"), scales[i],
          (guint) (gesso_painting_get_width (self->painting) * scales[i] + 0.5),
          (guint) (gesso_painting_get_height (self->painting) * scales[i] + 0.5));

      gtk_string_list_append (names, name);
    }
  adw_combo_row_set_model (choices->scale, G_LIST_MODEL (names));
  adw_combo_row_set_selected (choices->scale, 1);
}

static GtkWidget *
new_row (const char *title)
{
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);

  return row;
}

static void
upscale (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GessoWindow *self = data;
  GtkWidget *dialog, *group = adw_preferences_group_new ();
  Choices *choices;

  if (self->job)
    {
      gesso_window_toast (self, _("A picture is being made: wait for it, or cancel it"), NULL, NULL);
      return;
    }
  if (!gesso_window_has_painting (self))
    {
      gesso_window_toast (self, _("There is no picture yet"), NULL, NULL);
      return;
    }
  choices = g_new0 (Choices, 1);
  choices->paths = g_ptr_array_new_with_free_func (g_free);
  choices->model = ADW_COMBO_ROW (new_row (_("Upscaler")));
  choices->scale = ADW_COMBO_ROW (new_row (_("Size")));
  list_models (self, choices);
  list_scales (self, choices);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (choices->model));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (choices->scale));

  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Upscale the Picture"),
                                   _("All visible layers together become a larger one on top."));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), group);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _("_Cancel"), "upscale",
                                    _("_Upscale"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "upscale",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "upscale");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "choices", choices, choices_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
gesso_window_init_upscale (GessoWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "upscale", .activate = upscale },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
