/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another state is another line in the table, at the end. */
#include "config.h"

#include "screenshot-states.h"

#include "canvas/gesso-canvas-private.h"
#include "canvas/gesso-guide-button.h"
#include "engine/gesso-devices-private.h"
#include "help/gesso-help-window.h"
#include "io/safetensors.h"
#include "training/gesso-teach-dialog.h"
#include "window/gesso-window-private.h"
#include "lesson-files.h"
#include "widgets.h"

#define PROMPT "a red house under a yellow sun"
#define LIMIT_SECONDS 300

/* ---- Waiting -------------------------------------------------------------------------------- */

static void
wait_action (GtkWindow *window, const char *action, gboolean enabled)
{
  gint64 end = g_get_monotonic_time () + LIMIT_SECONDS * G_USEC_PER_SEC;

  while (g_action_group_get_action_enabled (G_ACTION_GROUP (window), action) != enabled)
    {
      widgets_wait_ms (20);
      if (g_get_monotonic_time () > end)
        g_error ("“%s” did not change within %d seconds", action, LIMIT_SECONDS);
    }
}

/* ---- States --------------------------------------------------------------------------------- */

static void
activate (GtkWindow *window, const char *action)
{
  if (!gtk_widget_activate_action (GTK_WIDGET (window), action, NULL))
    g_error ("There is no action “%s”", action);
}

static void
set_example (GtkWindow *window, const char *prompt)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.example", "s", prompt);
}

static void
show_empty (GtkWindow *window)
{
}

static void
show_picture (GtkWindow *window)
{
  set_example (window, PROMPT);
  activate (window, "win.generate");
  wait_action (window, "generate", FALSE);
  wait_action (window, "generate", TRUE);
}

/* The second picture in the middle of its steps. */
static void
show_generating (GtkWindow *window)
{
  GtkProgressBar *progress =
      GTK_PROGRESS_BAR (widgets_find (GTK_WIDGET (window), GTK_TYPE_PROGRESS_BAR));

  show_picture (window);
  set_example (window, "a green tree on snow at night");
  activate (window, "win.generate");
  wait_action (window, "generate", FALSE);
  while (gtk_progress_bar_get_fraction (progress) > 0.9 ||
         gtk_progress_bar_get_fraction (progress) < 0.3)
    widgets_wait_ms (5);
}

static void
show_mask (GtkWindow *window)
{
  show_picture (window);
  activate (window, "win.use-as-start");
  activate (window, "win.paint-mask");
}

/* From there to there, in the picture's pixels, with a wave; the pointer stays at the end. */
static void
paint (GtkWindow *window, GessoToolKind kind, double size, double x1, double y1, double x2, double y2)
{
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (GESSO_WINDOW (window)->canvas);
  GessoView *view = gesso_canvas_get_view (canvas);
  const int n = 24;
  GessoPoint p = gesso_view_to_widget (view, x1, y1);

  gesso_toolbox_set_kind (gesso_canvas_get_toolbox (canvas), kind);
  g_object_set (gesso_canvas_get_toolbox (canvas), "size", size, NULL);
  gesso_canvas_point (canvas, GESSO_POINTER_PRESS, p.x, p.y, 1, 0);
  for (int i = 1; i <= n; i++)
    {
      p = gesso_view_to_widget (view, x1 + (x2 - x1) * i / n, y1 + (y2 - y1) * i / n + i % 8);
      gesso_canvas_point (canvas, GESSO_POINTER_DRAG, p.x, p.y, 1, 0);
    }
  gesso_canvas_point (canvas, GESSO_POINTER_RELEASE, p.x, p.y, 1, 0);
  canvas->pointer = p;
  canvas->pointer_inside = TRUE;
}

static void
show_accepted (GtkWindow *window)
{
  show_picture (window);
  gtk_widget_activate_action (GTK_WIDGET (GESSO_WINDOW (window)->strip), "candidate.accept", NULL);
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
}

