/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window's files share; each adds the actions of one concern. */
#pragma once

#include "gesso-window.h"

#include "application/gesso-neighbour.h"
#include "candidates/gesso-candidate-strip.h"
#include "canvas/gesso-canvas-view.h"
#include "canvas/gesso-layers-pane.h"
#include "document/gesso-document.h"
#include "document/gesso-journal.h"
#include "engine/gesso-engine.h"
#include "gallery/gesso-gallery.h"
#include "library/gesso-downloads.h"
#include "library/gesso-library.h"
#include "live/gesso-live.h"
#include "prompt/gesso-prompt-bar.h"
#include "prompt/gesso-settings-pane.h"
#include "queue/gesso-queue-button.h"
#include "window/gesso-banner.h"

G_BEGIN_DECLS

typedef enum
{
  GESSO_WAIT_OPEN,
  GESSO_WAIT_SAVE,
} GessoWait;

struct _GessoWindow
{
  AdwApplicationWindow parent_instance;

  AdwWindowTitle    *title;
  GtkWidget         *open_button;    /* with the menu of recent files */
  GMenu             *recent_menu;
  GtkWidget         *history;
  GtkToggleButton   *sidebar_button;
  GessoBanner       *banner;
  GtkWidget         *flap;           /* all below the header bar and the banner */
  gboolean           narrow;         /* the flap lies over the canvas           */
  gboolean           show_pane;      /* where it does not                       */
  AdwToastOverlay   *toasts;
  GessoCanvasView   *canvas;
  GessoPromptBar    *prompt_bar;
  GessoSettingsPane *pane;
  GessoLayersPane   *layers;
  GessoCandidateStrip *strip;
  GessoQueueButton  *queue_button;
  GtkWindow         *history_window; /* NULL while it is closed                */
  GtkWindow         *teach_dialog;   /* the same                               */
  GtkWindow         *training_window; /* the same                              */
  GtkWindow         *help_window;    /* weak                                    */
  GtkWidget         *training_button;
  GessoGalleryItem  *trashed;        /* the last one                           */

  GessoEngine       *engine;
  GSettings         *store;          /* NULL where the schema is not installed */
  GessoDocument     *document;       /* NULL once the window is closed         */

  GessoQueue        *queue;
  GessoGallery      *gallery;
  GessoJob          *job;            /* of the order that runs, or NULL        */
  GessoNeighbour    *neighbour;
  guint              inhibit_cookie;

  GessoLive         *live;
  GdkTexture        *live_texture;   /* of its result, or NULL                 */

  GessoPainting     *painting;
  gboolean           sizing;         /* frame and settings follow each other    */

  GFile             *file;           /* the .ora it is saved in, or NULL       */
  gboolean           saving;
  GQueue             saves;          /* what is to be saved after that         */
  guint              n_writings;     /* files on their way                     */
  gboolean           close_written;  /* as soon as those are there             */
  guint              n_waits, wait_timer;
  GessoWait          wait;
  guint              n_changes;      /* of the painting, to see that there were some */
  GessoJournal      *journal;        /* NULL where none can be written         */
  GessoJournal      *resuming;       /* the one that is replayed on a thread, or NULL */
  GPtrArray         *waiting;        /* files to open after it                 */
  char              *note;           /* beside the journal, as written last    */
  guint              sync_timeout;   /* of settings on their way there         */
  gboolean           starting;       /* the start picture is on its way back   */
  gboolean           keep, discard;  /* the journal, after closing             */
  gboolean           discarding;     /* on its way to the trash                */

  guint              native_size;    /* of the model, 0: not known yet         */
  guint64            n_parameters;
  gboolean           cpu_note_shown;

  gboolean           trying_starter; /* as soon as it is read                  */

  GessoSettings     *undo_settings;  /* before the last restore                */
  GessoPicture      *undo_start;     /* before the last removal                */
  GessoPicture      *gone_start;     /* whose layer was undone, or deleted     */
  gboolean           start_placed;   /* the start picture's layer was there    */

  char              *notes;          /* of the last order, joined              */

  GessoLibrary      *library;
  GessoDownloads    *downloads;
  GCancellable      *vocabulary;     /* of looking for the model's         */
  gboolean           lacks_vocabulary;
  GtkWindow         *library_window; /* NULL while it is closed                */
  char              *compared;       /* parameters of the picture whose files were looked for */
  gboolean           compare_later;  /* once the library is read               */
  char              *compare_again;  /* model and prompt then; once hashes have come, or NULL */

  guint              count_timeout;
  GCancellable      *count;
};

