/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trainings without a window: a lesson's dialog and what it makes, turns, pauses, and what goes wrong:
 * a vanished folder, a full disk and a lost device are messages, and can be continued.
 */
#include "lesson-files.h"
#include "widgets.h"

#include "engine/gesso-engine-private.h"
#include "library/gesso-library.h"
#include "session/session-private.h"
#include "training/gesso-crop-view.h"
#include "training/gesso-teach-dialog.h"
#include "training/gesso-teach-set.h"
#include "training/gesso-training-view.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define STEPS 12

static GessoEngine *engine; /* one for all: loading the model takes longer than the tests */
static GessoTrainings *trainings;

/* ---- Help ----------------------------------------------------------------------------------- */

static GessoTeachDialog *
open_dialog (const char *folder)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new ((const char *[]) { "taken", NULL });
  GessoTeachDialog *dialog = gesso_teach_dialog_new (NULL, engine, "", 128, G_LIST_MODEL (names), NULL);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  g_list_store_append (files, file);
  gesso_teach_dialog_add_files (dialog, G_LIST_MODEL (files));
  while (g_list_model_get_n_items (gesso_teach_dialog_get_pictures (dialog)) == 0)
    g_main_context_iteration (NULL, TRUE);
  return dialog;
}

static void
on_teach (GessoTeachDialog *dialog, GessoTraining *training, gpointer data)
{
  GessoTraining **made = data;

  *made = g_object_ref (training);
}

static gboolean
can_go (GessoTeachDialog *dialog, const char *word)
{
  GtkWidget *entry = widgets_find (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW);

  gtk_editable_set_text (GTK_EDITABLE (entry), word);
  return gesso_teach_dialog_can_go (dialog);
}

/* After the engine was asked whether the model knows the word, or has had the time to be. */
static gboolean
can_go_soon (GessoTeachDialog *dialog, const char *word)
{
  const gint64 end = g_get_monotonic_time () + (g_str_equal (word, "house") ? 3 : 60) * G_USEC_PER_SEC;

  while (!can_go (dialog, word) && g_get_monotonic_time () < end)
    for (guint i = 0; i < 100 && !gesso_teach_dialog_can_go (dialog); i++)
      {
        g_main_context_iteration (NULL, FALSE);
        g_usleep (10000);
      }
  return gesso_teach_dialog_can_go (dialog);
}

static GessoTraining *
prepare (const char *word, gboolean jpeg)
{
  g_autofree char *folder = lesson_files_make (3, jpeg, FALSE);
  GessoTeachDialog *dialog = open_dialog (folder);
  GtkWidget *spin = widgets_find (GTK_WIDGET (dialog), GTK_TYPE_SPIN_BUTTON);
  GessoTraining *training = NULL;

  g_signal_connect (dialog, "teach", G_CALLBACK (on_teach), &training);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), STEPS);
  g_assert_true (can_go_soon (dialog, word));
  gesso_teach_dialog_go (dialog);
  while (training == NULL)
    g_main_context_iteration (NULL, TRUE);
  /* All is in the training's own folder. */
  gesso_teach_remove_folder (folder);
  return training;
}