/* Strokes on a layer of their own, which the next picture starts from. */
static void
show_painting (GtkWindow *window)
{
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (GESSO_WINDOW (window)->canvas);

  show_accepted (window);
  gtk_widget_activate_action (GTK_WIDGET (GESSO_WINDOW (window)->layers), "layers.add", NULL);
  g_object_set (gesso_canvas_get_toolbox (canvas), "color", &(GdkRGBA) { 0.15f, 0.4f, 0.85f, 1 }, NULL);
  paint (window, GESSO_TOOL_BRUSH, 9, 12, 112, 66, 108);
  g_object_set (gesso_canvas_get_toolbox (canvas), "color", &(GdkRGBA) { 0.95f, 0.9f, 0.8f, 1 }, NULL);
  paint (window, GESSO_TOOL_BRUSH, 5, 20, 20, 50, 24);
}

/* The strokes guide, and how. */
static void
show_control (GtkWindow *window)
{
  GtkWidget *button;

  show_painting (window);
  gesso_layer_set_control (gesso_painting_get_active (GESSO_WINDOW (window)->painting),
                           "{'model': <'/models/control_v11p_sd15_scribble.safetensors'>, "
                           "'preprocess': <'scribble'>, 'strength': <0.8>, 'end': <0.7>}");
  button = widgets_find (GTK_WIDGET (GESSO_WINDOW (window)->layers), GESSO_TYPE_GUIDE_BUTTON);
  gtk_menu_button_popup (GTK_MENU_BUTTON (gtk_widget_get_first_child (button)));
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
}

static void
show_painting_mask (GtkWindow *window)
{
  show_accepted (window);
  paint (window, GESSO_TOOL_MASK_BRUSH, 24, 34, 70, 84, 66);
}

/* All that is drawn over a picture: a mask, a selection, and a frame within it. */
static void
show_edges (GtkWindow *window)
{
  const guint8 selected = 255;
  GessoPainting *painting = GESSO_WINDOW (window)->painting;
  g_autoptr (GessoTiles) selection = gesso_tiles_new (1);

  show_painting_mask (window);
  gesso_tiles_fill (selection, &(GdkRectangle) { 20, 76, 40, 36 }, &selected);
  gesso_painting_set_selection (painting, "Select", selection);
  gesso_painting_set_frame (painting, &(GdkRectangle) { 16, 40, 96, 80 });
}

/* What was painted, as the model sees it. */
static void
show_live (GtkWindow *window)
{
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (GESSO_WINDOW (window)->canvas);
  static const struct
  {
    GdkRGBA color;
    double  size, x1, y1, x2, y2;
  } strokes[] = {
    { { 0.55f, 0.75f, 0.95f, 1 }, 90, 0, 30, 128, 30 },
    { { 0.4f, 0.7f, 0.35f, 1 }, 60, 0, 104, 128, 104 },
    { { 0.75f, 0.1f, 0.12f, 1 }, 34, 54, 78, 74, 78 },
    { { 0.2f, 0.3f, 0.55f, 1 }, 18, 44, 52, 84, 52 },
    { { 1, 0.85f, 0.2f, 1 }, 22, 104, 20, 108, 20 },
  };

  set_example (window, PROMPT);
  activate (window, "win.new-canvas");
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "live", g_variant_new_boolean (TRUE));
  for (guint i = 0; i < G_N_ELEMENTS (strokes); i++)
    {
      g_object_set (gesso_canvas_get_toolbox (canvas), "color", &strokes[i].color, NULL);
      paint (window, GESSO_TOOL_BRUSH, strokes[i].size, strokes[i].x1, strokes[i].y1, strokes[i].x2,
             strokes[i].y2);
    }
  wait_action (window, "accept-live", TRUE);
}

static void
show_help (GtkWindow *window)
{
  activate (window, "win.help");
}

/* Another page of it. */
static void
show_help_page (GtkWindow *window)
{
  show_help (window);
  gesso_help_window_show_page (GESSO_HELP_WINDOW (GESSO_WINDOW (window)->help_window), "live");
}

