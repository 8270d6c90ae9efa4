/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue: a list, its signals, and what people do to it. */
#include "config.h"

#include "gesso-queue-private.h"

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

void
gesso_queue_forget (GessoQueue *self, GessoOrder *order)
{
  if (self->store)
    gesso_queue_store_remove (self->store, order);
}

void
gesso_queue_changed (GessoQueue *self, guint position, guint n_removed, guint n_added)
{
  if (self->store)
    gesso_queue_store_list (self->store, self->orders);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

void
gesso_queue_notify_running (GessoQueue *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
  gesso_queue_emit_progress (self);
}

void
gesso_queue_emit_progress (GessoQueue *self)
{
  g_signal_emit (self, signals[PROGRESS], 0);
}

void
gesso_queue_emit_result (GessoQueue *self, GessoOrder *order, GessoResult *result)
{
  g_signal_emit (self, signals[RESULT], 0, order, result);
}

void
gesso_queue_emit_done (GessoQueue *self, GessoOrder *order, const GError *error)
{
  g_signal_emit (self, signals[DONE], 0, order, error);
}

void
gesso_queue_emit_moved (GessoQueue *self, GessoOrder *order, const char *why)
{
  g_signal_emit (self, signals[MOVED], 0, order, why);
}

/* ---- The list ------------------------------------------------------------------------------- */

void
gesso_queue_push (GessoQueue *self, GessoOrder *order)
{
  g_ptr_array_add (self->orders, g_object_ref (order));
  keep (self, order);
  gesso_queue_changed (self, self->orders->len - 1, 0, 1);
  gesso_queue_run_next (self);
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
  gesso_queue_changed (self, self->runs->len, 0, 1);
  gesso_queue_run (self, device, TRUE);
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
  gesso_queue_changed (self, MIN (from, position), MAX (from, position) - MIN (from, position) + 1,
           MAX (from, position) - MIN (from, position) + 1);
}

void
gesso_queue_cancel (GessoQueue *self, GessoOrder *order)
{
  G_GNUC_UNUSED g_autoptr (GessoOrder) held = g_object_ref (order);
  GessoJob *job = gesso_queue_get_job_of (self, order);
  guint position;

  if (job)
    gesso_job_cancel (job);
  if (job || !g_ptr_array_find (self->orders, order, &position))
    return;

  gesso_queue_forget (self, order);
  g_ptr_array_remove_index (self->orders, position);
  gesso_queue_changed (self, position, 1, 0);
}

void
gesso_queue_cancel_all (GessoQueue *self)
{
  while (self->orders->len > self->runs->len)
    gesso_queue_cancel (self, g_ptr_array_index (self->orders, self->orders->len - 1));
  gesso_queue_cancel_runs (self);
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
  gesso_queue_run_next (self);
}

/* ---- The object ----------------------------------------------------------------------------- */

void
gesso_queue_close (GessoQueue *self)
{
  self->closed = TRUE;
  gesso_queue_cancel_runs (self);
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
  g_signal_connect_object (gesso_engine_get_devices (engine), "free", G_CALLBACK (gesso_queue_run_next), self,
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
  gesso_queue_changed (self, first, 0, left->len);
  if (left->len > 0)
    gesso_queue_set_paused (self, TRUE);
}
