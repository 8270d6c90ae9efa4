/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's frame: what is shown where, which actions can be used, notes and errors. */
#include "config.h"

#include "gesso-window-private.h"

#include "preferences/gesso-store.h"
#include "window/gesso-toast.h"

#include <glib/gi18n.h>

#define STARTER_PARAMETERS 100000000 /* models below this are quick on a processor */
#define COUNT_DELAY 400              /* ms after the last key before tokens are counted */

G_DEFINE_FINAL_TYPE (GessoWindow, gesso_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- What is shown -------------------------------------------------------------------------- */

static void
update_title (GessoWindow *self)
{
  guint n_pictures = gesso_document_get_n_pictures (self->document);
  GessoPicture *picture = gesso_document_get_picture (self->document);
  g_autofree char *subtitle = NULL;
  g_autofree char *name = gesso_window_dup_name (self);

  gtk_window_set_title (GTK_WINDOW (self), name);
  adw_window_title_set_title (self->title, name);
  if (picture && n_pictures > 1)
    /* Translators: the place of a picture among those that were made: "2 of 5" */
    subtitle = g_strdup_printf (_("%u of %u"), gesso_document_get_position (self->document) + 1,
                                n_pictures);
  adw_window_title_set_subtitle (self->title, subtitle ? subtitle : "");
  gtk_widget_set_visible (self->history, n_pictures > 1);
}

static void
enable (GessoWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update_actions (GessoWindow *self)
{
  gboolean idle = self->job == NULL && self->resuming == NULL;
  gboolean has_picture = gesso_document_get_picture (self->document) != NULL;
  gboolean has_start = gesso_document_get_start (self->document) != NULL;
  gboolean has_painting = gesso_window_has_painting (self);
  GessoHistory *history = self->painting ? gesso_painting_get_history (self->painting) : NULL;
  guint position = gesso_document_get_position (self->document);

  enable (self, "generate", idle);
  enable (self, "enqueue", self->resuming == NULL);
  enable (self, "cancel", self->job != NULL);
  enable (self, "save", has_painting);
  enable (self, "save-as", has_painting);
  enable (self, "save-to", has_painting);
  enable (self, "export", has_painting);
  enable (self, "copy", has_picture);
  enable (self, "use-as-start", has_picture);
  enable (self, "remove-start", has_start);
  enable (self, "paste", self->resuming == NULL);
  enable (self, "new-canvas", !has_painting && self->resuming == NULL);
  enable (self, "paint-mask", has_painting);
  enable (self, "clear-mask", has_painting);
  enable (self, "mask-selection", has_painting);
  enable (self, "select-all", has_painting);
  enable (self, "invert-selection", has_painting);
  enable (self, "clear-selected", has_painting);
  enable (self, "undo", history && gesso_history_can_undo (history));
  enable (self, "redo", history && gesso_history_can_redo (history));
  enable (self, "previous", position > 0);
  enable (self, "next", position + 1 < gesso_document_get_n_pictures (self->document));
}

void
gesso_window_update (GessoWindow *self)
{
  if (self->document == NULL)
    return;

  gesso_window_update_overlay (self);
  update_title (self);
  update_actions (self);
}

/* ---- Words ---------------------------------------------------------------------------------- */

void
gesso_window_toast (GessoWindow *self, const char *text, const char *label, const char *action_name)
{
  gesso_toast_show (self->toasts, text, label, action_name);
}

void
gesso_window_set_error (GessoWindow *self, const GError *error)
{
  gboolean again = self->queue && gesso_queue_can_decode_again (self->queue);

  gesso_banner_show (self->banner, GESSO_BANNER_ERROR, error->message,
                     again ? _("Try Again") : NULL, again ? "win.decode-again" : NULL);
}

static void
show_cpu_note (GessoWindow *self)
{
  g_autofree char *host = gesso_window_dup_server_host (self);

  if (self->cpu_note_shown || self->lacks_vocabulary || self->native_size == 0 || host ||
      !gesso_engine_get_on_cpu (self->engine))
    return;

  self->cpu_note_shown = TRUE;
  gesso_banner_show (self->banner, GESSO_BANNER_NOTE,
                     self->n_parameters > STARTER_PARAMETERS
                         ? _("Running on the CPU: expect minutes per picture")
                         : _("Running on the CPU: quick with the starter model, but with "
                             "full-sized ones expect minutes per picture"),
                     NULL, NULL);
}

static void
on_engine_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean opened = gesso_engine_open_finish (GESSO_ENGINE (source), result, &error);

  if (self->document == NULL)
    return;
  gesso_window_update_machine (self);
  if (opened)
    {
      show_cpu_note (self);
      if (gtk_window_get_application (GTK_WINDOW (self)))
        gesso_application_check_device (
            GESSO_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
    }
  else
    gesso_window_set_error (self, error);
}

/* ---- The model ------------------------------------------------------------------------------ */

/* Pictures of another size than a model was trained on repeat themselves or fall apart, so the size
 * follows the model, keeping the shape that was chosen. */
static void
follow_native_size (GessoWindow *self, guint native_size)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);
  guint width, height;

  g_object_get (settings, "width", &width, "height", &height, NULL);
  if (width == 0 || height == 0)
    g_object_set (settings, "width", native_size, "height", native_size, NULL);
  else if (self->native_size && self->native_size != native_size)
    g_object_set (settings,
                  "width", CLAMP (width * native_size / self->native_size / 8 * 8, 64, 8192),
                  "height", CLAMP (height * native_size / self->native_size / 8 * 8, 64, 8192),
                  NULL);
}

