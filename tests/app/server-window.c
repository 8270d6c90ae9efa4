/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window whose model is on another computer: what is grey and why, and where its pictures land. */
#include "config.h"

#include "in-process.h"
#include "web-server.h"
#include "widgets.h"

#include "engine/gesso-recipe.h"
#include "engine/gesso-server-model.h"
#include "preferences/gesso-preferences.h"
#include "preferences/gesso-server-group.h"
#include "preferences/gesso-store.h"

#include "gs.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define PASSWORD "me:secret"

static WebServer *web;

/* ---- The server ----------------------------------------------------------------------------- */

static void
send (const WebRequest *request, const char *text)
{
  web_head (request, "200 OK\r\nContent-Type: application/json\r\nContent-Length: %u\r\n",
            (guint) strlen (text));
  web_bytes (request, text, strlen (text));
}

static guint
number (const char *body, const char *name)
{
  const char *found = strstr (body, name);

  return found ? (guint) g_ascii_strtoull (found + strlen (name), NULL, 10) : 0;
}

static void
paint (const WebRequest *request)
{
  g_autoptr (GsImage) image = gs_image_new (number (request->body, "\"width\":"),
                                            number (request->body, "\"height\":"), 3);
  g_autoptr (GBytes) png = gs_image_to_png (image, "a boat\nSteps: 2, Seed: 3", NULL);
  g_autofree char *base64 = g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  g_autofree char *text = g_strdup_printf ("{\"images\":[\"%s\"]}", base64);

  send (request, text);
}

static void
answer (const WebRequest *request)
{
  if (strstr (request->headers, "Authorization: Basic bWU6c2VjcmV0") == NULL)
    web_head (request, "401 Unauthorized\r\nContent-Length: 0\r\n");
  else if (strstr (request->path, "/txt2img"))
    paint (request);
  else if (strstr (request->path, "/progress"))
    send (request, "{\"progress\": 0, \"state\": {\"job_count\": 0}}");
  else if (strstr (request->path, "/sd-models"))
    send (request, "[{\"title\": \"sea.safetensors\", \"native_size\": 128}]");
  else if (strstr (request->path, "/samplers"))
    send (request, "[{\"name\": \"Euler a\"}]");
  else if (strstr (request->path, "/loras"))
    send (request, "[{\"name\": \"oil\"}, {\"name\": \"ink\"}]");
  else
    web_head (request, "404 Not Found\r\nContent-Length: 0\r\n");
}

/* ---- Help ----------------------------------------------------------------------------------- */

static GtkWidget *
get_child (GtkWidget *widget, GType type, const char *id)
{
  GObject *child = gtk_widget_get_template_child (widget, type, id);

  g_assert_nonnull (child);
  return GTK_WIDGET (child);
}

static gboolean
is_enabled (GessoWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
settle (void)
{
  widgets_wait_ms (50);
}

/* ---- The preferences ------------------------------------------------------------------------ */

static GtkWidget *
open_preferences (GessoWindow *window, GtkWidget **group)
{
  GtkWidget *preferences = GTK_WIDGET (gesso_preferences_new (GTK_WINDOW (window), gesso_store_new ()));

  gesso_preferences_set_server (GESSO_PREFERENCES (preferences),
                                gesso_engine_get_server (window->engine));
  *group = get_child (preferences, GESSO_TYPE_PREFERENCES, "server");
  g_assert_true (gtk_widget_get_visible (*group));

  return preferences;
}

static char *
type_and_test (GtkWidget *group, const char *address, const char *password)
{
  GtkWidget *status = get_child (group, GESSO_TYPE_SERVER_GROUP, "status");
  GtkWidget *spinner = get_child (group, GESSO_TYPE_SERVER_GROUP, "spinner");

  gtk_editable_set_text (GTK_EDITABLE (get_child (group, GESSO_TYPE_SERVER_GROUP, "address")), address);
  gtk_editable_set_text (GTK_EDITABLE (get_child (group, GESSO_TYPE_SERVER_GROUP, "password")), password);
  g_signal_emit_by_name (get_child (group, GESSO_TYPE_SERVER_GROUP, "test"), "clicked");
  while (gtk_widget_get_visible (spinner))
    g_main_context_iteration (NULL, TRUE);
  settle ();

  return g_strdup (adw_action_row_get_subtitle (ADW_ACTION_ROW (status)));
}

static void
check_preferences (GessoWindow *window)
{
  GessoServer *server = gesso_engine_get_server (window->engine);
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "gesso", "server-password", NULL);
  g_autofree char *bad = NULL, *wrong = NULL, *right = NULL, *kept = NULL;
  g_autoptr (GSettings) store = gesso_store_new ();
  GtkWidget *group, *preferences = open_preferences (window, &group);
  GStatBuf info;

  bad = type_and_test (group, "http://me:secret@studio", "");
  g_assert_nonnull (strstr (bad, "no address"));
  g_assert_cmpstr (gesso_server_get_address (server), ==, "");
  wrong = type_and_test (group, web_server_get_address (web), "open");
  g_assert_nonnull (strstr (wrong, "does not accept the password"));
  right = type_and_test (group, web_server_get_address (web), PASSWORD);
  g_assert_cmpstr (right, ==, "1 model, 1 sampler, 2 LoRA");

  kept = g_settings_get_string (store, "server-address");
  g_assert_cmpstr (kept, ==, web_server_get_address (web));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  gtk_window_destroy (GTK_WINDOW (preferences));
  settle ();
}

