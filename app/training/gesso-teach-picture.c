/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a picture and its caption, and writing what is to be learned from. */
#include "config.h"

#include "gesso-teach-picture.h"

#include <glib/gi18n.h>
#include <string.h>

#define LOOK_SIZE 320
#define USEFUL_SIZE 1024        /* of the shorter side; models have 512 to 768 */
#define MAX_CAPTION_BYTES 65536

struct _GessoTeachPicture
{
  GObject      parent_instance;

  GFile       *file;     /* or */
  GdkTexture  *texture;
  char        *name;
  char        *subset;
  char        *problem;
  GdkTexture  *look;
  int          width, height;
  char        *caption;
  GdkRectangle crop;
};

enum
{
  PROP_0,
  PROP_CAPTION,
  PROP_CROP,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GessoTeachPicture, gesso_teach_picture, G_TYPE_OBJECT)

static void
gesso_teach_picture_finalize (GObject *object)
{
  GessoTeachPicture *self = GESSO_TEACH_PICTURE (object);

  g_clear_object (&self->file);
  g_clear_object (&self->texture);
  g_clear_object (&self->look);
  g_free (self->name);
  g_free (self->subset);
  g_free (self->problem);
  g_free (self->caption);

  G_OBJECT_CLASS (gesso_teach_picture_parent_class)->finalize (object);
}

static void
gesso_teach_picture_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GessoTeachPicture *self = GESSO_TEACH_PICTURE (object);

  if (prop_id == PROP_CAPTION)
    g_value_set_string (value, self->caption);
  else
    g_value_set_boxed (value, &self->crop);
}

static void
gesso_teach_picture_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GessoTeachPicture *self = GESSO_TEACH_PICTURE (object);

  if (prop_id == PROP_CROP)
    {
      gesso_teach_picture_set_crop (self, g_value_get_boxed (value));
      return;
    }
  g_free (self->caption);
  self->caption = g_value_get_string (value) ? g_value_dup_string (value) : g_strdup ("");
}

