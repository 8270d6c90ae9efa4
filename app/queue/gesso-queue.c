/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: the first of a list runs, unless it is paused. */
#include "config.h"

#include "gesso-queue.h"

#include "queue/gesso-queue-store.h"

struct _GessoQueue
{
  GObject          parent_instance;

  GessoEngine     *engine;
  GessoQueueStore *store;   /* NULL: it is kept nowhere */
  GPtrArray       *orders;  /* the running one first */
  GessoJob        *job;     /* of it, or NULL: none runs */
  GessoOrder      *failed;  /* whose latents wait to be decoded */
  guint            n_results;
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
set_job (GessoQueue *self, GessoJob *job)
{
  if (self->job)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_set_object (&self->job, job);
  self->n_results = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
on_progress (GessoQueue *self)
{
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
on_result (GessoJob *job, GessoResult *result, GessoQueue *self)
{
  self->n_results++;
  g_signal_emit (self, signals[RESULT], 0, gesso_queue_get_running (self), result);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoQueue) self = data;
  g_autoptr (GessoOrder) order = NULL;
  g_autoptr (GError) error = NULL;

  gesso_engine_run_finish (GESSO_ENGINE (source), result, &error);
  if (self->closed)
    return;

  order = g_object_ref (gesso_queue_get_running (self));
  g_clear_object (&self->failed);
  if (error && gesso_engine_can_decode (GESSO_ENGINE (source)))
    self->failed = g_object_ref (order);
  set_job (self, NULL);
  g_ptr_array_remove_index (self->orders, 0);
  forget (self, order);
  changed (self, 0, 1, 0);
  g_signal_emit (self, signals[DONE], 0, order, error);

  /* One that failed does not take those behind it along, but they would most likely fail too. */
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->orders->len > 0)
    gesso_queue_set_paused (self, TRUE);
  run_next (self);
}

static void
run (GessoQueue *self, gboolean again)
{
  g_autoptr (GessoJob) job = gesso_job_new ();

  g_signal_connect_object (job, "changed", G_CALLBACK (on_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "result", G_CALLBACK (on_result), self, 0);
  set_job (self, job);
  gesso_engine_run_async (self->engine, g_ptr_array_index (self->orders, 0), again, job, on_run,
                          g_object_ref (self));
}

static void
run_next (GessoQueue *self)
{
  if (self->job == NULL && !self->paused && !self->closed && self->orders->len > 0)
    run (self, FALSE);
}

GessoOrder *
gesso_queue_get_running (GessoQueue *self)
{
  return self->job ? g_ptr_array_index (self->orders, 0) : NULL;
}

GessoJob *
gesso_queue_get_job (GessoQueue *self)
{
  return self->job;
}

guint
gesso_queue_get_n_left (GessoQueue *self)
{
  guint batch = self->job ? gesso_order_get_batch (g_ptr_array_index (self->orders, 0)) : 0;

  return batch > self->n_results ? batch - self->n_results : 0;
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

  if (order == NULL || self->job)
    return;

  g_ptr_array_insert (self->orders, 0, g_object_ref (order));
  keep (self, order);
  changed (self, 0, 0, 1);
  run (self, TRUE);
}

void
gesso_queue_move (GessoQueue *self, GessoOrder *order, guint position)
{
  guint first = self->job ? 1 : 0, from;
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
  guint position;

  if (!g_ptr_array_find (self->orders, order, &position))
    return;
  if (position == 0 && self->job)
    {
      gesso_job_cancel (self->job);
      return;
    }

  forget (self, order);
  g_ptr_array_remove_index (self->orders, position);
  changed (self, position, 1, 0);
}

void
gesso_queue_cancel_all (GessoQueue *self)
{
  while (self->orders->len > (self->job ? 1 : 0))
    gesso_queue_cancel (self, g_ptr_array_index (self->orders, self->orders->len - 1));
  if (self->job)
    gesso_job_cancel (self->job);
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
  if (self->job)
    gesso_job_cancel (self->job);
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
  g_clear_object (&self->job);
  g_clear_object (&self->failed);
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
}

static void
gesso_queue_init (GessoQueue *self)
{
  self->orders = g_ptr_array_new_with_free_func (g_object_unref);
}

GessoQueue *
gesso_queue_new (GessoEngine *engine)
{
  GessoQueue *self = g_object_new (GESSO_TYPE_QUEUE, NULL);

  self->engine = g_object_ref (engine);

  return self;
}

void
gesso_queue_keep_in (GessoQueue *self, const char *folder)
{
  g_autoptr (GPtrArray) left = NULL;
  guint first = self->job ? 1 : 0;

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