/* ---- The window ----------------------------------------------------------------------------- */

static void
check_greys (GessoWindow *window, gboolean away)
{
  static const char *const rows[] = { "guidance_rescale_row", "deep_layers", "guided_steps",
                                      "prompt_steps", "free_u" };
  GtkWidget *sampler = get_child (GTK_WIDGET (window->pane), GESSO_TYPE_SETTINGS_PANE, "sampler");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *row = get_child (GTK_WIDGET (window->pane), GESSO_TYPE_SETTINGS_PANE, rows[i]);
      const char *subtitle = adw_action_row_get_subtitle (ADW_ACTION_ROW (row));

      g_assert_cmpint (gtk_widget_get_sensitive (row), ==, !away);
      g_assert_cmpint (g_str_equal (subtitle, "Not on 127.0.0.1"), ==, away);
      g_assert_true (*subtitle != '\0');
    }
  g_assert_cmpint (is_enabled (window, "live"), ==, !away);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (sampler)), ==, "");
}

/* The part of the model menu, by its action's targets. */
static gboolean
menu_has (GMenuModel *menu, const char *model)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autoptr (GVariant) target = g_menu_model_get_item_attribute_value (menu, i, "target", NULL);

      if ((section && menu_has (section, model)) ||
          (target && g_strcmp0 (g_variant_get_string (target, NULL), model) == 0))
        return TRUE;
    }

  return FALSE;
}

static void
check_model_row (GessoWindow *window, const char *model)
{
  GtkWidget *row = GTK_WIDGET (gesso_settings_pane_get_model_row (window->pane));
  GtkWidget *button = get_child (row, GESSO_TYPE_MODEL_ROW, "button");

  g_assert_true (menu_has (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (button)), model));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "On 127.0.0.1");
}

static void
check_lacking_sampler (GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  GtkWidget *sampler = get_child (GTK_WIDGET (window->pane), GESSO_TYPE_SETTINGS_PANE, "sampler");

  g_object_set (settings, "sampler", "unipc", NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (sampler)), ==,
                   "127.0.0.1 does not have this");
  g_object_set (settings, "sampler", "euler-a", NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (sampler)), ==, "");
}

static void
check_pictures (GessoWindow *window, const char *model)
{
  GListModel *candidates = gesso_painting_get_candidates (window->painting);
  g_autoptr (GessoCandidate) candidate = NULL;
  g_autoptr (GVariant) recipe = NULL;

  g_object_set (gesso_document_get_settings (window->document), "prompt", "a boat", "steps", 2, NULL);
  g_object_set (window->queue_button, "batch", 2, NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
  while (g_list_model_get_n_items (candidates) < 2 || gesso_queue_get_job (window->queue))
    g_main_context_iteration (NULL, TRUE);
  candidate = g_list_model_get_item (candidates, 0);
  recipe = gesso_recipe_parse (gesso_candidate_get_recipe (candidate));
  g_assert_cmpstr (gesso_recipe_get_string (recipe, "model"), ==, model);
  g_assert_cmpuint (gesso_document_get_n_pictures (window->document), ==, 2);
}

static void
test_window (GApplication *application, GessoWindow *window)
{
  GessoSettings *settings = gesso_document_get_settings (window->document);
  g_autofree char *model = NULL;
  guint width;

  in_process_wait_engine (application);
  check_preferences (window);
  model = gesso_server_model_new (web_server_get_address (web), "sea.safetensors");

  check_greys (window, FALSE);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "live", g_variant_new_boolean (TRUE));
  g_object_set (settings, "schedule", "normal", "sampler", "euler-a", "model", model, NULL);
  settle ();
  g_assert_false (gesso_live_get_enabled (window->live));
  check_greys (window, TRUE);
  check_model_row (window, model);
  check_lacking_sampler (window);
  g_object_get (settings, "width", &width, NULL);
  g_assert_cmpuint (width, ==, 128);
  g_assert_true (gesso_window_has_model (window, model));
  g_assert_false (gesso_window_has_model (window, "http://elsewhere#a"));
  check_pictures (window, model);

  g_object_set (settings, "model", "", NULL);
  settle ();
  check_greys (window, FALSE);
  g_application_quit (application);
}

int
main (int argc, char **argv)
{
  int status;

  web = web_server_new (answer);
  status = in_process_run (in_process_forget_session, test_window);
  web_server_free (web);

  return status;
}
