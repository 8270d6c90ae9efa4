/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: the first of a list runs, unless it is paused. */
#include "config.h"

#include "gesso-queue.h"

#include "queue/gesso-queue-store.h"

/* An order that is being made. */
typedef struct
{
  GessoQueue  *queue; /* a reference */
  GessoOrder  *order;
  GessoDevice *device;
  GessoJob    *job;
  guint        n_results;
} Run;

struct _GessoQueue
{
  GObject          parent_instance;

  GessoEngine     *engine;
  GessoQueueStore *store;   /* NULL: it is kept nowhere */
  GPtrArray       *orders;  /* the running ones first */
  GPtrArray       *runs;    /* Run, of those; borrowed from the engine's callbacks */
  GessoOrder      *failed;  /* whose latents wait to be decoded there: */
  GessoDevice     *failed_on;
  gboolean         paused;
  gboolean         closed;
};

enum
{
  PROP_0,
  PROP_PAUSED,
  PROP_RUNNING,
  N_PROPS
};

enum
{
  PROGRESS,
  RESULT,
  DONE,
  MOVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void gesso_queue_init_list_model (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GessoQueue, gesso_queue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gesso_queue_init_list_model))

static GType
get_item_type (GListModel *model)
{
  return GESSO_TYPE_ORDER;
}

static guint
get_n_items (GListModel *model)
{
  return GESSO_QUEUE (model)->orders->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GessoQueue *self = GESSO_QUEUE (model);

  return position < self->orders->len ? g_object_ref (g_ptr_array_index (self->orders, position)) : NULL;
}

static void
gesso_queue_init_list_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

static void
keep (GessoQueue *self, GessoOrder *order)
{
  if (self->store)
    gesso_queue_store_add (self->store, order);
}

static void
forget (GessoQueue *self, GessoOrder *order)
{
  if (self->store)
    gesso_queue_store_remove (self->store, order);
}

static void
changed (GessoQueue *self, guint position, guint n_removed, guint n_added)
{
  if (self->store)
    gesso_queue_store_list (self->store, self->orders);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

/* ---- Running -------------------------------------------------------------------------------- */

static void run_next (GessoQueue *self);

static void
notify_running (GessoQueue *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_signal_emit (self, signals[PROGRESS], 0);
}

static Run *
find_run (GessoQueue *self, GessoOrder *order)
{
  for (guint i = 0; i < self->runs->len; i++)
    if (((Run *) self->runs->pdata[i])->order == order)
      return self->runs->pdata[i];

  return NULL;
}

static void
on_progress (Run *run)
{
  g_signal_emit (run->queue, signals[PROGRESS], 0);
}

static void
on_result (GessoJob *job, GessoResult *result, Run *run)
{
  run->n_results++;
  g_signal_emit (run->queue, signals[RESULT], 0, run->order, result);
}

static void
run_free (Run *run)
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
take_out (GessoQueue *self, Run *run)
{
  guint position;

  g_ptr_array_find (self->runs, run, &position);
  g_ptr_array_remove_index (self->runs, position);
  g_ptr_array_remove_index (self->orders, position);
  changed (self, position, 1, 0);
  notify_running (self);
}

/* The first of those that wait is whatever comes next. */
static void
put_back (GessoQueue *self, Run *run, const GError *error)
{
  g_autofree char *why = gesso_device_dup_failure (run->device, error);

  take_out (self, run);
  g_ptr_array_insert (self->orders, (int) self->runs->len, g_object_ref (run->order));
  changed (self, self->runs->len, 0, 1);
  g_signal_emit (self, signals[MOVED], 0, run->order, why);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
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
      forget (self, run->order);
      g_signal_emit (self, signals[DONE], 0, run->order, error);

      /* One that failed does not take those behind it along, but they would most likely fail too. */
      if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
          self->orders->len > self->runs->len)
        gesso_queue_set_paused (self, TRUE);
    }
  run_free (run);
  run_next (self);
}

