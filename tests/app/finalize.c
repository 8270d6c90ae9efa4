/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every widget by itself, in a window, seen, and let go of: nothing keeps it. */
#include "widgets.h"

#include "candidates/gesso-candidate-strip.h"
#include "candidates/gesso-scrubber.h"
#include "canvas/gesso-brush-bar.h"
#include "canvas/gesso-canvas-view.h"
#include "canvas/gesso-drop-zones.h"
#include "canvas/gesso-guide-button.h"
#include "canvas/gesso-layers-pane.h"
#include "canvas/gesso-tool-bar.h"
#include "gallery/gesso-gallery-view.h"
#include "gallery/gesso-picture-cell.h"
#include "help/gesso-help-window.h"
#include "library/gesso-get-view.h"
#include "library/gesso-library-view.h"
#include "library/gesso-model-row.h"
#include "library/gesso-refiner-row.h"
#include "library/gesso-vae-row.h"
#include "live/gesso-live-bar.h"
#include "preferences/gesso-preferences.h"
#include "preferences/gesso-store.h"
#include "prompt/gesso-preset-row.h"
#include "prompt/gesso-prompt-bar.h"
#include "prompt/gesso-seed-row.h"
#include "prompt/gesso-settings-pane.h"
#include "prompt/gesso-start-group.h"
#include "queue/gesso-queue-button.h"
#include "training/gesso-loss-plot.h"
#include "training/gesso-training-view.h"
#include "welcome/gesso-welcome.h"
#include "window/gesso-banner.h"

#define SHOWN_MS 60

/* Functions, as a type is not there before it is asked for. */
static GType (*const types[]) (void) = {
  gesso_banner_get_type,       gesso_brush_bar_get_type,     gesso_candidate_strip_get_type,
  gesso_canvas_view_get_type,  gesso_drop_zones_get_type,    gesso_gallery_view_get_type,
  gesso_get_view_get_type,     gesso_guide_button_get_type,  gesso_layers_pane_get_type,
  gesso_library_view_get_type, gesso_live_bar_get_type,      gesso_loss_plot_get_type,
  gesso_model_row_get_type,    gesso_picture_cell_get_type,  gesso_preset_row_get_type,
  gesso_prompt_bar_get_type,   gesso_queue_button_get_type,  gesso_refiner_row_get_type,
  gesso_scrubber_get_type,     gesso_seed_row_get_type,      gesso_settings_pane_get_type,
  gesso_start_group_get_type,  gesso_tool_bar_get_type,      gesso_training_view_get_type,
  gesso_vae_row_get_type,      gesso_welcome_get_type,
};

static void
test_widget (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  GtkWidget *widget = g_object_ref_sink (g_object_new (types[i] (), NULL));
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  if (GTK_IS_LIST_BOX_ROW (widget))
    {
      gtk_window_set_child (window, gtk_list_box_new ());
      gtk_list_box_append (GTK_LIST_BOX (gtk_window_get_child (window)), widget);
    }
  else
    gtk_window_set_child (window, widget);
  gtk_window_present (window);
  widgets_wait_ms (SHOWN_MS);
  gtk_window_destroy (window);
  widgets_wait_ms (SHOWN_MS);
  g_assert_finalize_object (widget);
}

static void
assert_window_goes (GtkWindow *window)
{
  g_object_ref (window);
  gtk_window_present (window);
  widgets_wait_ms (SHOWN_MS);
  gtk_window_destroy (window);
  widgets_wait_ms (SHOWN_MS);
  g_assert_finalize_object (window);
}

static void
test_windows (void)
{
  g_autoptr (GSettings) store = gesso_store_new ();

  assert_window_goes (gesso_help_window_new (NULL));
  assert_window_goes (GTK_WINDOW (gesso_preferences_new (NULL, store)));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *name = g_strconcat ("/app/finalize/", g_type_name (types[i] ()), NULL);

      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_widget);
    }
  g_test_add_func ("/app/finalize/windows", test_windows);

  return g_test_run ();
}