static void
wait_status (GessoTraining *training, GessoTrainingStatus status)
{
  while (gesso_training_get_status (training) != status)
    {
      if (status != GESSO_TRAINING_FAILED && gesso_training_get_status (training) == GESSO_TRAINING_FAILED)
        g_error ("It failed: %s", gesso_training_get_message (training));
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
wait_steps (GessoTraining *training, guint least)
{
  guint n;

  for (gesso_training_get_losses (training, &n); n < least; gesso_training_get_losses (training, &n))
    g_main_context_iteration (NULL, TRUE);
}

/* ---- The dialog ----------------------------------------------------------------------------- */

static void
test_words (void)
{
  g_autofree char *folder = lesson_files_make (2, FALSE, TRUE);
  GessoTeachDialog *dialog = open_dialog (folder);

  g_assert_true (can_go_soon (dialog, "zorb"));
  g_assert_true (can_go_soon (dialog, " zorb-2 "));
  g_assert_false (can_go (dialog, ""));
  g_assert_false (can_go (dialog, "two words"));
  g_assert_false (can_go (dialog, "<lora:x:1>"));
  g_assert_false (can_go (dialog, "../up"));
  g_assert_false (can_go (dialog, "-dash"));
  g_assert_false (can_go (dialog, "Taken"));
  g_assert_false (can_go_soon (dialog, "house")); /* the model's own word */
  g_assert_true (can_go_soon (dialog, "zorb"));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gesso_teach_remove_folder (folder);
}

/* Those that can be read have captions and a crop; the other is named. */
static void
test_pictures (void)
{
  g_autofree char *folder = lesson_files_make (3, TRUE, TRUE);
  GessoTeachDialog *dialog = open_dialog (folder);
  GListModel *pictures = gesso_teach_dialog_get_pictures (dialog);
  g_autoptr (GessoTeachPicture) first = g_list_model_get_item (pictures, 0);
  g_autoptr (GessoTeachPicture) broken = g_list_model_get_item (pictures, 3);
  g_autoptr (GtkWidget) view = g_object_ref_sink (gesso_crop_view_new (first, 128));
  graphene_rect_t area;

  g_assert_cmpuint (g_list_model_get_n_items (pictures), ==, 4);
  g_assert_cmpstr (gesso_teach_picture_get_caption (first), ==, "a zorb, green hills, day");
  g_assert_null (gesso_teach_picture_get_problem (first));
  g_assert_nonnull (gesso_teach_picture_get_problem (broken));
  g_assert_cmpstr (gesso_teach_picture_get_name (broken), ==, "broken.png");

  gesso_crop_view_get_area (GESSO_CROP_VIEW (view), &area);
  g_assert_true (graphene_rect_equal (&area, &GRAPHENE_RECT_INIT (0, 0, 128, 128)));
  gesso_teach_picture_set_crop (first, &(GdkRectangle) { 100, 20, 60, 30 });
  gesso_crop_view_get_area (GESSO_CROP_VIEW (view), &area);
  /* As far as there is a picture, and the middle of that. */
  g_assert_cmpfloat (area.origin.x, >=, 100);
  g_assert_cmpfloat (area.origin.x + area.size.width, <=, 128.01f);
  g_assert_cmpfloat (area.size.height, <=, 30.01f);
  gtk_window_destroy (GTK_WINDOW (dialog));
  gesso_teach_remove_folder (folder);
}

/* ---- Trainings ------------------------------------------------------------------------------ */

/* JPEG files that are gone by now; it pauses, is shown with its curve, and goes on. */
static void
test_pause (void)
{
  g_autoptr (GessoTraining) training = prepare ("zorbpause", TRUE);
  g_autoptr (GessoTraining) loaded = NULL;
  GtkWidget *window = gtk_window_new (), *view;
  const char *result;
  guint n, n_loaded;

  gesso_trainings_add (trainings, training);
  view = gesso_training_view_new (trainings);
  gtk_window_set_child (GTK_WINDOW (window), view);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_true (gesso_training_view_get_training (GESSO_TRAINING_VIEW (view)) == training);
  wait_steps (training, 2);
  gtk_widget_activate_action (view, "training.pause", NULL);
  g_assert_cmpint (gesso_training_get_status (training), ==, GESSO_TRAINING_PAUSED);
  widgets_wait_ms (2000);
  gesso_training_get_losses (training, &n);
  g_assert_cmpuint (n, <, STEPS);
  loaded = gesso_training_load (gesso_training_get_folder (training), NULL);
  gesso_training_get_losses (loaded, &n_loaded);
  g_assert_cmpuint (n_loaded, ==, n);
  g_assert_cmpint (gesso_training_get_status (loaded), ==, GESSO_TRAINING_PAUSED);

  gtk_widget_activate_action (view, "training.resume", NULL);
  wait_status (training, GESSO_TRAINING_FINISHED);
  result = gesso_training_get_result (training);
  g_assert_true (g_str_has_suffix (result, "/gesso/embeddings/zorbpause.safetensors"));
  g_assert_true (g_file_test (result, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (gesso_training_get_samples (training)), ==, 4);
  gtk_window_destroy (GTK_WINDOW (window));
  gesso_trainings_remove (trainings, training);
}

static void
choose (GessoTeachDialog *dialog, const char *title, guint choice)
{
  GtkWidget *list = gtk_widget_get_ancestor (widgets_find (GTK_WIDGET (dialog), ADW_TYPE_COMBO_ROW),
                                             GTK_TYPE_LIST_BOX);
  GtkWidget *row = gtk_widget_get_first_child (list);

  while (!ADW_IS_COMBO_ROW (row)
         || !g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), title))
    row = gtk_widget_get_next_sibling (row);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), choice);
}

