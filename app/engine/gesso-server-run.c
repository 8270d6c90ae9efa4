/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For each picture: look whether the server is busy, ask for the picture, and look how far it is until
 * the answer comes. A connection that breaks in between is made again a few times.
 */
#include "config.h"

#include "gesso-server-run.h"

#include "gesso-job-private.h"
#include "gesso-order-private.h"
#include "gesso-request.h"
#include "gesso-result-private.h"
#include "gesso-server-answer.h"
#include "gesso-server-link.h"
#include "gesso-server-model.h"
#include "gesso-server-request.h"
#include "gesso-server-stock.h"

#include <string.h>

#define LOOK_MS 400
#define SILENT_SECONDS 20    /* without a byte when it is asked how far it is ... */
#define MAX_SILENCES 3       /* ... and so often in a row: nobody is there        */
#define MAX_TRIES 3          /* of a picture, if the connection breaks            */
#define INTERRUPT_SECONDS 3  /* that it may take to say that it stops             */

typedef struct
{
  GessoOrder      *order;
  GessoJob        *job;
  GMainContext    *context;
  GessoServerLink *link;     /* for pictures, which take as long as they do */
  GessoServerLink *side;     /* for all else, meanwhile                     */
  GessoRequest     request;
  GsElsewhere     *elsewhere;
  guint            index;    /* of the picture in the batch */
  gboolean         previews;
  gboolean         answered; /* the server has ever         */

  /* Of one question for a picture: */
  GCancellable    *stop, *stop_looking;
  GAsyncResult    *answer;
  gboolean         looking;
  guint            n_silences;
  gboolean         was_busy; /* with another job, of this stamp */
  char             stamp[32];
  gboolean         begun;    /* what it paints is ours          */
} Run;

/* ---- How far it is -------------------------------------------------------------------------- */

static void
report (Run *run, const GessoServerProgress *progress)
{
  const GsProgress state = {
    .phase = GS_PHASE_DENOISE,
    .step = progress->step,
    .n_steps = progress->n_steps,
    .image = run->index,
    .n_images = gesso_order_get_batch (run->order),
    .seconds_left = progress->seconds_left,
    .preview = progress->preview,
    .coverage = run->elsewhere->coverage,
  };

  if (progress->n_steps > 0)
    gesso_job_report (&state, run->job);
}

/* Others may use it too: theirs is told from ours by when it was begun. */
static void
take_progress (Run *run, const GessoServerProgress *progress)
{
  if (!progress->active)
    run->was_busy = FALSE;
  else if (!run->was_busy || strcmp (run->stamp, progress->stamp) != 0)
    run->begun = TRUE;
  if (progress->active && run->begun)
    report (run, progress);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = gesso_server_link_ask_finish (result, &error);
  g_auto (GessoServerProgress) progress = { 0 };

  run->looking = FALSE;
  if (node)
    {
      gesso_server_progress_init (&progress, node, run->elsewhere->width, run->elsewhere->height);
      take_progress (run, &progress);
    }
  run->n_silences = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
                        ? run->n_silences + 1 : 0;
  if (run->n_silences >= MAX_SILENCES)
    g_cancellable_cancel (run->stop);
}

static gboolean
on_look (gpointer data)
{
  Run *run = data;

  if (run->looking || run->answer)
    return G_SOURCE_CONTINUE;

  run->looking = TRUE;
  gesso_server_link_ask_async (
      run->side, run->previews ? "progress" : "progress?skip_current_image=true", NULL,
      gesso_server_answer_get_max_bytes (run->elsewhere->width, run->elsewhere->height),
      run->stop_looking, on_looked, run);

  return G_SOURCE_CONTINUE;
}

/* ---- A picture ------------------------------------------------------------------------------ */

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Run *) data)->answer = g_object_ref (result);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  return G_SOURCE_REMOVE; /* it only wakes the loop */
}

static gboolean
on_interrupt_time (gpointer data)
{
  g_cancellable_cancel (data);

  return G_SOURCE_REMOVE;
}

static GSource *
attach (Run *run, GSource *source, GSourceFunc func, gpointer data)
{
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, run->context);

  return source;
}