static void
show_welcome (GtkWindow *window)
{
}

/* After a picture, which has been measured. */
static void
show_welcome_again (GtkWindow *window)
{
  show_picture (window);
  activate (window, "win.welcome");
}

/* The pane over a narrow window's canvas. */
static void
show_pane (GtkWindow *window)
{
  show_accepted (window);
  activate (window, "win.show-settings");
}

/* The frame hangs over, the picture is to grow there. */
static void
show_frame (GtkWindow *window)
{
  GessoPainting *painting = GESSO_WINDOW (window)->painting;
  GessoCanvas *canvas = gesso_canvas_view_get_canvas (GESSO_WINDOW (window)->canvas);
  GessoView *view = gesso_canvas_get_view (canvas);
  GdkRectangle frame;

  show_accepted (window);
  gesso_painting_get_frame (painting, &frame);
  frame.x += frame.width / 2;
  gesso_painting_set_frame (painting, &frame);
  gesso_view_zoom_to (view, gesso_view_get_zoom (view) * 0.7,
                      gtk_widget_get_width (GTK_WIDGET (canvas)) * 0.3,
                      gtk_widget_get_height (GTK_WIDGET (canvas)) / 2.0);
  gesso_toolbox_set_kind (gesso_canvas_get_toolbox (canvas), GESSO_TOOL_FRAME);
}

static void
show_candidates (GtkWindow *window)
{
  g_object_set (GESSO_WINDOW (window)->queue_button, "batch", 4, NULL);
  show_picture (window);
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
  activate (window, "win.previous");
  activate (window, "win.previous");
}

/* Two have been made, one is being made, two wait. */
static void
show_queue (GtkWindow *window)
{
  static const char *const prompts[] = { "a white boat on the sea at sunset",
                                         "a green tree on snow at night", PROMPT };
  GtkWidget *button =
      widgets_find (GTK_WIDGET (GESSO_WINDOW (window)->queue_button), GTK_TYPE_MENU_BUTTON);

  show_picture (window);
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      set_example (window, prompts[i]);
      activate (window, "win.enqueue");
    }
  wait_action (window, "generate", FALSE);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
}

static void
show_gallery (GtkWindow *window)
{
  static const char *const prompts[] = { "a white boat on the sea at sunset",
                                         "a green tree on snow at night" };

  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      g_object_set (GESSO_WINDOW (window)->queue_button, "batch", 3, NULL);
      set_example (window, prompts[i]);
      activate (window, "win.generate");
      wait_action (window, "generate", FALSE);
      wait_action (window, "generate", TRUE);
    }
  activate (window, "win.history");
  widgets_wait_ms (2 * SCREENSHOT_SETTLE_MS);
}

static void
show_preferences (GtkWindow *window)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (window)),
                                  "preferences", NULL);
}

/* Another card, which is the same one again with another name. */
static void
add_device (GtkWindow *window, const char *name, GsDeviceKind kind, guint64 gib)
{
  GessoDevices *devices = gesso_engine_get_devices (GESSO_WINDOW (window)->engine);
  g_autoptr (GPtrArray) all = gs_list_devices ();
  GsDeviceInfo info = *(GsDeviceInfo *) all->pdata[0];
  g_autoptr (GessoDevice) device = NULL;

  info.kind = kind;
  info.memory_bytes = gib << 30;
  device = gesso_device_new_further (&info, name, FALSE);
  gesso_devices_add (devices, device);
}

static void
show_devices (GtkWindow *window)
{
  add_device (window, "NVIDIA GeForce RTX 3060", GS_DEVICE_DISCRETE, 12);
  add_device (window, "AMD Radeon Graphics (RADV RAPHAEL_MENDOCINO)", GS_DEVICE_INTEGRATED, 8);
  show_preferences (window);
}