/* gesso-window.c */
void gesso_window_update    (GessoWindow *self);
void gesso_window_set_error (GessoWindow *self, const GError *error);
/* gesso-window-wait.c: between the two a toast says what takes so long, if it does. */
void gesso_window_begin_wait   (GessoWindow *self, GessoWait wait);
void gesso_window_end_wait     (GessoWindow *self);
/* The same round the writing of a file, which closing waits for: unless it failed (well is FALSE),
 * a window that was to be closed meanwhile is closed at the end. */
void gesso_window_begin_writing (GessoWindow *self);
void gesso_window_end_writing   (GessoWindow *self, gboolean well);
/* Before it goes. */
void gesso_window_forget_waits (GessoWindow *self);

/* label and action_name: of the toast's button, or both NULL. */
void gesso_window_toast     (GessoWindow *self,
                             const char  *text,
                             const char  *label,
                             const char  *action_name);
/* In a moment, unless a picture is being made. */
void gesso_window_count_tokens (GessoWindow *self);
void gesso_window_set_start (GessoWindow *self, GessoPicture *start);
/* The painting has changed, the start picture's layer perhaps with it. */
void gesso_window_follow_start_layer (GessoWindow *self);

void gesso_window_chain_size_allocate (GtkWidget *widget, int width, int height, int baseline);

/* gesso-window-layout.c: GtkWidget::size-allocate. */
void gesso_window_size_allocate (GtkWidget *widget, int width, int height, int baseline);

/* Each adds its actions; called once, at construction. */
void gesso_window_init_layout    (GessoWindow *self);
void gesso_window_init_generate  (GessoWindow *self);
void gesso_window_init_files     (GessoWindow *self);
void gesso_window_init_models    (GessoWindow *self);
void gesso_window_init_clipboard (GessoWindow *self);
void gesso_window_init_recent    (GessoWindow *self);

/* gesso-window-recent.c: remembers a file that was opened or saved. */
void gesso_window_add_recent (GessoWindow *self, GFile *file);
void gesso_window_init_start     (GessoWindow *self);
void gesso_window_init_canvas    (GessoWindow *self);
void gesso_window_init_place     (GessoWindow *self);
void gesso_window_init_edit      (GessoWindow *self);

/* gesso-window-canvas.c */
gboolean gesso_window_has_painting (GessoWindow *self); /* rather than the welcome */
/* Begins anew with an empty one of that size. */
void gesso_window_renew_painting (GessoWindow *self, guint width, guint height);
/* The settings' size becomes what suits a frame of that size. */
void gesso_window_follow_frame_size (GessoWindow *self, double width, double height);
void gesso_window_update_overlay (GessoWindow *self);
void gesso_window_clear_canvas   (GessoWindow *self);
/* After what decides whether the painting or the welcome is shown. */
void gesso_window_update_canvas  (GessoWindow *self);

/* gesso-window-place.c */
/* The layer that a picture became; NULL if it is not there any more. */
GessoLayer *gesso_window_find_placed (GessoWindow *self, GessoPicture *picture);
void gesso_window_place_start    (GessoWindow *self, GessoPicture *start);
void gesso_window_place_layer    (GessoWindow *self, GessoPicture *picture);
void gesso_window_place_mask     (GessoWindow *self, GessoPicture *picture);
/* As a generated layer, like a candidate that was accepted; the frame goes round it. */
void     gesso_window_place_made     (GessoWindow *self, GessoPicture *picture,
                                      GessoSettings *made_with);

/* gesso-window-welcome.c */
void gesso_window_init_welcome   (GessoWindow *self);
/* After what decides whether there is a painting. */
void gesso_window_update_welcome (GessoWindow *self);
/* After the device was opened. */
void gesso_window_update_machine (GessoWindow *self);
/* Of an order that was run, for what the machine can do. */
void gesso_window_remember_pace  (GessoWindow *self, GessoOrder *order);

/* gesso-window-help.c */
void gesso_window_init_help    (GessoWindow *self);
void gesso_window_close_help   (GessoWindow *self);

/* gesso-window-orders.c */
void gesso_window_init_orders    (GessoWindow *self);
void gesso_window_close_orders   (GessoWindow *self);
/* From now on beside the journal, where those of the last time may wait. */
void gesso_window_keep_orders    (GessoWindow *self);
gboolean gesso_window_has_orders (GessoWindow *self);
/* Queues what the frame, the masks and the settings say. */
void gesso_window_order          (GessoWindow *self);
/* The document's current picture is shown, if it still is a candidate. */
void gesso_window_choose_picture (GessoWindow *self);

/* gesso-window-live.c */
void          gesso_window_init_live  (GessoWindow *self);
void          gesso_window_close_live (GessoWindow *self);
/* The live picture and its place, NULL if there is none. Borrowed. */
GdkPaintable *gesso_window_get_live_overlay (GessoWindow *self, GdkRectangle *area);
/* Whether it is what is shown, and can be accepted. */
void          gesso_window_enable_live (GessoWindow *self, gboolean shown);

