/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two observers, of the power profile and of the active window, and the sentence they come to. */
#include "config.h"

#include "gesso-neighbour.h"
#include "gesso-full-screen.h"

#include <glib/gi18n.h>

/* Nobody who starts a game or a film minds so many more seconds of noise from the fan. */
#define LOOK_SECONDS 2

struct _GessoNeighbour
{
  GObject               parent_instance;

  GSettings            *store;
  GdkDisplay           *display;
  GPowerProfileMonitor *power;
  guint                 look_timeout; /* 0: inactive */
  gboolean              full_screen;  /* another program, when it was last looked */
  const char           *reason;
};

enum
{
  PROP_0,
  PROP_REASON,
  N_PROPERTIES
};

G_DEFINE_FINAL_TYPE (GessoNeighbour, gesso_neighbour, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPERTIES];

static void
update (GessoNeighbour *self)
{
  const char *reason = NULL;

  if (self->store && g_settings_get_boolean (self->store, "wait-for-power") &&
      g_power_profile_monitor_get_power_saver_enabled (self->power))
    reason = _("Waiting: the device saves power");
  else if (self->full_screen)
    reason = _("Waiting: another program fills the screen");

  if (g_strcmp0 (reason, self->reason) == 0)
    return;

  self->reason = reason;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASON]);
}

static gboolean
look (gpointer data)
{
  GessoNeighbour *self = data;

  self->full_screen = self->store && g_settings_get_boolean (self->store, "wait-for-full-screen") &&
                      gesso_full_screen_of_others (self->display);
  update (self);

  return G_SOURCE_CONTINUE;
}

static void
on_setting (GessoNeighbour *self)
{
  if (self->look_timeout)
    look (self);
  else
    update (self);
}

void
gesso_neighbour_set_active (GessoNeighbour *self, gboolean active)
{
  if (active == (self->look_timeout != 0))
    return;

  if (active)
    {
      self->look_timeout = g_timeout_add_seconds (LOOK_SECONDS, look, self);
      look (self);
      return;
    }

  g_clear_handle_id (&self->look_timeout, g_source_remove);
  self->full_screen = FALSE;
  update (self);
}

const char *
gesso_neighbour_get_reason (GessoNeighbour *self)
{
  return self->reason;
}

GessoNeighbour *
gesso_neighbour_new (GSettings *store, GdkDisplay *display, GPowerProfileMonitor *power)
{
  GessoNeighbour *self = g_object_new (GESSO_TYPE_NEIGHBOUR, NULL);

  g_set_object (&self->store, store);
  g_set_object (&self->display, display);
  self->power = power ? g_object_ref (power) : g_power_profile_monitor_dup_default ();
  g_signal_connect_object (self->power, "notify::power-saver-enabled", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  if (store)
    {
      g_signal_connect_object (store, "changed::wait-for-power", G_CALLBACK (on_setting), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (store, "changed::wait-for-full-screen", G_CALLBACK (on_setting), self,
                               G_CONNECT_SWAPPED);
    }
  update (self);

  return self;
}

static void
gesso_neighbour_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_REASON:
      g_value_set_string (value, GESSO_NEIGHBOUR (object)->reason);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gesso_neighbour_dispose (GObject *object)
{
  GessoNeighbour *self = GESSO_NEIGHBOUR (object);

  g_clear_handle_id (&self->look_timeout, g_source_remove);
  g_clear_object (&self->store);
  g_clear_object (&self->display);
  g_clear_object (&self->power);

  G_OBJECT_CLASS (gesso_neighbour_parent_class)->dispose (object);
}

static void
gesso_neighbour_class_init (GessoNeighbourClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_neighbour_get_property;
  object_class->dispose = gesso_neighbour_dispose;

  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gesso_neighbour_init (GessoNeighbour *self)
{
}
