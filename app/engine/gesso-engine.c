/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of GessoEngine: each packs its arguments, and unpacks them on the engine thread. */
#include "config.h"

#include "gesso-engine-private.h"

#include "gs.h"

#include <glib/gi18n.h>

struct _GessoEngine
{
  GObject      parent_instance;

  GessoWorker *worker;
  char        *device_name;
  gboolean     on_cpu;
  gboolean     can_decode;
  GsPreview    preview;
  GessoServer *server;
  int          n_away; /* orders that it makes */
};

G_DEFINE_FINAL_TYPE (GessoEngine, gesso_engine, G_TYPE_OBJECT)

static void
gesso_engine_finalize (GObject *object)
{
  GessoEngine *self = GESSO_ENGINE (object);

  g_clear_pointer (&self->worker, gesso_worker_free);
  g_free (self->device_name);
  g_clear_object (&self->server);

  G_OBJECT_CLASS (gesso_engine_parent_class)->finalize (object);
}

static void
gesso_engine_class_init (GessoEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_engine_finalize;
}

static void
gesso_engine_init (GessoEngine *self)
{
  self->worker = gesso_worker_new ();
  self->preview = GS_PREVIEW_BEST;
  self->server = gesso_server_new ();
}

void
gesso_engine_prepare_process (void)
{
  gs_prepare_process ();
}

GessoEngine *
gesso_engine_new (void)
{
  return g_object_new (GESSO_TYPE_ENGINE, NULL);
}

GessoWorker *
gesso_engine_get_worker (GessoEngine *self)
{
  return self->worker;
}

GessoServer *
gesso_engine_get_server (GessoEngine *self)
{
  return self->server;
}

void
gesso_engine_count_away (GessoEngine *self, int change)
{
  self->n_away += change;
}

void
gesso_engine_leave_server (GessoEngine *self)
{
  gesso_server_close (self->server);
  while (self->n_away > 0)
    g_main_context_iteration (NULL, TRUE);
}

void
gesso_engine_set_can_decode (GessoEngine *self, gboolean can_decode)
{
  self->can_decode = can_decode;
}

const char *
gesso_engine_get_device_name (GessoEngine *self)
{
  return self->device_name;
}

gboolean
gesso_engine_get_on_cpu (GessoEngine *self)
{
  return self->on_cpu;
}

void
gesso_engine_set_preview (GessoEngine *self, const char *preview)
{
  if (g_str_equal (preview, "none"))
    self->preview = GS_PREVIEW_NONE;
  else if (g_str_equal (preview, "fast"))
    self->preview = GS_PREVIEW_FAST;
  else
    self->preview = GS_PREVIEW_BEST;
}

guint
gesso_engine_get_preview (GessoEngine *self)
{
  return self->preview;
}

/* ---- Opening -------------------------------------------------------------------------------- */

typedef struct
{
  char    *name;
  gboolean on_cpu;
} Device;

static void
device_free (Device *device)
{
  g_free (device->name);
  g_free (device);
}

static void
open_work (GessoWorker *worker, GTask *task)
{
  GError *error = NULL;
  GsSession *session = gesso_worker_open_session (worker, &error);
  const GsDeviceInfo *info;
  Device *device;

  if (session == NULL)
    {
      gesso_worker_return_error (worker, task, error);
      return;
    }

  info = gs_session_get_device (session);
  device = g_new0 (Device, 1);
  device->name = g_strdup (info->name);
  device->on_cpu = info->kind == GS_DEVICE_CPU;
  g_task_return_pointer (task, device, (GDestroyNotify) device_free);
}

void
gesso_engine_open_async (GessoEngine        *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_engine_open_async);
  gesso_worker_push (self->worker, task, open_work);
}

gboolean
gesso_engine_open_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  Device *device = g_task_propagate_pointer (G_TASK (result), error);

  if (device == NULL)
    return FALSE;

  g_free (self->device_name);
  self->device_name = g_steal_pointer (&device->name);
  self->on_cpu = device->on_cpu;
  device_free (device);

  return TRUE;
}

/* ---- The library ---------------------------------------------------------------------------- */

static void
library_work (GessoWorker *worker, GTask *task)
{
  gesso_worker_set_library (worker, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

void
gesso_engine_set_library (GessoEngine *self, const char *const *folders)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_source_tag (task, gesso_engine_set_library);
  g_task_set_task_data (task, g_strdupv ((char **) folders), (GDestroyNotify) g_strfreev);
  gesso_worker_push (self->worker, task, library_work);
}

/* ---- Decoding again ------------------------------------------------------------------------- */

gboolean
gesso_engine_can_decode (GessoEngine *self)
{
  return self->can_decode;
}

/* ---- Counting tokens ------------------------------------------------------------------------ */

typedef struct
{
  char *model, *prompt;
  guint n_tokens, n_available; /* out */
} Count;

static void
count_free (Count *count)
{
  g_free (count->model);
  g_free (count->prompt);
  g_free (count);
}

static void
count_work (GessoWorker *worker, GTask *task)
{
  Count *count = g_task_get_task_data (task);
  GError *error = NULL;
  GsSession *session = NULL;

  /* Gigabytes are not read for a number under a text. */
  if (gesso_worker_has_model (worker, count->model))
    session = gesso_worker_open_model (worker, count->model, NULL, NULL, NULL, &error);
  else
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_PENDING, "The model is not loaded yet");

  if (session && gs_session_count_tokens (session, count->prompt, &count->n_tokens,
                                          &count->n_available, &error))
    g_task_return_boolean (task, TRUE);
  else
    gesso_worker_return_error (worker, task, error);
}

void
gesso_engine_count_tokens_async (GessoEngine        *self,
                                 const char         *model,
                                 const char         *prompt,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Count *count = g_new0 (Count, 1);

  g_task_set_source_tag (task, gesso_engine_count_tokens_async);
  count->model = g_strdup (model);
  count->prompt = g_strdup (prompt);
  g_task_set_task_data (task, count, (GDestroyNotify) count_free);
  gesso_worker_push (self->worker, task, count_work);
}

gboolean
gesso_engine_count_tokens_finish (GessoEngine  *self,
                                  GAsyncResult *result,
                                  guint        *n_tokens,
                                  guint        *n_available,
                                  GError      **error)
{
  Count *count = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  *n_tokens = count->n_tokens;
  *n_available = count->n_available;
  return TRUE;
}