static void
detach (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* It stops by itself when nobody waits for the picture any more; others have to be told, but not while
 * they paint somebody else's. */
static void
interrupt (Run *run)
{
  g_autoptr (GCancellable) enough = NULL;
  g_autoptr (JsonNode) node = NULL;
  GSource *timer;

  if (!run->begun || gesso_server_link_is_gesso (run->side))
    return;

  enough = g_cancellable_new ();
  timer = attach (run, g_timeout_source_new_seconds (INTERRUPT_SECONDS), on_interrupt_time, enough);
  node = gesso_server_link_ask (run->side, "interrupt", g_strdup ("{}"), 4096, enough, NULL);
  detach (timer);
}

/* Until there is an answer, whatever it is. */
static void
wait_for_answer (Run *run)
{
  GCancellable *cancellable = gesso_job_get_cancellable (run->job);
  GSource *timer = attach (run, g_timeout_source_new (LOOK_MS), on_look, run);
  GSource *cancelled = attach (run, g_cancellable_source_new (cancellable),
                               G_SOURCE_FUNC (on_cancelled), NULL);
  gboolean told = FALSE;

  while (run->answer == NULL)
    {
      if (!told && g_cancellable_is_cancelled (cancellable))
        {
          told = TRUE;
          interrupt (run);
          g_cancellable_cancel (run->stop);
        }
      else
        g_main_context_iteration (run->context, TRUE);
    }
  detach (timer);
  detach (cancelled);
  g_cancellable_cancel (run->stop_looking);
  while (run->looking)
    g_main_context_iteration (run->context, TRUE);
}

/* FALSE where even that is not answered. */
static gboolean
look_first (Run *run, GError **error)
{
  g_autoptr (JsonNode) node =
      gesso_server_link_ask (run->side, "progress?skip_current_image=true", NULL,
                             gesso_server_answer_get_max_bytes (0, 0),
                             gesso_job_get_cancellable (run->job), error);
  g_auto (GessoServerProgress) progress = { 0 };

  if (node == NULL)
    return FALSE;
  gesso_server_progress_init (&progress, node, 0, 0);
  run->was_busy = progress.active;
  memcpy (run->stamp, progress.stamp, sizeof run->stamp);
  run->begun = FALSE;
  run->answered = TRUE;

  return TRUE;
}

static void
hand_out (Run *run, const GsImage *painted, const char *parameters)
{
  g_autoptr (GsImage) image = gs_elsewhere_finish (run->elsewhere, painted);
  const gboolean varies = run->request.gs.variation_strength > 0;
  const GsFinished finished = {
    .index = run->index,
    .seed = run->request.gs.seed + (varies ? 0 : run->index),
    .image = image,
    .parameters = parameters,
  };

  gesso_job_push_result (run->job, gesso_result_new (run->order, run->request.picture,
                                                     run->elsewhere->coverage, &finished));
  gesso_order_set_n_made (run->order, run->index + 1);
}

static gboolean
ask_for_picture (Run *run, const char *path, const char *body, GError **error)
{
  const GsElsewhere *elsewhere = run->elsewhere;
  g_autofree char *parameters = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GsImage) painted = NULL;
  gboolean silent;

  if (!look_first (run, error))
    return FALSE;

  run->stop = g_cancellable_new ();
  run->stop_looking = g_cancellable_new ();
  run->n_silences = 0;
  gesso_server_link_ask_async (run->link, path, g_strdup (body),
                               gesso_server_answer_get_max_bytes (elsewhere->width, elsewhere->height),
                               run->stop, on_answered, run);
  wait_for_answer (run);
  node = gesso_server_link_ask_finish (run->answer, error);
  silent = run->n_silences >= MAX_SILENCES;
  g_clear_object (&run->answer);
  g_clear_object (&run->stop);
  g_clear_object (&run->stop_looking);
  if (node == NULL && silent && !g_cancellable_is_cancelled (gesso_job_get_cancellable (run->job)))
    {
      g_clear_error (error);
      gesso_server_link_set_unreachable (run->link, error);
    }
  if (node)
    painted = gesso_server_answer_get_picture (node, elsewhere->width, elsewhere->height,
                                               gesso_server_link_get_host (run->link), &parameters,
                                               error);
  if (painted == NULL)
    return FALSE;

  hand_out (run, painted, parameters);
  return TRUE;
}

