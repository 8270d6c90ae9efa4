/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first orders of the list, each on a device of its own. */
#include "config.h"

#include "gesso-queue-private.h"

static GessoQueueRun *
find_run (GessoQueue *self, GessoOrder *order)
{
  for (guint i = 0; i < self->runs->len; i++)
    if (((GessoQueueRun *) self->runs->pdata[i])->order == order)
      return self->runs->pdata[i];

  return NULL;
}

static void
on_progress (GessoQueueRun *run)
{
  gesso_queue_emit_progress (run->queue);
}

static void
on_result (GessoJob *job, GessoResult *result, GessoQueueRun *run)
{
  run->n_results++;
  gesso_queue_emit_result (run->queue, run->order, result);
}

static void
run_free (GessoQueueRun *run)
{
  g_signal_handlers_disconnect_by_data (run->job, run);
  g_object_unref (run->job);
  g_object_unref (run->device);
  g_object_unref (run->order);
  g_object_unref (run->queue);
  g_free (run);
}

/* It leaves those that run, and its place among them. */
static void
take_out (GessoQueue *self, GessoQueueRun *run)
{
  guint position;

  g_ptr_array_find (self->runs, run, &position);
  g_ptr_array_remove_index (self->runs, position);
  g_ptr_array_remove_index (self->orders, position);
  gesso_queue_changed (self, position, 1, 0);
  gesso_queue_notify_running (self);
}

/* The first of those that wait is whatever comes next. */
static void
put_back (GessoQueue *self, GessoQueueRun *run, const GError *error)
{
  g_autofree char *why = gesso_device_dup_failure (run->device, error);

  take_out (self, run);
  g_ptr_array_insert (self->orders, (int) self->runs->len, g_object_ref (run->order));
  gesso_queue_changed (self, self->runs->len, 0, 1);
  gesso_queue_emit_moved (self, run->order, why);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  GessoQueueRun *run = data;
  g_autoptr (GessoQueue) self = g_object_ref (run->queue);
  g_autoptr (GError) error = NULL;

  gesso_engine_run_finish (GESSO_ENGINE (source), result, &error);
  if (self->closed)
    {
      g_ptr_array_remove (self->runs, run);
      run_free (run);
      return;
    }

  if (error && gesso_devices_can_move (gesso_engine_get_devices (self->engine), run->order, error))
    put_back (self, run, error);
  else
    {
      if (error)
        {
          g_clear_object (&self->failed);
          if (gesso_order_get_unfinished (run->order))
            self->failed = g_object_ref (run->order);
          g_set_object (&self->failed_on, run->device);
        }
      take_out (self, run);
      gesso_queue_forget (self, run->order);
      gesso_queue_emit_done (self, run->order, error);

      /* One that failed does not take those behind it along, but they would most likely fail too. */
      if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
          self->orders->len > self->runs->len)
        gesso_queue_set_paused (self, TRUE);
    }
  run_free (run);
  gesso_queue_run_next (self);
}

/* The order is the first of those that wait. */
void
gesso_queue_run (GessoQueue *self, GessoDevice *device, gboolean again)
{
  GessoQueueRun *run = g_new0 (GessoQueueRun, 1);

  run->queue = g_object_ref (self);
  run->order = g_object_ref (self->orders->pdata[self->runs->len]);
  run->device = g_object_ref (device);
  run->job = gesso_job_new ();
  g_signal_connect_swapped (run->job, "changed", G_CALLBACK (on_progress), run);
  g_signal_connect (run->job, "result", G_CALLBACK (on_result), run);
  g_clear_object (&self->failed);
  g_clear_object (&self->failed_on);
  g_ptr_array_add (self->runs, run);
  gesso_queue_notify_running (self);
  gesso_engine_run_on_async (self->engine, device, run->order, again, run->job, on_run, run);
}

/* Lets orders through to devices that are free, each behind those that were found before it. Where nothing
 * is being made, the first one waits for the others' turn with the engine, so that one sees that it does. */
static gboolean
begin (GessoQueue *self)
{
  GessoDevices *devices = gesso_engine_get_devices (self->engine);
  guint first = self->runs->len;

  for (guint i = first; i < self->orders->len; i++)
    {
      GessoDevice *device = gesso_devices_find (devices, self->orders->pdata[i]);

      if (device)
        {
          gesso_queue_move (self, self->orders->pdata[i], first);
          gesso_queue_run (self, device, FALSE);
          return TRUE;
        }
    }
  if (first > 0 || self->orders->len == 0)
    return FALSE;

  gesso_queue_run (self, gesso_devices_get_usual (devices, self->orders->pdata[0]), FALSE);
  return TRUE;
}

void
gesso_queue_run_next (GessoQueue *self)
{
  while (!self->paused && !self->closed && begin (self))
    ;
}

GessoOrder *
gesso_queue_get_running (GessoQueue *self)
{
  return self->runs->len > 0 ? ((GessoQueueRun *) self->runs->pdata[0])->order : NULL;
}

guint
gesso_queue_get_n_running (GessoQueue *self)
{
  return self->runs->len;
}

GessoJob *
gesso_queue_get_job (GessoQueue *self)
{
  return self->runs->len > 0 ? ((GessoQueueRun *) self->runs->pdata[0])->job : NULL;
}

GessoJob *
gesso_queue_get_job_of (GessoQueue *self, GessoOrder *order)
{
  GessoQueueRun *run = find_run (self, order);

  return run ? run->job : NULL;
}

GessoDevice *
gesso_queue_get_device_of (GessoQueue *self, GessoOrder *order)
{
  GessoQueueRun *run = find_run (self, order);

  return run ? run->device : NULL;
}

guint
gesso_queue_get_n_devices (GessoQueue *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gesso_engine_get_devices (self->engine)));
}

guint
gesso_queue_get_n_left (GessoQueue *self)
{
  guint n = 0;

  for (guint i = 0; i < self->runs->len; i++)
    {
      GessoQueueRun *run = self->runs->pdata[i];
      guint batch = gesso_order_get_batch (run->order);

      n += batch > run->n_results ? batch - run->n_results : 0;
    }

  return n;
}

void
gesso_queue_cancel_runs (GessoQueue *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    gesso_job_cancel (((GessoQueueRun *) self->runs->pdata[i])->job);
}