/* The order is the first of those that wait. */
static void
run (GessoQueue *self, GessoDevice *device, gboolean again)
{
  Run *run = g_new0 (Run, 1);

  run->queue = g_object_ref (self);
  run->order = g_object_ref (self->orders->pdata[self->runs->len]);
  run->device = g_object_ref (device);
  run->job = gesso_job_new ();
  g_signal_connect_swapped (run->job, "changed", G_CALLBACK (on_progress), run);
  g_signal_connect (run->job, "result", G_CALLBACK (on_result), run);
  g_clear_object (&self->failed);
  g_clear_object (&self->failed_on);
  g_ptr_array_add (self->runs, run);
  notify_running (self);
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
          run (self, device, FALSE);
          return TRUE;
        }
    }
  if (first > 0 || self->orders->len == 0)
    return FALSE;

  run (self, gesso_devices_get_usual (devices, self->orders->pdata[0]), FALSE);
  return TRUE;
}

static void
run_next (GessoQueue *self)
{
  while (!self->paused && !self->closed && begin (self))
    ;
}

GessoOrder *
gesso_queue_get_running (GessoQueue *self)
{
  return self->runs->len > 0 ? ((Run *) self->runs->pdata[0])->order : NULL;
}

guint
gesso_queue_get_n_running (GessoQueue *self)
{
  return self->runs->len;
}

GessoJob *
gesso_queue_get_job (GessoQueue *self)
{
  return self->runs->len > 0 ? ((Run *) self->runs->pdata[0])->job : NULL;
}

GessoJob *
gesso_queue_get_job_of (GessoQueue *self, GessoOrder *order)
{
  Run *run = find_run (self, order);

  return run ? run->job : NULL;
}

GessoDevice *
gesso_queue_get_device_of (GessoQueue *self, GessoOrder *order)
{
  Run *run = find_run (self, order);

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
      Run *run = self->runs->pdata[i];
      guint batch = gesso_order_get_batch (run->order);

      n += batch > run->n_results ? batch - run->n_results : 0;
    }

  return n;
}

/* ---- The list ------------------------------------------------------------------------------- */

void
gesso_queue_push (GessoQueue *self, GessoOrder *order)
{
  g_ptr_array_add (self->orders, g_object_ref (order));
  keep (self, order);
  changed (self, self->orders->len - 1, 0, 1);
  run_next (self);
}

void
gesso_queue_decode_again (GessoQueue *self)
{
  g_autoptr (GessoOrder) order = g_steal_pointer (&self->failed);
  g_autoptr (GessoDevice) device = g_steal_pointer (&self->failed_on);

  if (order == NULL)
    return;

  g_ptr_array_insert (self->orders, (int) self->runs->len, g_object_ref (order));
  keep (self, order);
  changed (self, self->runs->len, 0, 1);
  run (self, device, TRUE);
}

gboolean
gesso_queue_can_decode_again (GessoQueue *self)
{
  return self->failed != NULL;
}

void
gesso_queue_move (GessoQueue *self, GessoOrder *order, guint position)
{
  guint first = self->runs->len, from;
  gpointer moved;

  if (!g_ptr_array_find (self->orders, order, &from) || from < first)
    return;
  position = CLAMP (position, first, self->orders->len - 1);
  if (position == from)
    return;

  moved = g_ptr_array_steal_index (self->orders, from);
  g_ptr_array_insert (self->orders, (int) position, moved);
  changed (self, MIN (from, position), MAX (from, position) - MIN (from, position) + 1,
           MAX (from, position) - MIN (from, position) + 1);
}

void
gesso_queue_cancel (GessoQueue *self, GessoOrder *order)
{
  G_GNUC_UNUSED g_autoptr (GessoOrder) held = g_object_ref (order);
  Run *run = find_run (self, order);
  guint position;

  if (run)
    gesso_job_cancel (run->job);
  if (run || !g_ptr_array_find (self->orders, order, &position))
    return;

  forget (self, order);
  g_ptr_array_remove_index (self->orders, position);
  changed (self, position, 1, 0);
}