/* Two are made, two wait. */
static void
show_queue_devices (GtkWindow *window)
{
  static const char *const prompts[] = { PROMPT, "a green tree on snow at night", "a boat on a lake",
                                         "a yellow house in the rain" };
  GessoQueue *queue = GESSO_WINDOW (window)->queue;
  GessoDevices *devices = gesso_engine_get_devices (GESSO_WINDOW (window)->engine);
  GtkWidget *button = widgets_find (GTK_WIDGET (GESSO_WINDOW (window)->queue_button), GTK_TYPE_MENU_BUTTON);

  show_picture (window);
  gesso_device_set_name (gesso_devices_get_first (devices), "AMD Radeon RX 7900 XTX (RADV NAVI31)");
  add_device (window, "NVIDIA GeForce RTX 3060", GS_DEVICE_DISCRETE, 12);
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      set_example (window, prompts[i]);
      activate (window, "win.enqueue");
    }
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  while (gesso_queue_get_n_running (queue) == 2)
    {
      g_autoptr (GessoOrder) second = g_list_model_get_item (G_LIST_MODEL (queue), 1);

      if (gesso_job_get_preview (gesso_queue_get_job_of (queue, second)) &&
          gesso_job_get_fraction (gesso_queue_get_job_of (queue, second)) > 0.2)
        break;
      widgets_wait_ms (5);
    }
}

static void
show_shortcuts (GtkWindow *window)
{
  activate (window, "win.show-help-overlay");
}

static void
show_about (GtkWindow *window)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (window)), "about",
                                  NULL);
}

static void
write_lora (const char *folder, const char *name, const char *key, const char *value)
{
  g_autofree char *path = g_strconcat (folder, "/", name, ".safetensors", NULL);
  float values[32] = { 0 };
  const GsStoredTensor tensor = { .name = "lora_unet_x.lora_down.weight", .dtype = GS_DTYPE_F32,
                                  .n_dims = 2, .shape = { 4, 8 }, .data = values,
                                  .n_bytes = sizeof values };
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (metadata, (gpointer) key, (gpointer) value);
  gs_safetensors_write (path, &tensor, 1, metadata, NULL);
}

static void
show_library (GtkWindow *window)
{
  GessoWindow *self = GESSO_WINDOW (window);
  g_autofree char *folder = g_dir_make_tmp ("library-XXXXXX", NULL);
  g_autofree char *cover = g_build_filename (folder, "ink wash.png", NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 64);

  write_lora (folder, "ink wash", "modelspec.trigger_phrase", "ink wash, paper");
  write_lora (folder, "large", "ss_base_model_version", "sdxl_base_v1-0");
  write_lora (folder, "watercolour", "ss_base_model_version", "sd_v1");
  gdk_pixbuf_fill (pixbuf, 0x3584e4ff);
  gdk_pixbuf_save (pixbuf, cover, "png", NULL, NULL);
  set_example (window, "a house <lora:ink wash:1> <lora:gone:1>");
  activate (window, "win.library");
  gesso_library_add_folder (self->library, folder);
  while (!gesso_library_is_scanned (self->library) || gesso_library_get_family (self->library) == NULL)
    widgets_wait_ms (20);
}

/* One was left in the middle the last time, and another cannot be had. */
static void
show_get_models (GtkWindow *window)
{
  GessoWindow *self = GESSO_WINDOW (window);
  g_autofree char *folder = g_dir_make_tmp ("models-XXXXXX", NULL);
  g_autofree guchar *half = g_malloc0 (512 * 1024);
  const GessoPartInfo infos[] = {
    { .address = "https://example.org/a", .title = "Ink Wash", .size = 1024 * 1024 },
    { .address = "ftp://example.org/b", .title = "Watercolour", .size = 2048 * 1024 },
  };
  static const char *const names[] = { "ink.safetensors", "watercolour.safetensors" };

  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    {
      g_autoptr (GessoPartFile) part = gesso_part_file_new (folder, names[i]);
      g_autoptr (GBytes) bytes = g_bytes_new (half, 512 * 1024);

      gesso_part_file_open (part, NULL, NULL);
      gesso_part_file_append (part, bytes, NULL);
      gesso_part_file_write_info (part, &infos[i], NULL);
    }
  gesso_downloads_set_folder (self->downloads, folder);
  gesso_downloads_resume (self->downloads, gesso_downloads_find (self->downloads, infos[1].address));
  activate (window, "win.get-models");
}