/* As layers and what is selected come: of no file, partly transparent. */
static void
add_layer (GessoTeachDialog *dialog)
{
  g_autofree guint8 *pixels = g_malloc0 (96 * 64 * 4);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GessoTeachPicture) picture = NULL;

  for (guint i = 0; i < 96 * 64; i++)
    if (i % 96 < 70)
      memcpy (pixels + 4 * i, (const guint8[]) { 0x82, 0x50, 0xb2, 0xff }, 4);
  bytes = g_bytes_new (pixels, 96 * 64 * 4);
  texture = gdk_memory_texture_new (96, 64, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED, bytes, 96 * 4);
  picture = gesso_teach_picture_new_from_texture (texture, "Layer 1");
  gesso_teach_dialog_add_picture (dialog, picture);
}

static gboolean
completes (GListModel *names, const char *word)
{
  for (guint i = 0; i < g_list_model_get_n_items (names); i++)
    {
      g_autoptr (GtkStringObject) name = g_list_model_get_item (names, i);

      if (g_str_equal (gtk_string_object_get_string (name), word))
        return TRUE;
    }
  return FALSE;
}

/* A style from a layer and two pictures of a folder; what comes of it completes in prompts. */
static void
test_lora (void)
{
  g_autofree char *folder = lesson_files_make (2, FALSE, FALSE);
  GessoTeachDialog *dialog = open_dialog (folder);
  g_autoptr (GessoTraining) training = NULL;
  g_autoptr (GessoLibrary) library = gesso_library_new (NULL);
  GtkWidget *spin = widgets_find (GTK_WIDGET (dialog), GTK_TYPE_SPIN_BUTTON);

  g_signal_connect (dialog, "teach", G_CALLBACK (on_teach), &training);
  add_layer (dialog);
  choose (dialog, "It stands for", 1);
  choose (dialog, "What learns", 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 2);
  g_assert_true (can_go_soon (dialog, "zorbstyle"));
  gesso_teach_dialog_go (dialog);
  while (training == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gesso_training_get_lesson (training)->is_lora);
  g_assert_true (gesso_training_get_lesson (training)->is_style);
  gesso_trainings_add (trainings, training);
  wait_status (training, GESSO_TRAINING_FINISHED);
  g_assert_true (g_str_has_suffix (gesso_training_get_result (training),
                                   "/gesso/loras/zorbstyle.safetensors"));
  gesso_library_set_model (library, "", "SD 1.x");
  while (!completes (gesso_library_get_loras (library), "zorbstyle"))
    g_main_context_iteration (NULL, TRUE);
  gesso_trainings_remove (trainings, training);
  gesso_teach_remove_folder (folder);
}

