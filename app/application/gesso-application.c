/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start, options, files, and the actions that are not a window's. */
#include "config.h"

#include "gesso-application.h"

#include "application/gesso-canvas-benchmark.h"
#include "application/gesso-stall.h"
#include "window/gesso-window.h"

#include <glib/gi18n.h>

struct _GessoApplication
{
  AdwApplication parent_instance;

  GessoEngine   *engine;
  gboolean       measure_stalls, measure_canvas;
};

G_DEFINE_FINAL_TYPE (GessoApplication, gesso_application, ADW_TYPE_APPLICATION)

GessoEngine *
gesso_application_get_engine (GessoApplication *self)
{
  return self->engine;
}

/* ---- Actions -------------------------------------------------------------------------------- */

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (data));

  /* Through the window, which asks about what is not saved. */
  if (window)
    gtk_window_close (window);
  else
    g_application_quit (G_APPLICATION (data));
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (data)),
                         "application-name", _("Gesso"),
                         "application-icon", GESSO_APP_ID,
                         "version", GESSO_VERSION,
                         "developer-name", _("The Gesso contributors"),
                         "comments", _("Make pictures from words with Stable Diffusion, on your "
                                       "own computer and on any graphics card."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your name, and address if you like */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
activate_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_activate (G_APPLICATION (data));
}

static void
add_actions (GessoApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "activate", .activate = activate_action },
    { .name = "about", .activate = about },
    { .name = "quit", .activate = quit },
  };
  static const struct
  {
    const char *action, *accels[3];
  } keys[] = {
    { "app.quit", { "<Control>q" } },
    { "window.close", { "<Control>w" } },
    { "win.enqueue", { "<Control>Return", "<Control>KP_Enter" } },
    { "win.open", { "<Control>o" } },
    { "win.save", { "<Control>s" } },
    { "win.previous", { "<Alt>Left" } },
    { "win.next", { "<Alt>Right" } },
    { "win.history", { "<Control>h" } },
    { "win.show-settings", { "F9" } },
    { "win.show-help-overlay", { "<Control>question" } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), keys[i].action, keys[i].accels);
}

/* ---- The application ------------------------------------------------------------------------ */

static GessoWindow *
get_window (GessoApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l; l = l->next)
    if (GESSO_IS_WINDOW (l->data))
      window = l->data;

  return GESSO_IS_WINDOW (window) ? GESSO_WINDOW (window) : gesso_window_new (self);
}

static void
gesso_application_activate (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);
  GessoWindow *window;

  if (self->measure_canvas)
    {
      gesso_canvas_benchmark (GTK_APPLICATION (self));
      return;
    }

  window = get_window (self);
  gtk_window_present (GTK_WINDOW (window));
  if (self->measure_stalls)
    gesso_stall_measure (G_APPLICATION (self), G_ACTION_GROUP (window));
}

static void
gesso_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  GessoWindow *window = get_window (GESSO_APPLICATION (application));

  gtk_window_present (GTK_WINDOW (window));
  for (int i = 0; i < n_files; i++)
    gesso_window_open (window, files[i]);
}

static void
gesso_application_startup (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  G_APPLICATION_CLASS (gesso_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (GESSO_APP_ID);
  self->engine = gesso_engine_new ();
  add_actions (self);
}

/* Here rather than in finalize: the engine's thread must be gone before main() returns. */
static void
gesso_application_shutdown (GApplication *application)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  G_APPLICATION_CLASS (gesso_application_parent_class)->shutdown (application);

  g_clear_object (&self->engine);
}

static int
gesso_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  GessoApplication *self = GESSO_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("Gesso %s\n", GESSO_VERSION);
      return 0;
    }
  self->measure_stalls = g_variant_dict_contains (options, "benchmark-stall");
  self->measure_canvas = g_variant_dict_contains (options, "benchmark-canvas");

  return -1;
}

static void
gesso_application_class_init (GessoApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = gesso_application_activate;
  application_class->open = gesso_application_open;
  application_class->startup = gesso_application_startup;
  application_class->shutdown = gesso_application_shutdown;
  application_class->handle_local_options = gesso_application_handle_local_options;
}

static void
gesso_application_init (GessoApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and leave"), NULL },
    { "benchmark-stall", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL,
      "Make a picture, print the main loop's longest stall in milliseconds, and leave", NULL },
    { "benchmark-canvas", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL,
      "Pan and paint in a large painting, print the work of a frame in milliseconds, and leave",
      NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[FILE…]"));
  g_application_set_option_context_summary (
      G_APPLICATION (self), _("Make pictures from words. A picture that Gesso made restores its "
                              "settings, any other is started from, a .safetensors file is used "
                              "as the model."));
}

GessoApplication *
gesso_application_new (void)
{
  return g_object_new (GESSO_TYPE_APPLICATION,
                       "application-id", GESSO_APP_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/gesso_paint/Gesso",
                       NULL);
}