static void
on_model_read (GessoWindow *self, guint native_size, guint64 n_parameters)
{
  follow_native_size (self, native_size);
  self->native_size = native_size;
  self->n_parameters = n_parameters;
  gesso_banner_hide_error (self->banner);
  show_cpu_note (self);
}

static void
on_model_failed (GessoWindow *self, const char *message)
{
  gesso_banner_show (self->banner, GESSO_BANNER_ERROR, message, NULL, NULL);
}

/* ---- Tokens --------------------------------------------------------------------------------- */

static void
on_tokens_counted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoWindow) self = data;
  guint n_tokens, n_available;

  if (!gesso_engine_count_tokens_finish (GESSO_ENGINE (source), result, &n_tokens, &n_available,
                                         NULL) ||
      self->document == NULL)
    return;

  gesso_prompt_bar_set_tokens (self->prompt_bar, n_tokens, n_available);
}

static gboolean
count_tokens (gpointer data)
{
  GessoWindow *self = data;
  GessoSettings *settings = gesso_document_get_settings (self->document);

  self->count_timeout = 0;
  if (self->job)
    return G_SOURCE_REMOVE; /* it would have to wait; counted when the picture is finished */

  if (self->count)
    g_cancellable_cancel (self->count);
  g_clear_object (&self->count);
  self->count = g_cancellable_new ();
  gesso_engine_count_tokens_async (self->engine, gesso_settings_get_model (settings),
                                   gesso_settings_get_prompt (settings), self->count,
                                   on_tokens_counted, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

void
gesso_window_count_tokens (GessoWindow *self)
{
  g_clear_handle_id (&self->count_timeout, g_source_remove);
  if (*gesso_settings_get_prompt (gesso_document_get_settings (self->document)))
    self->count_timeout = g_timeout_add (COUNT_DELAY, count_tokens, self);
  else
    gesso_prompt_bar_set_tokens (self->prompt_bar, 0, 0);
}

/* ---- The start picture ---------------------------------------------------------------------- */

void
gesso_window_set_start (GessoWindow *self, GessoPicture *start)
{
  self->start_placed = FALSE;
  g_clear_object (&self->gone_start);
  gesso_document_set_start (self->document, start);
  if (start)
    gesso_window_place_start (self, start);
  gesso_window_update (self);
}

static void
on_picture_changed (GessoWindow *self)
{
  gesso_window_choose_picture (self);
  gesso_window_update (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
remember_window (GessoWindow *self)
{
  /* Read once: one window does not follow the size of another. */
  const GSettingsBindFlags flags = G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_GET_NO_CHANGES;

  g_settings_bind (self->store, "window-width", self, "default-width", flags);
  g_settings_bind (self->store, "window-height", self, "default-height", flags);
  g_settings_bind (self->store, "window-maximized", self, "maximized", flags);
}

static void
bind_document (GessoWindow *self)
{
  GessoSettings *settings = gesso_document_get_settings (self->document);
  GessoModelRow *model_row = gesso_settings_pane_get_model_row (self->pane);

  if (self->store)
    gesso_settings_remember (settings, self->store);
  gesso_prompt_bar_bind (self->prompt_bar, settings);
  g_signal_connect_object (model_row, "model-read", G_CALLBACK (on_model_read), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (model_row, "model-failed", G_CALLBACK (on_model_failed), self,
                           G_CONNECT_SWAPPED);
  gesso_model_row_set_server (model_row, gesso_engine_get_server (self->engine));
  gesso_settings_pane_bind (self->pane, self->document, self->store);
  g_signal_connect_object (self->document, "notify::picture", G_CALLBACK (on_picture_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::prompt", G_CALLBACK (gesso_window_count_tokens), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "notify::model", G_CALLBACK (gesso_window_count_tokens), self,
                           G_CONNECT_SWAPPED);
}

GessoWindow *
gesso_window_new (GessoApplication *application, const char *journal)
{
  GessoWindow *self = g_object_new (GESSO_TYPE_WINDOW, "application", application, NULL);

  self->engine = g_object_ref (gesso_application_get_engine (application));
  self->downloads = g_object_ref (gesso_application_get_downloads (application));
  self->document = gesso_document_new ();
  self->store = gesso_store_new ();
  if (self->store)
    {
      g_settings_delay (self->store); /* not a write a key; applied when it matters */
      remember_window (self);
    }
  self->neighbour = gesso_neighbour_new (self->store, gtk_widget_get_display (GTK_WIDGET (self)), NULL);
  g_signal_connect_object (self->neighbour, "notify::reason",
                           G_CALLBACK (gesso_window_update_waiting), self, G_CONNECT_SWAPPED);

  gesso_window_init_generate (self);
  gesso_window_init_document (self);
  gesso_window_init_export (self);
  gesso_window_init_upscale (self);
  gesso_window_init_files (self);
  gesso_window_init_models (self);
  gesso_window_init_library (self);
  gesso_window_init_vocabulary (self);
  gesso_window_init_clipboard (self);
  gesso_window_init_recent (self);
  gesso_window_init_start (self);
  gesso_window_init_welcome (self);
  gesso_window_init_help (self);
  gesso_window_init_edit (self);
  gesso_window_init_orders (self);
  gesso_window_init_history (self);
  gesso_window_init_teach (self);
  gesso_window_init_canvas (self);
  gesso_window_init_place (self);
  gesso_window_init_layout (self);
  bind_document (self);
  gesso_window_init_journal (self, journal);
  gesso_window_init_live (self);
  gesso_window_init_server (self);
  gesso_window_count_tokens (self);
  gesso_window_update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->prompt_bar));

  gesso_engine_open_async (self->engine, NULL, on_engine_opened, g_object_ref (self));

  return self;
}

static void
gesso_window_dispose (GObject *object)
{
  GessoWindow *self = GESSO_WINDOW (object);

  if (self->strip)
    gesso_window_close_orders (self);
  gesso_window_close_vocabulary (self);
  gesso_window_close_teach (self);
  gesso_window_close_help (self);
  gesso_window_close_library (self);
  gesso_window_forget_waits (self);
  gesso_window_end_journal (self);
  if (self->store)
    g_settings_apply (self->store);
  if (self->count)
    g_cancellable_cancel (self->count);
  g_clear_handle_id (&self->count_timeout, g_source_remove);
  g_clear_object (&self->count);
  if (self->job)
    gesso_job_cancel (self->job);
  g_clear_object (&self->job);
  g_clear_object (&self->neighbour);
  g_clear_object (&self->document);
  gesso_window_clear_canvas (self);
  g_clear_object (&self->store);
  g_clear_object (&self->undo_settings);
  g_clear_object (&self->undo_start);
  g_clear_object (&self->gone_start);
  g_clear_pointer (&self->notes, g_free);

  G_OBJECT_CLASS (gesso_window_parent_class)->dispose (object);
}

static void
gesso_window_finalize (GObject *object)
{
  g_clear_object (&GESSO_WINDOW (object)->engine);

  G_OBJECT_CLASS (gesso_window_parent_class)->finalize (object);
}

static gboolean
activate (GtkWidget *widget, const char *name)
{
  gboolean enabled = g_action_group_get_action_enabled (G_ACTION_GROUP (widget), name);

  if (enabled)
    g_action_group_activate_action (G_ACTION_GROUP (widget), name, NULL);

  return enabled;
}

static gboolean
on_escape (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  return activate (widget, "cancel") || activate (widget, "dismiss-live") ||
         activate (widget, "dismiss-welcome");
}

void
gesso_window_chain_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (gesso_window_parent_class)->size_allocate (widget, width, height, baseline);
}

static void
gesso_window_class_init (GessoWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = gesso_window_dispose;
  object_class->finalize = gesso_window_finalize;
  widget_class->size_allocate = gesso_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = gesso_window_close_request;

  g_type_ensure (GESSO_TYPE_BANNER);
  g_type_ensure (GESSO_TYPE_CANDIDATE_STRIP);
  g_type_ensure (GESSO_TYPE_CANVAS_VIEW);
  g_type_ensure (GESSO_TYPE_LAYERS_PANE);
  g_type_ensure (GESSO_TYPE_PROMPT_BAR);
  g_type_ensure (GESSO_TYPE_QUEUE_BUTTON);
  g_type_ensure (GESSO_TYPE_SETTINGS_PANE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/window/gesso-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, title);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, recent_menu);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, history);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, sidebar_button);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, canvas);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, queue_button);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, training_button);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, prompt_bar);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, pane);
  gtk_widget_class_bind_template_child (widget_class, GessoWindow, layers);

  /* Not application-wide accelerators: a text view that has the focus comes first. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "win.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK, "win.paste",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.redo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_y, GDK_CONTROL_MASK, "win.redo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_a, GDK_CONTROL_MASK, "win.select-all",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_i, GDK_CONTROL_MASK,
                                       "win.invert-selection", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "win.clear-selected", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
}

static void
gesso_window_init (GessoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
