/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker that comes when it is needed, and what is known of where it works. */
#include "config.h"

#include "gesso-device-private.h"

#include "gesso-order-private.h"

#include <glib/gi18n.h>

#define REST_SECONDS 60 /* between two orders of one who goes on working; other programs want the memory too */

struct _GessoDevice
{
  GObject         parent_instance;

  GessoDeviceRole role;
  char           *name;
  GsDeviceKind    kind;
  guint64         memory_bytes;
  char           *id, *own_name; /* for the worker of a further one */
  gboolean        checks;
  char          **folders;
  GessoWorker    *worker;        /* NULL: not needed yet */

  gboolean        enabled;
  gboolean        failed;        /* it was lost, or could not be opened */
  GHashTable     *too_large;     /* models, to the pixels of the smallest picture that did not fit */
  guint           n_orders, n_works;
  gboolean        keeps;         /* latents                             */
  guint           rest_timeout;
};

enum
{
  PROP_0,
  PROP_ENABLED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoDevice, gesso_device, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint changed_signal;

static const char *
get_model (GessoOrder *order)
{
  return gesso_settings_get_model (gesso_order_get_settings (order));
}

static void
changed (GessoDevice *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* ---- What it is ----------------------------------------------------------------------------- */

const char *
gesso_device_get_name (GessoDevice *self)
{
  return self->name;
}

void
gesso_device_set_name (GessoDevice *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
  changed (self);
}

GessoDeviceRole
gesso_device_get_role (GessoDevice *self)
{
  return self->role;
}

gboolean
gesso_device_is_discrete (GessoDevice *self)
{
  return self->kind == GS_DEVICE_DISCRETE;
}

char *
gesso_device_dup_description (GessoDevice *self)
{
  g_autofree char *memory = NULL;

  if (self->failed)
    return g_strdup (_("It has stopped working and makes nothing more until it is switched on again"));
  if (self->kind == GS_DEVICE_INTEGRATED)
    return g_strdup (_("Part of the processor, whose memory it shares"));
  if (self->kind == GS_DEVICE_CPU)
    return g_strdup (_("The processor itself: slow"));

  memory = g_format_size_full (self->memory_bytes, G_FORMAT_SIZE_IEC_UNITS);
  /* Translators: of a graphics card; "24.0 GiB" */
  return g_strdup_printf (_("%s of memory"), memory);
}

char *
gesso_device_dup_failure (GessoDevice *self, const GError *error)
{
  const char *name = self->name ? self->name : _("The graphics card");

  if (g_error_matches (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY))
    /* Translators: the name of a graphics card */
    return g_strdup_printf (_("%s has too little memory for a picture, which waits for another one"), name);

  /* Translators: the name of a graphics card */
  return g_strdup_printf (_("%s has stopped working: its picture waits for another one"), name);
}

/* ---- The worker ----------------------------------------------------------------------------- */

static void
library_work (GessoWorker *worker, GTask *task)
{
  gesso_worker_set_library (worker, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

static void
send_library (GessoDevice *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->worker == NULL)
    return;

  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, send_library);
  g_task_set_task_data (task, g_strdupv (self->folders), (GDestroyNotify) g_strfreev);
  gesso_worker_push (self->worker, task, library_work);
}

GessoWorker *
gesso_device_get_worker (GessoDevice *self)
{
  if (self->worker == NULL && self->role != GESSO_DEVICE_SERVER)
    {
      self->worker = gesso_worker_new (self->id, self->own_name, self->checks);
      if (self->folders)
        send_library (self);
    }

  return self->worker;
}

void
gesso_device_set_library (GessoDevice *self, const char *const *folders)
{
  g_strfreev (self->folders);
  self->folders = g_strdupv ((char **) folders);
  send_library (self);
}

static gboolean
on_rest_time (gpointer data)
{
  GessoDevice *self = data;

  if (self->keeps)
    return G_SOURCE_CONTINUE;

  self->rest_timeout = 0;
  gesso_worker_rest (self->worker);

  return G_SOURCE_REMOVE;
}

static void
stay_awake (GessoDevice *self)
{
  g_clear_handle_id (&self->rest_timeout, g_source_remove);
}

static void
rest_soon (GessoDevice *self)
{
  stay_awake (self);
  if (self->role == GESSO_DEVICE_FURTHER && self->n_orders == 0 && self->worker)
    self->rest_timeout = g_timeout_add_seconds (self->enabled ? REST_SECONDS : 0, on_rest_time, self);
}

/* ---- Whether it may be used ----------------------------------------------------------------- */

gboolean
gesso_device_get_enabled (GessoDevice *self)
{
  return self->enabled;
}

void
gesso_device_set_enabled (GessoDevice *self, gboolean enabled)
{
  if (self->enabled == !!enabled)
    return;

  self->enabled = !!enabled;
  if (self->enabled)
    {
      self->failed = FALSE;
      g_hash_table_remove_all (self->too_large);
    }
  rest_soon (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENABLED]);
  changed (self);
}

/* ---- Orders --------------------------------------------------------------------------------- */

gboolean
gesso_device_is_to_blame (const GError *error)
{
  return g_error_matches (error, GS_ERROR, GS_ERROR_DEVICE_LOST) ||
         g_error_matches (error, GS_ERROR, GS_ERROR_NO_DEVICE) ||
         g_error_matches (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY);
}

static gsize
count_pixels (GessoOrder *order)
{
  GdkRectangle area;

  gesso_order_get_area (order, &area);
  return (gsize) area.width * (gsize) area.height;
}

static gboolean
is_too_large (GessoDevice *self, GessoOrder *order)
{
  gpointer least;

  return g_hash_table_lookup_extended (self->too_large, get_model (order), NULL, &least) &&
         count_pixels (order) >= GPOINTER_TO_SIZE (least);
}

gboolean
gesso_device_suits (GessoDevice *self, GessoOrder *order)
{
  return self->enabled && !self->failed && !gesso_order_has_failed_on (order, self) &&
         !is_too_large (self, order);
}

gboolean
gesso_device_is_free (GessoDevice *self)
{
  return self->n_orders == 0;
}

void
gesso_device_begin (GessoDevice *self)
{
  self->n_orders++;
  stay_awake (self);
}

/* A further one that fails would take order after order along; the first is tried again, as it is the one
 * that there always is. */
static void
judge (GessoDevice *self, GessoOrder *order, const GError *error)
{
  if (!gesso_device_is_to_blame (error))
    return;

  gesso_order_add_failed_on (order, self);
  if (g_error_matches (error, GS_ERROR, GS_ERROR_OUT_OF_MEMORY))
    g_hash_table_insert (self->too_large, g_strdup (get_model (order)),
                         GSIZE_TO_POINTER (count_pixels (order)));
  else if (self->role == GESSO_DEVICE_FURTHER)
    {
      self->failed = TRUE;
      changed (self);
    }
}

void
gesso_device_end (GessoDevice *self, GessoOrder *order, const GError *error, gboolean keeps)
{
  self->n_orders--;
  self->keeps = keeps;
  if (self->role != GESSO_DEVICE_SERVER)
    judge (self, order, error);
  rest_soon (self);
}

void
gesso_device_count_work (GessoDevice *self, int change)
{
  self->n_works += (guint) change;
}

gboolean
gesso_device_has_work (GessoDevice *self)
{
  return self->n_works > 0;
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_device_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, GESSO_DEVICE (object)->enabled);
}

