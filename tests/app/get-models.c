/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Getting a model: the page of the library's window, an address at a hub of the test's own, the licence, the
 * file on its way, and that it is in the library then.
 */
#include "in-process.h"
#include "web-server.h"
#include "widgets.h"

#include "application/gesso-application.h"
#include "io/safetensors.h"
#include "library/gesso-address.h"
#include "library/gesso-download-row.h"
#include "library/gesso-get-view.h"
#include "library/gesso-library-window.h"
#include "library/gesso-model-list.h"

#include <string.h>

static char *lora;
static gsize lora_bytes;
static char *lora_sha256;

/* ---- The hub -------------------------------------------------------------------------------- */

static void
answer (const WebRequest *request)
{
  g_autofree char *listing = g_strdup_printf (
    "{\"cardData\": {\"license\": \"mit\"}, \"siblings\": [{\"rfilename\": \"ink.safetensors\","
    " \"size\": %u, \"lfs\": {\"size\": %u, \"sha256\": \"%s\"}}]}", (guint) lora_bytes,
    (guint) lora_bytes, lora_sha256);

  if (g_str_has_prefix (request->path, "/api/models/someone/ink/revision/main"))
    {
      web_head (request, "200 OK\r\nContent-Length: %u\r\n", (guint) strlen (listing));
      web_bytes (request, listing, strlen (listing));
    }
  else if (g_str_equal (request->path, "/someone/ink/resolve/main/ink.safetensors"))
    {
      web_head (request, "200 OK\r\nContent-Length: %u\r\n", (guint) lora_bytes);
      web_bytes (request, lora, lora_bytes);
    }
  else
    web_head (request, "404 Not Found\r\nContent-Length: 0\r\n");
}

static void
write_lora (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gesso-get-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "ink.safetensors", NULL);
  float values[32] = { 0 };
  const GsStoredTensor tensor = { .name = "lora_unet_x.lora_down.weight", .dtype = GS_DTYPE_F32,
                                  .n_dims = 2, .shape = { 4, 8 }, .data = values,
                                  .n_bytes = sizeof values };
  g_autoptr (GError) error = NULL;

  gs_safetensors_write (path, &tensor, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &lora, &lora_bytes, NULL));
  lora_sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) lora, lora_bytes);
}

/* ---- The list of ours ----------------------------------------------------------------------- */

static void
assert_list (void)
{
  const GPtrArray *entries = gesso_model_list_get ();

  g_assert_cmpuint (entries->len, >=, 5);
  g_assert_nonnull (gesso_model_list_find ("clip-vocabulary"));
  g_assert_null (gesso_model_list_find ("nothing"));
  for (guint i = 0; i < entries->len; i++)
    {
      const GessoModelEntry *entry = entries->pdata[i];
      g_autoptr (GessoAddress) address = gesso_address_parse (entry->address, GESSO_HUB, NULL);

      g_assert_true (address && address->file && g_str_has_prefix (entry->address, "https://"));
      if (address->repository)
        g_assert_cmpuint (strlen (address->revision), ==, 40); /* a commit: what it names stays */
      g_assert_true (gesso_part_file_check_name (entry->name, NULL));
      g_assert_true (entry->title && entry->kind && entry->purpose && entry->licence);
      g_assert_true (g_str_has_prefix (entry->licence_address, "https://"));
      g_assert_true (g_str_has_prefix (entry->page, "https://"));
      g_assert_cmpuint (entry->size, >, 0);
      g_assert_true (entry->sha256 == NULL || strlen (entry->sha256) == 64);
    }
}

/* ---- The window ----------------------------------------------------------------------------- */

static AdwMessageDialog *
wait_dialog (void)
{
  while (widgets_find_dialog () == NULL)
    g_main_context_iteration (NULL, TRUE);

  return widgets_find_dialog ();
}

static void
wait_item (GessoWindow *window, const char *name)
{
  GListModel *items = gesso_library_get_items (window->library);

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (items); i++)
        {
          g_autoptr (GessoLibraryItem) item = g_list_model_get_item (items, i);

          if (g_str_equal (gesso_library_item_get_name (item), name))
            return;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

/* Every button has a name for those who hear the screen. */
static void
assert_row (GessoGetView *view)
{
  GtkWidget *row = widgets_find (GTK_WIDGET (view), GESSO_TYPE_DOWNLOAD_ROW);

  g_assert_nonnull (row);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "ink.safetensors");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==,
                   "In the library, and checked");
}

static void
run (GApplication *application, GessoWindow *window)
{
  g_autoptr (WebServer) server = web_server_new (answer);
  GessoDownloads *downloads = gesso_application_get_downloads (GESSO_APPLICATION (application));
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "gesso", "models", NULL);
  g_auto (GStrv) folders = NULL;
  GessoGetView *view;
  AdwMessageDialog *dialog;

  in_process_wait_engine (application);
  assert_list ();
  g_assert_cmpstr (gesso_downloads_get_folder (downloads), ==, folder);
  g_action_group_activate_action (G_ACTION_GROUP (window), "get-models", NULL);
  g_assert_cmpstr (gtk_window_get_title (window->library_window), ==, "Get Models");
  view = GESSO_GET_VIEW (widgets_find (GTK_WIDGET (window->library_window), GESSO_TYPE_GET_VIEW));
  gesso_get_view_set_hub (view, web_server_get_address (server));

  /* What is no address asks nobody. */
  gesso_get_view_look_up (view, "ink");
  g_assert_cmpuint (web_server_get_n_requests (server), ==, 0);
  g_assert_null (widgets_find_dialog ());

  /* No by default: closing the question is no consent. */
  gesso_get_view_look_up (view, "someone/ink");
  dialog = wait_dialog ();
  g_assert_nonnull (strstr (adw_message_dialog_get_body (dialog), "licence: mit"));
  g_assert_cmpuint (web_server_get_n_requests (server), ==, 1);
  gtk_window_close (GTK_WINDOW (dialog));
  while (widgets_find_dialog ())
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (downloads)), ==, 0);

  gesso_get_view_look_up (view, "someone/ink");
  dialog = wait_dialog ();
  adw_message_dialog_response (dialog, "get");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (downloads)), ==, 1);
  wait_item (window, "ink");
  assert_row (view);
  folders = gesso_library_dup_folders (window->library);
  g_assert_true (g_strv_contains ((const char *const *) folders, folder));

  gtk_window_destroy (window->library_window);
  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  write_lora ();

  return in_process_run (in_process_forget_session, run);
}