static void
cancel_runs (GessoQueue *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    gesso_job_cancel (((Run *) self->runs->pdata[i])->job);
}

void
gesso_queue_cancel_all (GessoQueue *self)
{
  while (self->orders->len > self->runs->len)
    gesso_queue_cancel (self, g_ptr_array_index (self->orders, self->orders->len - 1));
  cancel_runs (self);
}

gboolean
gesso_queue_get_paused (GessoQueue *self)
{
  return self->paused;
}

void
gesso_queue_set_paused (GessoQueue *self, gboolean paused)
{
  if (self->paused == !!paused)
    return;

  self->paused = !!paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
  run_next (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_queue_close (GessoQueue *self)
{
  self->closed = TRUE;
  cancel_runs (self);
  g_clear_pointer (&self->store, gesso_queue_store_free);
}

static void
gesso_queue_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoQueue *self = GESSO_QUEUE (object);

  if (prop_id == PROP_PAUSED)
    g_value_set_boolean (value, self->paused);
  else
    g_value_set_object (value, gesso_queue_get_running (self));
}

static void
gesso_queue_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  gesso_queue_set_paused (GESSO_QUEUE (object), g_value_get_boolean (value));
}

static void
gesso_queue_finalize (GObject *object)
{
  GessoQueue *self = GESSO_QUEUE (object);

  g_clear_pointer (&self->store, gesso_queue_store_free);
  g_clear_pointer (&self->orders, g_ptr_array_unref);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_clear_object (&self->failed);
  g_clear_object (&self->failed_on);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (gesso_queue_parent_class)->finalize (object);
}

static void
gesso_queue_class_init (GessoQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_queue_get_property;
  object_class->set_property = gesso_queue_set_property;
  object_class->finalize = gesso_queue_finalize;

  properties[PROP_PAUSED] =
      g_param_spec_boolean ("paused", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_RUNNING] = g_param_spec_object ("running", NULL, NULL, GESSO_TYPE_ORDER,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[PROGRESS] = g_signal_new ("progress", GESSO_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
  signals[RESULT] = g_signal_new ("result", GESSO_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, GESSO_TYPE_ORDER, GESSO_TYPE_RESULT);
  signals[DONE] = g_signal_new ("done", GESSO_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, GESSO_TYPE_ORDER, G_TYPE_ERROR);
  signals[MOVED] = g_signal_new ("moved", GESSO_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, GESSO_TYPE_ORDER, G_TYPE_STRING);
}

static void
gesso_queue_init (GessoQueue *self)
{
  self->orders = g_ptr_array_new_with_free_func (g_object_unref);
  self->runs = g_ptr_array_new ();
}

GessoQueue *
gesso_queue_new (GessoEngine *engine)
{
  GessoQueue *self = g_object_new (GESSO_TYPE_QUEUE, NULL);

  self->engine = g_object_ref (engine);
  g_signal_connect_object (gesso_engine_get_devices (engine), "free", G_CALLBACK (run_next), self,
                           G_CONNECT_SWAPPED);

  return self;
}

void
gesso_queue_keep_in (GessoQueue *self, const char *folder)
{
  g_autoptr (GPtrArray) left = NULL;
  guint first = self->runs->len;

  g_return_if_fail (self->store == NULL && !self->closed);

  self->store = gesso_queue_store_new (folder);
  left = gesso_queue_store_load (self->store);
  for (guint i = 0; i < self->orders->len; i++)
    keep (self, g_ptr_array_index (self->orders, i));
  for (guint i = 0; i < left->len; i++)
    g_ptr_array_insert (self->orders, (int) (first + i), g_object_ref (g_ptr_array_index (left, i)));
  changed (self, first, 0, left->len);
  if (left->len > 0)
    gesso_queue_set_paused (self, TRUE);
}
