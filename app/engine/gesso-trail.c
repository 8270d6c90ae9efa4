/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trail: the engine's kept steps, and what has to stay the same to go on from them. */
#include "config.h"

#include "gesso-trail-private.h"

struct _GessoTrail
{
  GObject      parent_instance;

  GsSteps     *gs_steps;
  GdkRectangle area;
  guint        steps;
  char        *sampler, *schedule, *model;
};

G_DEFINE_FINAL_TYPE (GessoTrail, gesso_trail, G_TYPE_OBJECT)

static void
gesso_trail_finalize (GObject *object)
{
  GessoTrail *self = GESSO_TRAIL (object);

  gs_steps_unref (self->gs_steps);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->model);

  G_OBJECT_CLASS (gesso_trail_parent_class)->finalize (object);
}

static void
gesso_trail_class_init (GessoTrailClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_trail_finalize;
}

static void
gesso_trail_init (GessoTrail *self)
{
}

GessoTrail *
gesso_trail_new (GsSteps *steps, GessoSettings *settings, const GdkRectangle *area)
{
  GessoTrail *self = g_object_new (GESSO_TYPE_TRAIL, NULL);

  self->gs_steps = gs_steps_ref (steps);
  self->area = *area;
  g_object_get (settings, "steps", &self->steps, "sampler", &self->sampler, "schedule",
                &self->schedule, "model", &self->model, NULL);

  return self;
}

GsSteps *
gesso_trail_get_gs_steps (GessoTrail *self)
{
  return self->gs_steps;
}

guint
gesso_trail_get_n_steps (GessoTrail *self)
{
  return gs_steps_get_n (self->gs_steps);
}

void
gesso_trail_get_area (GessoTrail *self, GdkRectangle *area)
{
  *area = self->area;
}

guint
gesso_trail_get_steps (GessoTrail *self)
{
  return self->steps;
}

const char *
gesso_trail_get_sampler (GessoTrail *self)
{
  return self->sampler;
}

const char *
gesso_trail_get_schedule (GessoTrail *self)
{
  return self->schedule;
}

const char *
gesso_trail_get_model (GessoTrail *self)
{
  return self->model;
}
