/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A candidate: tiles, their place and their recipe. */
#include "config.h"

#include "gesso-candidate.h"

struct _GessoCandidate
{
  GObject      parent_instance;

  GessoTiles  *tiles;
  GdkRectangle area;
  char        *recipe;
  GessoCandidate *original; /* NULL: itself */
};

enum
{
  PROP_0,
  PROP_RECIPE,
  PROP_X,
  PROP_Y,
  PROP_WIDTH,
  PROP_HEIGHT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoCandidate, gesso_candidate, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
gesso_candidate_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoCandidate *self = GESSO_CANDIDATE (object);

  switch (prop_id)
    {
    case PROP_RECIPE:
      g_value_set_string (value, self->recipe);
      break;
    case PROP_X:
      g_value_set_int (value, self->area.x);
      break;
    case PROP_Y:
      g_value_set_int (value, self->area.y);
      break;
    case PROP_WIDTH:
      g_value_set_int (value, self->area.width);
      break;
    case PROP_HEIGHT:
      g_value_set_int (value, self->area.height);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_candidate_finalize (GObject *object)
{
  GessoCandidate *self = GESSO_CANDIDATE (object);

  g_clear_pointer (&self->tiles, gesso_tiles_unref);
  g_free (self->recipe);
  g_clear_object (&self->original);

  G_OBJECT_CLASS (gesso_candidate_parent_class)->finalize (object);
}

static void
gesso_candidate_class_init (GessoCandidateClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_candidate_get_property;
  object_class->finalize = gesso_candidate_finalize;

  properties[PROP_RECIPE] = g_param_spec_string ("recipe", NULL, NULL, NULL, flags);
  properties[PROP_X] = g_param_spec_int ("x", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[PROP_Y] = g_param_spec_int ("y", NULL, NULL, G_MININT, G_MAXINT, 0, flags);
  properties[PROP_WIDTH] = g_param_spec_int ("width", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_HEIGHT] = g_param_spec_int ("height", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_candidate_init (GessoCandidate *self)
{
}

GessoCandidate *
gesso_candidate_new (GessoTiles *tiles, const GdkRectangle *area, const char *recipe)
{
  GessoCandidate *self = g_object_new (GESSO_TYPE_CANDIDATE, NULL);

  g_assert (gesso_tiles_get_n_channels (tiles) == 4);
  self->tiles = gesso_tiles_ref (tiles);
  self->area = *area;
  self->recipe = g_strdup (recipe);

  return self;
}

GessoCandidate *
gesso_candidate_new_moved (GessoCandidate *other, int dx, int dy)
{
  const GdkRectangle area = { other->area.x + dx, other->area.y + dy, other->area.width,
                              other->area.height };
  GessoCandidate *self = gesso_candidate_new (other->tiles, &area, other->recipe);

  self->original = g_object_ref (gesso_candidate_get_original (other));

  return self;
}

GessoCandidate *
gesso_candidate_get_original (GessoCandidate *self)
{
  return self->original ? self->original : self;
}

GessoTiles *
gesso_candidate_get_tiles (GessoCandidate *self)
{
  return self->tiles;
}

void
gesso_candidate_get_area (GessoCandidate *self, GdkRectangle *area)
{
  *area = self->area;
}

const char *
gesso_candidate_get_recipe (GessoCandidate *self)
{
  return self->recipe;
}
