/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window's settings, painting, start picture, and the pictures made so far. */
#include "config.h"

#include "gesso-document.h"

#define MAX_HISTORY_BYTES (768u << 20)
#define DEFAULT_SIZE 512 /* what most models are made for */

struct _GessoDocument
{
  GObject        parent_instance;

  GessoSettings *settings;
  GessoPainting *painting;
  GessoPicture  *start;
  GPtrArray     *pictures;
  guint          position;
  gboolean       use_canvas;
};

enum
{
  PROP_0,
  PROP_SETTINGS,
  PROP_PAINTING,
  PROP_START,
  PROP_PICTURE,
  PROP_USE_CANVAS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (GessoDocument, gesso_document, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
gesso_document_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoDocument *self = GESSO_DOCUMENT (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_PAINTING:
      g_value_set_object (value, self->painting);
      break;
    case PROP_START:
      g_value_set_object (value, self->start);
      break;
    case PROP_PICTURE:
      g_value_set_object (value, gesso_document_get_picture (self));
      break;
    case PROP_USE_CANVAS:
      g_value_set_boolean (value, self->use_canvas);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gesso_document_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  if (prop_id == PROP_USE_CANVAS)
    gesso_document_set_use_canvas (GESSO_DOCUMENT (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gesso_document_finalize (GObject *object)
{
  GessoDocument *self = GESSO_DOCUMENT (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->painting);
  g_clear_object (&self->start);
  g_ptr_array_unref (self->pictures);

  G_OBJECT_CLASS (gesso_document_parent_class)->finalize (object);
}

static void
gesso_document_class_init (GessoDocumentClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gesso_document_get_property;
  object_class->set_property = gesso_document_set_property;
  object_class->finalize = gesso_document_finalize;

  properties[PROP_SETTINGS] =
      g_param_spec_object ("settings", NULL, NULL, GESSO_TYPE_SETTINGS, flags);
  properties[PROP_PAINTING] =
      g_param_spec_object ("painting", NULL, NULL, GESSO_TYPE_PAINTING, flags);
  properties[PROP_START] = g_param_spec_object ("start", NULL, NULL, GESSO_TYPE_PICTURE, flags);
  properties[PROP_PICTURE] =
      g_param_spec_object ("picture", NULL, NULL, GESSO_TYPE_PICTURE, flags);
  properties[PROP_USE_CANVAS] =
      g_param_spec_boolean ("use-canvas", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_document_init (GessoDocument *self)
{
  self->settings = gesso_settings_new ();
  self->painting = gesso_painting_new (DEFAULT_SIZE, DEFAULT_SIZE);
  self->pictures = g_ptr_array_new_with_free_func (g_object_unref);
  self->use_canvas = TRUE;
}

GessoDocument *
gesso_document_new (void)
{
  return g_object_new (GESSO_TYPE_DOCUMENT, NULL);
}

GessoSettings *
gesso_document_get_settings (GessoDocument *self)
{
  return self->settings;
}

GessoPainting *
gesso_document_get_painting (GessoDocument *self)
{
  return self->painting;
}

GessoPicture *
gesso_document_get_start (GessoDocument *self)
{
  return self->start;
}

void
gesso_document_set_start (GessoDocument *self, GessoPicture *start)
{
  if (g_set_object (&self->start, start))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_START]);
}

gboolean
gesso_document_get_use_canvas (GessoDocument *self)
{
  return self->use_canvas;
}

void
gesso_document_set_use_canvas (GessoDocument *self, gboolean use_canvas)
{
  if (self->use_canvas == use_canvas)
    return;

  self->use_canvas = use_canvas;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_USE_CANVAS]);
}

GessoPicture *
gesso_document_get_picture (GessoDocument *self)
{
  if (self->position >= self->pictures->len)
    return NULL;

  return g_ptr_array_index (self->pictures, self->position);
}

guint
gesso_document_get_position (GessoDocument *self)
{
  return self->position;
}

guint
gesso_document_get_n_pictures (GessoDocument *self)
{
  return self->pictures->len;
}

static gsize
picture_bytes (GessoPicture *picture)
{
  return (gsize) gesso_picture_get_width (picture) * gesso_picture_get_height (picture) * 3;
}

static void
drop_oldest (GessoDocument *self)
{
  gsize n_bytes = 0;

  for (guint i = 0; i < self->pictures->len; i++)
    n_bytes += picture_bytes (g_ptr_array_index (self->pictures, i));

  while (n_bytes > MAX_HISTORY_BYTES && self->pictures->len > 1)
    {
      n_bytes -= picture_bytes (g_ptr_array_index (self->pictures, 0));
      g_ptr_array_remove_index (self->pictures, 0);
    }
}

void
gesso_document_add_picture (GessoDocument *self, GessoPicture *picture)
{
  g_ptr_array_add (self->pictures, g_object_ref (picture));
  drop_oldest (self);
  self->position = self->pictures->len - 1;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PICTURE]);
}

void
gesso_document_go_to (GessoDocument *self, int position)
{
  if (self->pictures->len == 0)
    return;

  self->position = (guint) CLAMP (position, 0, (int) self->pictures->len - 1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PICTURE]);
}

void
gesso_document_set_picture (GessoDocument *self, GessoPicture *picture)
{
  guint position;

  if (g_ptr_array_find (self->pictures, picture, &position) && position != self->position)
    gesso_document_go_to (self, (int) position);
}

GPtrArray *
gesso_document_get_unsaved (GessoDocument *self)
{
  GPtrArray *unsaved = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->pictures->len; i++)
    {
      GessoPicture *picture = g_ptr_array_index (self->pictures, i);

      if (!gesso_picture_get_saved (picture))
        g_ptr_array_add (unsaved, g_object_ref (picture));
    }

  return unsaved;
}