static void
gesso_teach_picture_class_init (GessoTeachPictureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = gesso_teach_picture_finalize;
  object_class->get_property = gesso_teach_picture_get_property;
  object_class->set_property = gesso_teach_picture_set_property;

  properties[PROP_CAPTION] = g_param_spec_string ("caption", NULL, NULL, "",
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CROP] = g_param_spec_boxed ("crop", NULL, NULL, GDK_TYPE_RECTANGLE,
                                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gesso_teach_picture_init (GessoTeachPicture *self)
{
  self->caption = g_strdup ("");
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* As it is to be looked at, whatever way the camera was held. */
static GdkPixbuf *
read_pixels (GFile *file, GError **error)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GdkPixbuf) pixbuf =
      stream ? gdk_pixbuf_new_from_stream (G_INPUT_STREAM (stream), NULL, error) : NULL;

  return pixbuf ? gdk_pixbuf_apply_embedded_orientation (pixbuf) : NULL;
}

static GdkPixbuf *
shrink (GdkPixbuf *pixbuf, double scale)
{
  if (scale >= 1)
    return g_object_ref (pixbuf);
  return gdk_pixbuf_scale_simple (pixbuf, MAX (1, (int) (gdk_pixbuf_get_width (pixbuf) * scale + 0.5)),
                                  MAX (1, (int) (gdk_pixbuf_get_height (pixbuf) * scale + 0.5)),
                                  GDK_INTERP_BILINEAR);
}

static void
take_look (GessoTeachPicture *self, GdkPixbuf *pixbuf)
{
  g_autoptr (GdkPixbuf) small = NULL;

  self->width = gdk_pixbuf_get_width (pixbuf);
  self->height = gdk_pixbuf_get_height (pixbuf);
  small = shrink (pixbuf, (double) LOOK_SIZE / MAX (self->width, self->height));
  self->look = gdk_texture_new_for_pixbuf (small);
}

/* kohya's convention: beside the picture, of the same name. One line. */
static char *
read_caption (GFile *file)
{
  static const char *const endings[] = { ".txt", ".caption" };
  g_autofree char *name = g_file_get_basename (file);
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = dot ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
  g_autoptr (GFile) folder = g_file_get_parent (file);

  for (guint i = 0; folder && i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *beside = g_strconcat (stem, endings[i], NULL);
      g_autoptr (GFile) caption = g_file_get_child (folder, beside);
      g_autofree char *text = NULL, *valid = NULL;
      gsize n;

      if (!g_file_load_contents (caption, NULL, &text, &n, NULL, NULL))
        continue;
      valid = g_utf8_make_valid (text, (gssize) MIN (n, MAX_CAPTION_BYTES));
      return g_strdup (g_strstrip (g_strdelimit (valid, "\r\n\t", ' ')));
    }
  return NULL;
}

/* "10_red dog" says it for all that say nothing themselves. */
static const char *
caption_of_subset (const char *subset)
{
  const char *line = subset ? strchr (subset, '_') : NULL;

  return line ? line + 1 : "";
}

GessoTeachPicture *
gesso_teach_picture_new_from_file (GFile *file, const char *subset)
{
  GessoTeachPicture *self = g_object_new (GESSO_TYPE_TEACH_PICTURE, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *base = g_file_get_basename (file), *caption = NULL;
  g_autoptr (GdkPixbuf) pixbuf = read_pixels (file, &error);

  self->file = g_object_ref (file);
  self->name = g_filename_display_name (base);
  self->subset = g_strdup (subset);
  if (pixbuf == NULL)
    {
      self->problem = g_strdup (error ? error->message : _("It cannot be read"));
      return self;
    }
  take_look (self, pixbuf);
  caption = read_caption (file);
  g_free (self->caption);
  self->caption = g_strdup (caption ? caption : caption_of_subset (subset));
  return self;
}

GessoTeachPicture *
gesso_teach_picture_new_from_texture (GdkTexture *texture, const char *name)
{
  GessoTeachPicture *self = g_object_new (GESSO_TYPE_TEACH_PICTURE, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_get_from_texture (texture);

  self->texture = g_object_ref (texture);
  self->name = g_strdup (name);
  take_look (self, pixbuf);

  return self;
}

/* ---- What it is ----------------------------------------------------------------------------- */

const char *
gesso_teach_picture_get_name (GessoTeachPicture *self)
{
  return self->name;
}

const char *
gesso_teach_picture_get_subset (GessoTeachPicture *self)
{
  return self->subset;
}

const char *
gesso_teach_picture_get_problem (GessoTeachPicture *self)
{
  return self->problem;
}

GdkPaintable *
gesso_teach_picture_get_look (GessoTeachPicture *self)
{
  return self->look ? GDK_PAINTABLE (self->look) : NULL;
}

int
gesso_teach_picture_get_width (GessoTeachPicture *self)
{
  return self->width;
}

int
gesso_teach_picture_get_height (GessoTeachPicture *self)
{
  return self->height;
}

const char *
gesso_teach_picture_get_caption (GessoTeachPicture *self)
{
  return self->caption;
}

void
gesso_teach_picture_set_crop (GessoTeachPicture *self, const GdkRectangle *crop)
{
  const GdkRectangle all = { 0, 0, self->width, self->height };
  GdkRectangle inside = { 0 };

  if (crop && crop->width > 0 && crop->height > 0)
    gdk_rectangle_intersect (&all, crop, &inside);
  if (inside.width == self->width && inside.height == self->height)
    inside = (GdkRectangle) { 0 };
  if (gdk_rectangle_equal (&inside, &self->crop))
    return;
  self->crop = inside;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CROP]);
}

gboolean
gesso_teach_picture_is_cropped (GessoTeachPicture *self)
{
  return self->crop.width > 0;
}

void
gesso_teach_picture_get_crop (GessoTeachPicture *self, GdkRectangle *crop)
{
  *crop = self->crop.width > 0 ? self->crop : (GdkRectangle) { 0, 0, self->width, self->height };
}

/* ---- Writing -------------------------------------------------------------------------------- */

gboolean
gesso_teach_picture_write (GessoTeachPicture *self, const char *path, GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = self->texture ? gdk_pixbuf_get_from_texture (self->texture)
                                               : read_pixels (self->file, error);
  g_autoptr (GdkPixbuf) part = NULL, useful = NULL;
  const GdkRectangle all = { 0, 0, pixbuf ? gdk_pixbuf_get_width (pixbuf) : 0,
                             pixbuf ? gdk_pixbuf_get_height (pixbuf) : 0 };
  GdkRectangle crop;

  if (pixbuf == NULL)
    return FALSE;
  gesso_teach_picture_get_crop (self, &crop);
  /* The file may be another one meanwhile. */
  if (!gdk_rectangle_intersect (&all, &crop, &crop))
    crop = all;
  part = gdk_pixbuf_new_subpixbuf (pixbuf, crop.x, crop.y, crop.width, crop.height);
  useful = shrink (part, (double) USEFUL_SIZE / MIN (crop.width, crop.height));
  return gdk_pixbuf_save (useful, path, "png", error, NULL);
}