/* FALSE if it was cancelled meanwhile. */
static gboolean
wait_a_while (Run *run, guint seconds)
{
  GCancellable *cancellable = gesso_job_get_cancellable (run->job);
  g_autoptr (GCancellable) over = g_cancellable_new ();
  GSource *timer = attach (run, g_timeout_source_new_seconds (seconds), on_interrupt_time, over);
  GSource *cancelled = attach (run, g_cancellable_source_new (cancellable),
                               G_SOURCE_FUNC (on_cancelled), NULL);

  while (!g_cancellable_is_cancelled (over) && !g_cancellable_is_cancelled (cancellable))
    g_main_context_iteration (run->context, TRUE);
  detach (timer);
  detach (cancelled);

  return !g_cancellable_is_cancelled (cancellable);
}

/* Its seed is known: asked for again it is the same picture. */
static gboolean
make_picture (Run *run, const char *path, const char *body, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) reason = NULL;

      if (ask_for_picture (run, path, body, &reason))
        return TRUE;
      if (!run->answered || i == MAX_TRIES ||
          !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) || !wait_a_while (run, i))
        {
          if (gesso_job_is_cancelled (run->job))
            g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
          else
            g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
}

/* ---- The order ------------------------------------------------------------------------------ */

static gboolean
make_pictures (Run *run, GessoServerStock *stock, char ***notes, GError **error)
{
  const char *model = run->request.model;
  g_autofree char *name = gesso_server_model_dup_name (model);
  g_autoptr (GPtrArray) remarks = g_ptr_array_new_with_free_func (g_free);
  const guint n = gesso_order_get_batch (run->order);

  for (run->index = gesso_order_get_n_made (run->order); run->index < n; run->index++)
    {
      g_autofree char *body = NULL;
      const char *path;

      g_ptr_array_set_size (remarks, 0);
      path = gesso_server_request_write (&run->request, run->elsewhere, stock, name,
                                         gesso_server_link_get_host (run->link), run->index,
                                         remarks, &body, error);
      if (body == NULL || !make_picture (run, path, body, error))
        return FALSE;
    }
  if (remarks->len > 0)
    {
      g_ptr_array_add (remarks, NULL);
      *notes = (char **) g_ptr_array_free (g_steal_pointer (&remarks), FALSE);
    }

  return TRUE;
}

static gboolean
run_order (Run *run, GessoServerStock *known, guint native_size, char ***notes, GError **error)
{
  g_autoptr (GessoServerStock) stock = NULL;

  if (!gesso_request_init (&run->request, run->order, error))
    return FALSE;
  run->elsewhere = gs_elsewhere_new (&run->request.gs, native_size, error);
  if (run->elsewhere == NULL)
    return FALSE;
  stock = known ? gesso_server_stock_ref (known)
                : gesso_server_stock_ask (run->side, gesso_job_get_cancellable (run->job), error);

  return stock && make_pictures (run, stock, notes, error);
}

gboolean
gesso_server_run (const char       *address,
                  const char       *token,
                  GessoServerStock *stock,
                  guint             native_size,
                  GessoOrder       *order,
                  GsPreview         preview,
                  GessoJob         *job,
                  char           ***notes,
                  GError          **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Run run = { .order = order, .job = job, .context = context,
              .previews = preview != GS_PREVIEW_NONE };
  gboolean done;

  g_main_context_push_thread_default (context);
  run.link = gesso_server_link_new (address, token, 0);
  run.side = gesso_server_link_new (address, token, SILENT_SECONDS);
  done = run_order (&run, stock, native_size, notes, error);
  gesso_server_link_free (run.link);
  gesso_server_link_free (run.side);
  gs_elsewhere_free (run.elsewhere);
  gesso_request_clear (&run.request);
  while (g_main_context_iteration (context, FALSE)) /* what was aborted */
    ;
  g_main_context_pop_thread_default (context);

  return done;
}
