/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window's files share; each adds the actions of one concern. */
#pragma once

#include "gesso-window.h"

#include "candidates/gesso-candidate-strip.h"
#include "canvas/gesso-canvas-view.h"
#include "canvas/gesso-layers-pane.h"
#include "document/gesso-document.h"
#include "engine/gesso-engine.h"
#include "gallery/gesso-gallery.h"
#include "prompt/gesso-prompt-bar.h"
#include "prompt/gesso-settings-pane.h"
#include "queue/gesso-queue-button.h"
#include "window/gesso-banner.h"

G_BEGIN_DECLS

struct _GessoWindow
{
  AdwApplicationWindow parent_instance;

  AdwWindowTitle    *title;
  GMenu             *recent_menu;
  GtkWidget         *history;
  GtkToggleButton   *sidebar_button;
  GessoBanner       *banner;
  GtkWidget         *flap;           /* all below the header bar and the banner */
  AdwToastOverlay   *toasts;
  GessoCanvasView   *canvas;
  GessoPromptBar    *prompt_bar;
  GessoSettingsPane *pane;
  GessoLayersPane   *layers;
  GessoCandidateStrip *strip;
  GessoQueueButton  *queue_button;
  GtkWindow         *history_window; /* NULL while it is closed                */
  GessoGalleryItem  *trashed;        /* the last one                           */

  GessoEngine       *engine;
  GSettings         *store;          /* NULL where the schema is not installed */
  GessoDocument     *document;       /* NULL once the window is closed         */

  GessoQueue        *queue;
  GessoGallery      *gallery;
  GessoJob          *job;            /* of the order that runs, or NULL        */
  guint              inhibit_cookie;

  GessoPainting     *painting;
  gboolean           sizing;         /* frame and settings follow each other    */

  guint              native_size;    /* of the model, 0: not known yet         */
  guint64            n_parameters;
  gboolean           cpu_note_shown;

  GessoSettings     *undo_settings;  /* before the last restore                */
  GessoPicture      *undo_start;     /* before the last removal                */
  GessoMask         *undo_mask;

  guint              count_timeout;
  GCancellable      *count;
};

/* gesso-window.c */
void gesso_window_update    (GessoWindow *self);
void gesso_window_set_error (GessoWindow *self, const GError *error);
/* label and action_name: of the toast's button, or both NULL. */
void gesso_window_toast     (GessoWindow *self,
                             const char  *text,
                             const char  *label,
                             const char  *action_name);
/* In a moment, unless a picture is being made. */
void gesso_window_count_tokens (GessoWindow *self);
void gesso_window_set_start (GessoWindow *self, GessoPicture *start);

/* Each adds its actions; called once, at construction. */
void gesso_window_init_generate  (GessoWindow *self);
void gesso_window_init_files     (GessoWindow *self);
void gesso_window_init_models    (GessoWindow *self);
void gesso_window_init_clipboard (GessoWindow *self);
void gesso_window_init_recent    (GessoWindow *self);

/* gesso-window-recent.c: remembers a file that was opened or saved. */
void gesso_window_add_recent (GessoWindow *self, GFile *file);
void gesso_window_init_start     (GessoWindow *self);
void gesso_window_init_canvas    (GessoWindow *self);
void gesso_window_init_edit      (GessoWindow *self);

/* gesso-window-canvas.c */
gboolean gesso_window_has_painting (GessoWindow *self); /* rather than the welcome */
void gesso_window_place_start    (GessoWindow *self, GessoPicture *start);
void gesso_window_place_layer    (GessoWindow *self, GessoPicture *picture);
void gesso_window_place_mask     (GessoWindow *self, GessoPicture *picture);
void gesso_window_update_overlay (GessoWindow *self);
void gesso_window_clear_canvas   (GessoWindow *self);
/* After what decides whether the painting or the welcome is shown. */
void gesso_window_update_canvas  (GessoWindow *self);

/* gesso-window-orders.c */
void gesso_window_init_orders    (GessoWindow *self);
void gesso_window_close_orders   (GessoWindow *self);
/* Queues what the frame, the masks and the settings say. */
void gesso_window_order          (GessoWindow *self);
/* The document's current picture is shown, if it still is a candidate. */
void gesso_window_choose_picture (GessoWindow *self);

/* gesso-window-history.c */
void gesso_window_init_history  (GessoWindow *self);
void gesso_window_close_history (GessoWindow *self);

/* gesso-window-generate.c */
void gesso_window_cancel (GessoWindow *self);
/* NULL: none runs. */
void gesso_window_set_job (GessoWindow *self, GessoJob *job);
void gesso_window_notify_when_away (GessoWindow *self, GessoOrder *order);

/* gesso-window-close.c: GtkWindow::close-request. */
gboolean gesso_window_close_request (GtkWindow *window);

/* gesso-window-files.c: asks where; calls done with TRUE if a file was written. */
typedef void (*GessoSavedFunc) (GessoWindow *self, gboolean saved);
void gesso_window_save_picture (GessoWindow *self, GessoPicture *picture, GessoSavedFunc done);

G_END_DECLS