/* gesso-window-library.c */
void gesso_window_init_library  (GessoWindow *self);
void gesso_window_close_library (GessoWindow *self);
/* Finds what a picture was made with, and says how many files are not the same here; 0 while the
 * library is still read, which then does it. parameters: A1111's text. */
guint gesso_window_match_files  (GessoWindow *self, const char *parameters);

/* gesso-window-server.c; after live painting. */
void     gesso_window_init_server     (GessoWindow *self);
/* Of the computer that makes the pictures of the settings; NULL: this one. */
char    *gesso_window_dup_server_host (GessoWindow *self);
/* Of the queue's order at position, which runs; on_server: whether another computer makes it, or NULL. */
GessoJob *gesso_window_get_order_job  (GessoWindow *self, guint position, gboolean *on_server);
/* Whether a model is here, or on the server of the preferences. */
gboolean gesso_window_has_model       (GessoWindow *self, const char *model);
/* What prompts can name. */
void     gesso_window_update_names    (GessoWindow *self);

/* gesso-window-vocabulary.c; after the library. */
void gesso_window_init_vocabulary  (GessoWindow *self);
void gesso_window_close_vocabulary (GessoWindow *self);
/* gesso-window-teach.c */
void gesso_window_init_teach  (GessoWindow *self);
void gesso_window_close_teach (GessoWindow *self);
/* A picture or a folder of them, in the dialog. */
void gesso_window_teach_file  (GessoWindow *self, GFile *file);

/* gesso-window-history.c */
void gesso_window_init_history  (GessoWindow *self);
void gesso_window_close_history (GessoWindow *self);

/* gesso-window-generate.c */
void gesso_window_cancel (GessoWindow *self);
/* NULL: none runs. */
void gesso_window_set_job (GessoWindow *self, GessoJob *job);
/* The job goes on, or waits, as the rest of the desktop wants it. */
void gesso_window_update_waiting (GessoWindow *self);
void gesso_window_notify_when_away (GessoWindow *self, GessoOrder *order);

/* gesso-window-journal.c. path: of one that was left, or NULL. */
void     gesso_window_init_journal  (GessoWindow *self, const char *path);
void     gesso_window_end_journal   (GessoWindow *self);
void     gesso_window_write_note    (GessoWindow *self);
/* The settings into the painting now; and those that came with the painting out of it. */
void     gesso_window_sync          (GessoWindow *self);
void     gesso_window_take_settings (GessoWindow *self);

/* gesso-window-close.c: GtkWindow::close-request. */
gboolean gesso_window_close_request (GtkWindow *window);

/* gesso-window-document.c: into the .ora it came from, or asks where to; done (may be NULL) is called
 * with TRUE if it was written. */
typedef void (*GessoSavedFunc) (GessoWindow *self, gboolean saved);
void     gesso_window_init_document (GessoWindow *self);
gboolean gesso_window_is_document   (GFile *file);
/* For the title, with a mark if something is not saved. */
char    *gesso_window_dup_name      (GessoWindow *self);
void     gesso_window_open_document (GessoWindow *self, GFile *file);
void     gesso_window_save_document (GessoWindow *self, GessoSavedFunc done);
void     gesso_window_save_document_to (GessoWindow *self, GFile *file, GessoSavedFunc done);

/* gesso-window-export.c: the flattened picture; by the file's ending as PNG (deep: of 16 bits a
 * channel), JPEG or WebP. */
void     gesso_window_init_export   (GessoWindow *self);
void     gesso_window_export_to     (GessoWindow *self, GFile *file, gboolean deep);

/* gesso-window-upscale.c: the flattened picture, scale times as large, becomes a layer on top; model:
 * an upscaler's file, or NULL. */
void     gesso_window_init_upscale  (GessoWindow *self);
void     gesso_window_upscale       (GessoWindow *self, const char *model, double scale);

/* gesso-window-files.c: a picture that was generated only brings its settings back; anything else is
 * opened. */
void     gesso_window_open_settings   (GessoWindow *self, GFile *file);
GFile   *gesso_window_get_save_folder (GessoWindow *self);
void     gesso_window_set_save_folder (GessoWindow *self, GFile *file);
/* "a-red-house-under-a-yellow-sun-1234", from what the picture (may be NULL) was made of. */
char    *gesso_window_suggest_name    (GessoWindow *self, GessoPicture *picture);
void     gesso_window_add_filter      (GtkFileChooser *chooser, const char *name,
                                       const char *const *mime_types);

G_END_DECLS
