/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session: a device, a precision and one model.
 */
#include "io/prompt.h"
#include "session/inversions.h"
#include "session/library.h"
#include "session/model.h"
#include "session/vector-width.h"
#include "session/vocabulary.h"
#include "tensor/stream.h"

void
gs_device_info_free (GsDeviceInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->name);
  g_free (info->driver);
  g_free (info->unusable);
  g_free (info);
}

static GsDeviceInfo *
device_info (const GsGpuInfo *gpu, guint64 free_bytes)
{
  static const GsDeviceKind kinds[] = {
    [GS_GPU_DISCRETE] = GS_DEVICE_DISCRETE,
    [GS_GPU_INTEGRATED] = GS_DEVICE_INTEGRATED,
    [GS_GPU_VIRTUAL] = GS_DEVICE_VIRTUAL,
    [GS_GPU_CPU] = GS_DEVICE_CPU,
  };
  GsDeviceInfo *info = g_new0 (GsDeviceInfo, 1);

  info->name = g_strdup (gpu->name);
  info->driver = g_strdup (gpu->driver);
  info->kind = kinds[gpu->kind];
  info->memory_bytes = gpu->memory_bytes;
  info->free_bytes = free_bytes;
  info->has_fp16 = gpu->storage16;
  info->unusable = gpu->unusable[0] != '\0' ? g_strdup (gpu->unusable) : NULL;
  info->index = gpu->index;
  return info;
}

GPtrArray *
gs_list_devices (void)
{
  g_autoptr (GArray) gpus = gs_gpu_list ();
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) gs_device_info_free);

  for (guint i = 0; i < gpus->len; i++)
    {
      const GsGpuInfo *gpu = &g_array_index (gpus, GsGpuInfo, i);

      g_ptr_array_add (devices, device_info (gpu, gpu->memory_bytes));
    }
  return devices;
}

/* Half precision saves memory and time on GPUs; the CPU driver converts each element instead. */
static GsDtype
choose_dtype (const GsGpuInfo *gpu, GsPrecision precision)
{
  switch (precision)
    {
    case GS_PRECISION_F16: return GS_DTYPE_F16;
    case GS_PRECISION_F32: return GS_DTYPE_F32;
    case GS_PRECISION_AUTO: break;
    }
  return gpu->storage16 && gpu->kind != GS_GPU_CPU ? GS_DTYPE_F16 : GS_DTYPE_F32;
}

/* For machines whose device memory is wanted elsewhere too. */
static guint64
read_memory_limit (void)
{
  const char *text = g_getenv ("GESSO_MEMORY_LIMIT");
  guint64 mib = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;

  return mib > 0 && mib < G_MAXUINT64 >> 20 ? mib << 20 : G_MAXUINT64;
}

GsSession *
gs_session_new (const GsSessionOptions *options, GError **error)
{
  g_autoptr (GsSession) session = g_new0 (GsSession, 1);
  const GsGpuInfo *gpu;

  session->device = gs_device_new (options != NULL ? options->device : NULL, &session->reason,
                                   error);
  if (session->device == NULL)
    return NULL;
  gpu = gs_device_get_info (session->device);
  gs_vector_width_check (gpu);
  session->info = device_info (gpu, gs_device_get_free_bytes (session->device));
  session->dtype = choose_dtype (gpu, options != NULL ? options->precision : GS_PRECISION_AUTO);
  if (session->dtype == GS_DTYPE_F16 && !gpu->storage16)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_UNSUPPORTED,
                   "%s cannot store half precision; use the precision f32", gpu->name);
      return NULL;
    }
  session->memory_limit = options != NULL && options->memory_limit > 0 ? options->memory_limit
                                                                       : read_memory_limit ();
  session->arena = gs_arena_new (session->device);
  return g_steal_pointer (&session);
}

void
gs_session_free (GsSession *session)
{
  if (session == NULL)
    return;
  gs_model_free (session->refiner);
  gs_model_free (session->model);
  gs_stream_free (session->stream);
  gs_arena_free (session->arena);
  gs_device_free (session->device);
  gs_device_info_free (session->info);
  g_free (session->reason);
  g_strfreev (session->folders);
  g_clear_pointer (&session->library, g_ptr_array_unref);
  g_free (session);
}

const GsDeviceInfo *
gs_session_get_device (GsSession *session)
{
  return session->info;
}

const char *
gs_session_get_reason (GsSession *session)
{
  return session->reason;
}

const GsModelInfo *
gs_session_get_model (GsSession *session)
{
  return session->model != NULL ? session->model->info : NULL;
}

gboolean
gs_session_require_model (GsSession *session, GError **error)
{
  if (session->model != NULL)
    return TRUE;
  g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT, "Load a model first");
  return FALSE;
}

void
gs_session_set_model (GsSession *session, GsModel *model)
{
  g_clear_pointer (&session->refiner, gs_model_free); /* it goes with the model */
  gs_model_free (session->model);
  session->model = model;
  gs_arena_trim (session->arena);
}

gboolean
gs_session_load_model (GsSession *session, const char *path, const GsModelOptions *options,
                       GsProgressFunc progress, gpointer user_data, GError **error)
{
  GsModel *model = NULL;
  gint64 start = g_get_monotonic_time ();

  gs_session_set_model (session, NULL); /* first: both would not always fit */
  gs_progress_begin (&session->progress, session->device, progress, user_data, NULL);
  if (gs_progress_phase (&session->progress, GS_PHASE_LOAD, 1, error))
    model = gs_model_open (session->device, session->dtype, path, options,
                           gs_session_library (session), error);
  if (model != NULL && !gs_progress_step (&session->progress, 1, NULL, error))
    g_clear_pointer (&model, gs_model_free);
  gs_progress_end (&session->progress);
  gs_session_set_model (session, model);
  session->load_seconds = (g_get_monotonic_time () - start) * 1e-6;
  return model != NULL;
}

gboolean
gs_session_load_synthetic (GsSession *session, const char *shape, GError **error)
{
  gs_session_set_model (session, NULL);
  gs_session_set_model (session,
                        gs_model_synthetic (session->device, session->dtype, shape, error));
  return session->model != NULL;
}

gboolean
gs_session_count_tokens (GsSession *session, const char *prompt, guint *n_tokens,
                         guint *n_available, GError **error)
{
  GsTokenizer *tokenizer;

  if (!gs_session_require_model (session, error))
    return FALSE;
  tokenizer = gs_session_get_tokenizer (session, error);
  if (tokenizer == NULL)
    return FALSE;
  gs_inversions_find (session->model, gs_session_library (session));
  gs_prompt_count (tokenizer, prompt != NULL ? prompt : "", n_tokens, n_available);
  return TRUE;
}