static void
show_upscale (GtkWindow *window)
{
  show_picture (window);
  activate (window, "win.upscale");
}

/* A phone's window is no wider. */
static void
narrow (GtkWindow *dialog, GtkWindow *window)
{
  if (gtk_widget_get_width (GTK_WIDGET (window)) > 600)
    return;
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
  gtk_window_set_default_size (dialog, 360, 640);
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
}

/* Five pictures and one that is broken; of one a part is chosen. */
static void
show_teach (GtkWindow *window)
{
  g_autofree char *folder_path = lesson_files_make (5, FALSE, TRUE);
  g_autoptr (GessoTeachPicture) first = NULL;
  GListModel *pictures;
  GtkWidget *entry;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.teach-path", "s", folder_path);
  narrow (GESSO_WINDOW (window)->teach_dialog, window);
  pictures = gesso_teach_dialog_get_pictures (GESSO_TEACH_DIALOG (GESSO_WINDOW (window)->teach_dialog));
  while (g_list_model_get_n_items (pictures) < 6)
    widgets_wait_ms (20);
  first = g_list_model_get_item (pictures, 0);
  gesso_teach_picture_set_crop (first, &(GdkRectangle) { 10, 50, 80, 70 });
  entry = widgets_find (GTK_WIDGET (GESSO_WINDOW (window)->teach_dialog), ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (entry), gtk_widget_get_name (GTK_WIDGET (window))); /* each its own word */
  while (!gesso_teach_dialog_has_estimate (GESSO_TEACH_DIALOG (GESSO_WINDOW (window)->teach_dialog)))
    widgets_wait_ms (SCREENSHOT_SETTLE_MS);
}

static void
teach (GtkWindow *window, guint n_steps, guint until)
{
  GessoApplication *application = GESSO_APPLICATION (gtk_window_get_application (window));
  GessoTrainings *trainings = gesso_application_get_trainings (application);
  GtkWindow *dialog;
  GtkWidget *spin;
  g_autoptr (GessoTraining) training = NULL;
  guint n = 0;

  show_teach (window);
  dialog = GESSO_WINDOW (window)->teach_dialog;
  spin = widgets_find (GTK_WIDGET (dialog), GTK_TYPE_SPIN_BUTTON);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), n_steps);
  gesso_teach_dialog_go (GESSO_TEACH_DIALOG (dialog));
  while ((training = g_list_model_get_item (G_LIST_MODEL (trainings), 0)) == NULL)
    widgets_wait_ms (20);
  while (n < until && gesso_training_get_status (training) != GESSO_TRAINING_FAILED)
    {
      widgets_wait_ms (20);
      gesso_training_get_losses (training, &n);
    }
  if (GESSO_WINDOW (window)->training_window)
    narrow (GESSO_WINDOW (window)->training_window, window);
  while (until == n_steps && gesso_training_get_status (training) != GESSO_TRAINING_FINISHED)
    widgets_wait_ms (20);
}

static void
show_training (GtkWindow *window)
{
  teach (window, 120, 60);
}

static void
show_taught (GtkWindow *window)
{
  teach (window, 40, 40);
}