static void
gesso_device_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  gesso_device_set_enabled (GESSO_DEVICE (object), g_value_get_boolean (value));
}

void
gesso_device_close (GessoDevice *self)
{
  stay_awake (self);
  self->enabled = FALSE;
  g_clear_pointer (&self->worker, gesso_worker_free);
}

static void
gesso_device_finalize (GObject *object)
{
  GessoDevice *self = GESSO_DEVICE (object);

  gesso_device_close (self);
  g_free (self->name);
  g_free (self->id);
  g_free (self->own_name);
  g_strfreev (self->folders);
  g_hash_table_unref (self->too_large);

  G_OBJECT_CLASS (gesso_device_parent_class)->finalize (object);
}

static void
gesso_device_class_init (GessoDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_device_get_property;
  object_class->set_property = gesso_device_set_property;
  object_class->finalize = gesso_device_finalize;
  properties[PROP_ENABLED] =
      g_param_spec_boolean ("enabled", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  changed_signal = g_signal_new ("changed", GESSO_TYPE_DEVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
gesso_device_init (GessoDevice *self)
{
  self->enabled = TRUE;
  self->too_large = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GessoDevice *
gesso_device_new (GessoDeviceRole role)
{
  GessoDevice *self = g_object_new (GESSO_TYPE_DEVICE, NULL);

  self->role = role;

  return self;
}

GessoDevice *
gesso_device_new_further (const GsDeviceInfo *info, const char *name, gboolean checks)
{
  GessoDevice *self = gesso_device_new (GESSO_DEVICE_FURTHER);

  self->name = g_strdup (name);
  self->id = g_strdup_printf ("%u", info->index);
  self->own_name = g_strdup (info->name);
  self->kind = info->kind;
  self->memory_bytes = info->memory_bytes;
  self->checks = checks;
  self->enabled = gesso_device_is_discrete (self);

  return self;
}