/* Stopped early, it is in the library with what it has. */
static void
test_stop (void)
{
  g_autoptr (GessoTraining) training = prepare ("zorbstop", FALSE);
  guint n;

  gesso_trainings_add (trainings, training);
  wait_steps (training, 2);
  gesso_trainings_stop (trainings, training);
  wait_status (training, GESSO_TRAINING_FINISHED);
  gesso_training_get_losses (training, &n);
  g_assert_cmpuint (n, <, STEPS);
  g_assert_true (g_file_test (gesso_training_get_result (training), G_FILE_TEST_EXISTS));
  gesso_trainings_remove (trainings, training);
}

static void
test_vanished_folder (void)
{
  g_autoptr (GessoTraining) training = prepare ("zorbgone", FALSE);
  g_autofree char *pictures = g_build_filename (gesso_training_get_folder (training), "pictures", NULL);
  g_autofree char *away = g_strconcat (pictures, ".away", NULL);

  g_assert_cmpint (g_rename (pictures, away), ==, 0);
  gesso_trainings_add (trainings, training);
  wait_status (training, GESSO_TRAINING_FAILED);
  g_assert_nonnull (strstr (gesso_training_get_message (training), "choose another folder"));
  g_assert_cmpint (g_rename (away, pictures), ==, 0);
  gesso_trainings_resume (trainings, training);
  wait_status (training, GESSO_TRAINING_FINISHED);
  g_assert_null (gesso_training_get_message (training));
  gesso_trainings_remove (trainings, training);
}

/* No file may grow: as with a full disk, writing fails. */
static void
test_full_disk (void)
{
  g_autoptr (GessoTraining) training = prepare ("zorbfull", FALSE);
  struct rlimit before, none;

  gesso_trainings_add (trainings, training);
  wait_steps (training, 2);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  none = before;
  none.rlim_cur = 16;
  setrlimit (RLIMIT_FSIZE, &none);
  wait_status (training, GESSO_TRAINING_FAILED);
  setrlimit (RLIMIT_FSIZE, &before);
  g_assert_nonnull (gesso_training_get_message (training));
  gesso_trainings_resume (trainings, training);
  wait_status (training, GESSO_TRAINING_FINISHED);
  gesso_trainings_remove (trainings, training);
}

/* On the engine thread, between two steps. */
static void
lose (GessoWorker *worker, GTask *task)
{
  g_autoptr (GError) error = NULL;
  GsSession *session = gesso_worker_open_session (worker, &error);

  g_assert_no_error (error);
  gs_device_lose (session->device);
  g_task_return_boolean (task, TRUE);
}

/* The next one opens the device again. */
static void
test_lost_device (void)
{
  g_autoptr (GessoTraining) training = prepare ("zorblost", FALSE);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  guint n;

  gesso_trainings_add (trainings, training);
  wait_steps (training, 2);
  gesso_worker_push (gesso_engine_get_worker (engine), task, lose);
  wait_status (training, GESSO_TRAINING_FAILED);
  gesso_training_get_losses (training, &n);
  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpuint (n, <, STEPS);
  g_assert_nonnull (strstr (gesso_training_get_message (training), "is kept and the training can be continued"));
  gesso_trainings_resume (trainings, training);
  wait_status (training, GESSO_TRAINING_FINISHED);
  g_assert_null (gesso_training_get_message (training));
  gesso_trainings_remove (trainings, training);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  adw_init ();
  gesso_engine_prepare_process ();
  engine = gesso_engine_new ();
  trainings = gesso_trainings_new (NULL, engine);

  g_test_add_func ("/app/trainings/words", test_words);
  g_test_add_func ("/app/trainings/pictures", test_pictures);
  g_test_add_func ("/app/trainings/pause", test_pause);
  g_test_add_func ("/app/trainings/lora", test_lora);
  g_test_add_func ("/app/trainings/stop", test_stop);
  g_test_add_func ("/app/trainings/vanished-folder", test_vanished_folder);
  g_test_add_func ("/app/trainings/full-disk", test_full_disk);
  g_test_add_func ("/app/trainings/lost-device", test_lost_device);
  status = g_test_run ();

  gesso_trainings_close (trainings);
  g_object_unref (trainings);
  g_object_unref (engine);
  return status;
}
