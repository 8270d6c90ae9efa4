/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of GessoEngine: each packs its arguments, and unpacks them on the engine thread. */
#include "config.h"

#include "gesso-engine-private.h"

#include "gs.h"

#include <glib/gi18n.h>

struct _GessoEngine
{
  GObject      parent_instance;

  GessoDevices *devices;
  char        *device_name;
  gboolean     on_cpu;
  GsPreview    preview;
  GessoServer *server;
  int          n_away; /* orders that it makes */
};

G_DEFINE_FINAL_TYPE (GessoEngine, gesso_engine, G_TYPE_OBJECT)

static void
gesso_engine_finalize (GObject *object)
{
  GessoEngine *self = GESSO_ENGINE (object);

  gesso_devices_close (self->devices);
  g_object_unref (self->devices);
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
  self->devices = gesso_devices_new ();
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
  return gesso_device_get_worker (gesso_devices_get_first (self->devices));
}

GessoDevices *
gesso_engine_get_devices (GessoEngine *self)
{
  return self->devices;
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
gesso_engine_close (GessoEngine *self)
{
  gesso_server_close (self->server);
  while (self->n_away > 0)
    g_main_context_iteration (NULL, TRUE);
  gesso_devices_close (self->devices);
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
  GPtrArray    *all;
  GsDeviceInfo *first; /* of them */
} Found;

static void
found_free (Found *found)
{
  g_ptr_array_unref (found->all);
  g_free (found);
}

static GsDeviceInfo *
find_first (GPtrArray *all, const GsDeviceInfo *info)
{
  for (guint i = 0; i < all->len; i++)
    if (((GsDeviceInfo *) all->pdata[i])->index == info->index)
      return all->pdata[i];

  return NULL;
}

static void
open_work (GessoWorker *worker, GTask *task)
{
  GError *error = NULL;
  GsSession *session = gesso_worker_open_session (worker, &error);
  Found *found;

  if (session == NULL)
    {
      gesso_worker_return_error (worker, task, error);
      return;
    }

  found = g_new0 (Found, 1);
  found->all = gs_list_devices ();
  found->first = find_first (found->all, gs_session_get_device (session));
  g_task_return_pointer (task, found, (GDestroyNotify) found_free);
}

void
gesso_engine_open_async (GessoEngine        *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, gesso_engine_open_async);
  gesso_worker_push (gesso_engine_get_worker (self), task, open_work);
}

gboolean
gesso_engine_open_finish (GessoEngine *self, GAsyncResult *result, GError **error)
{
  Found *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;

  if (found->first)
    {
      g_free (self->device_name);
      self->device_name = g_strdup (found->first->name);
      self->on_cpu = found->first->kind == GS_DEVICE_CPU;
      gesso_devices_set_known (self->devices, found->all, found->first);
    }
  found_free (found);

  return TRUE;
}

/* ---- The library ---------------------------------------------------------------------------- */

void
gesso_engine_set_library (GessoEngine *self, const char *const *folders)
{
  gesso_devices_set_library (self->devices, folders);
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
  gesso_worker_push (gesso_engine_get_worker (self), task, count_work);
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