/* All settings, to their end. */
static void
show_settings (GtkWindow *window)
{
  GtkWidget *pane = GTK_WIDGET (GESSO_WINDOW (window)->pane);
  GtkWidget *row = widgets_find (pane, ADW_TYPE_EXPANDER_ROW);
  GtkWidget *scroller = widgets_find (pane, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  widgets_wait_ms (SCREENSHOT_SETTLE_MS);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

/* The model is on another computer, which nobody asks. */
static void
show_server (GtkWindow *window)
{
  GessoWindow *self = GESSO_WINDOW (window);

  gesso_server_set (gesso_engine_get_server (self->engine), "http://studio:7860", "");
  g_object_set (gesso_document_get_settings (self->document), "model",
                "http://studio:7860#sd15/dreamshaper_8.safetensors [879db523c3]", NULL);
  show_settings (window);
}

const ScreenshotState screenshot_states[] = {
  /* For the metainfo. */
  { "store-picture", 1000, 700, SCREENSHOT_SHADOW, show_accepted },
  { "store-generating", 1000, 700, SCREENSHOT_SHADOW | SCREENSHOT_SLOW, show_generating },
  { "store-candidates", 1000, 700, SCREENSHOT_SHADOW, show_candidates },
  { "empty", 1000, 700, SCREENSHOT_NOTE, show_empty },
  { "welcome", 1000, 760, SCREENSHOT_WELCOME, show_welcome },
  { "welcome-phone", 400, 760, SCREENSHOT_DARK | SCREENSHOT_WELCOME, show_welcome },
  { "welcome-again", 1000, 760, 0, show_welcome_again },
  { "picture", 1000, 700, 0, show_picture },
  { "generating", 1000, 700, SCREENSHOT_SLOW, show_generating },
  { "mask", 1000, 700, 0, show_mask },
  { "painting", 1000, 700, 0, show_painting },
  { "painting-mask", 1000, 700, 0, show_painting_mask },
  { "control", 1000, 700, 0, show_control },
  { "frame", 1000, 700, 0, show_frame },
  { "candidates", 1000, 700, 0, show_candidates },
  { "queue", 1000, 700, SCREENSHOT_SLOW, show_queue },
  { "gallery", 1000, 700, 0, show_gallery },
  { "help", 1000, 700, 0, show_help },
  { "help-dark", 1000, 700, SCREENSHOT_DARK, show_help_page },
  { "preferences", 1000, 800, 0, show_preferences },
  { "preferences-devices", 1000, 900, 0, show_devices },
  { "queue-devices", 1000, 700, SCREENSHOT_SLOW, show_queue_devices },
  { "phone-queue-devices", 400, 700, SCREENSHOT_SLOW | SCREENSHOT_DARK, show_queue_devices },
  { "library", 1000, 800, 0, show_library },
  { "get-models", 1000, 900, 0, show_get_models },
  { "upscale", 1000, 700, 0, show_upscale },
  { "teach", 1000, 800, 0, show_teach },
  { "training", 1000, 800, 0, show_training },
  { "taught", 1000, 800, SCREENSHOT_DARK, show_taught },
  { "phone-teach", 400, 700, 0, show_teach },
  { "phone-taught", 400, 700, 0, show_taught },
  { "settings", 1000, 800, 0, show_settings },
  { "server", 1000, 800, 0, show_server },
  { "shortcuts", 1200, 800, 0, show_shortcuts },
  { "about", 1000, 700, 0, show_about },
  { "live", 1000, 700, 0, show_live },
  { "narrow", 800, 600, 0, show_picture },
  { "narrow-generating", 800, 600, SCREENSHOT_SLOW, show_generating },
  { "narrow-pane", 800, 600, 0, show_pane },
  { "phone", 400, 700, SCREENSHOT_NOTE, show_empty },
  { "dark", 1000, 700, SCREENSHOT_DARK, show_picture },
  { "library-dark", 1000, 800, SCREENSHOT_DARK, show_library },
  { "rtl", 1000, 700, SCREENSHOT_RTL, show_picture },
  { "high-contrast", 1000, 700, SCREENSHOT_HIGH_CONTRAST, show_picture },
  { "high-contrast-edges", 1000, 700, SCREENSHOT_HIGH_CONTRAST, show_edges },
  { "high-contrast-dark", 1000, 800, SCREENSHOT_HIGH_CONTRAST | SCREENSHOT_DARK, show_preferences },
};

const guint screenshot_n_states = G_N_ELEMENTS (screenshot_states);
