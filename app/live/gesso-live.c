/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pause, then at most one job; a touch sends both back to the start. */
#include "config.h"

#include "gesso-live.h"

struct _GessoLive
{
  GObject               parent_instance;

  const GessoLiveFuncs *funcs;
  gpointer              data;
  guint                 pause_ms;

  guint                 timeout; /* of the pause                                        */
  gboolean              wanted;  /* the pause is over, or not to be waited for           */
  GessoJob             *job;     /* that is at work, cancelled or not; NULL: none is     */
  GessoResult          *result;
  gboolean              enabled, held, closed;
};

enum
{
  PROP_0,
  PROP_ENABLED,
  PROP_BUSY,
  PROP_RESULT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoLive, gesso_live, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint failed_signal;

static void
set_result (GessoLive *self, GessoResult *result)
{
  if (g_set_object (&self->result, result))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESULT]);
}

/* ---- One at a time -------------------------------------------------------------------------- */

static void start (GessoLive *self);

static gboolean
is_cancelled (GessoJob *job)
{
  return g_cancellable_is_cancelled (gesso_job_get_cancellable (job));
}

gboolean
gesso_live_get_busy (GessoLive *self)
{
  return self->timeout || self->wanted || (self->job && !is_cancelled (self->job));
}

static void
notify_busy (GessoLive *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
on_result (GessoJob *job, GessoResult *result, GessoLive *self)
{
  if (job == self->job && !is_cancelled (job))
    set_result (self, result);
}

static void
on_run (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoLive) self = data;
  g_autoptr (GessoJob) job = NULL;
  g_autoptr (GError) error = NULL;

  self->funcs->finish (source, result, &error); /* which may bring the result */
  job = g_steal_pointer (&self->job);
  g_signal_handlers_disconnect_by_data (job, self);

  if (error && !is_cancelled (job) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      gesso_live_set_enabled (self, FALSE);
      g_signal_emit (self, failed_signal, 0, error->message);
    }
  start (self);
  notify_busy (self);
}

static void
start (GessoLive *self)
{
  g_autoptr (GessoOrder) order = NULL;

  if (!self->wanted || self->job || self->held || self->closed)
    return;

  self->wanted = FALSE;
  order = self->funcs->order (self->data);
  if (order == NULL)
    return;

  self->job = gesso_job_new ();
  g_signal_connect_object (self->job, "result", G_CALLBACK (on_result), self, 0);
  self->funcs->run (order, self->job, on_run, g_object_ref (self), self->data);
}

static gboolean
on_pause_over (gpointer data)
{
  GessoLive *self = data;

  self->timeout = 0;
  self->wanted = TRUE;
  start (self);
  notify_busy (self);

  return G_SOURCE_REMOVE;
}

/* ---- From outside --------------------------------------------------------------------------- */

void
gesso_live_settle (GessoLive *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  self->wanted = FALSE;
  if (self->job)
    gesso_job_cancel (self->job);
  notify_busy (self);
}

void
gesso_live_touch (GessoLive *self, gboolean painted)
{
  if (!self->enabled || self->closed)
    return;

  gesso_live_settle (self);
  self->timeout = g_timeout_add (self->pause_ms, on_pause_over, self);
  notify_busy (self);
  if (painted)
    set_result (self, NULL);
}

void
gesso_live_dismiss (GessoLive *self)
{
  set_result (self, NULL);
}

void
gesso_live_set_held (GessoLive *self, gboolean held)
{
  if (self->held == !!held)
    return;

  self->held = !!held;
  if (self->held && self->job && !is_cancelled (self->job))
    {
      gesso_job_cancel (self->job);
      self->wanted = TRUE;
    }
  start (self);
  notify_busy (self);
}

gboolean
gesso_live_get_enabled (GessoLive *self)
{
  return self->enabled;
}

void
gesso_live_set_enabled (GessoLive *self, gboolean enabled)
{
  if (self->enabled == !!enabled)
    return;

  self->enabled = !!enabled;
  if (!self->enabled)
    {
      gesso_live_settle (self);
      gesso_live_dismiss (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
}

GessoResult *
gesso_live_get_result (GessoLive *self)
{
  return self->result;
}

void
gesso_live_close (GessoLive *self)
{
  self->closed = TRUE;
  gesso_live_set_enabled (self, FALSE);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_live_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoLive *self = GESSO_LIVE (object);

  if (prop_id == PROP_ENABLED)
    g_value_set_boolean (value, self->enabled);
  else if (prop_id == PROP_BUSY)
    g_value_set_boolean (value, gesso_live_get_busy (self));
  else
    g_value_set_object (value, self->result);
}

static void
gesso_live_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  gesso_live_set_enabled (GESSO_LIVE (object), g_value_get_boolean (value));
}

static void
gesso_live_finalize (GObject *object)
{
  GessoLive *self = GESSO_LIVE (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->result);

  G_OBJECT_CLASS (gesso_live_parent_class)->finalize (object);
}

static void
gesso_live_class_init (GessoLiveClass *klass)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_live_get_property;
  object_class->set_property = gesso_live_set_property;
  object_class->finalize = gesso_live_finalize;

  properties[PROP_ENABLED] =
      g_param_spec_boolean ("enabled", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, readable);
  properties[PROP_RESULT] =
      g_param_spec_object ("result", NULL, NULL, GESSO_TYPE_RESULT, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  failed_signal = g_signal_new ("failed", GESSO_TYPE_LIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gesso_live_init (GessoLive *self)
{
}

GessoLive *
gesso_live_new (const GessoLiveFuncs *funcs, gpointer data, guint pause_ms)
{
  GessoLive *self = g_object_new (GESSO_TYPE_LIVE, NULL);

  self->funcs = funcs;
  self->data = data;
  self->pause_ms = pause_ms;

  return self;
}
