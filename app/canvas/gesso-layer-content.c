/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GDK makes files of the texture by itself. */
#include "config.h"

#include "gesso-layer-content.h"

struct _GessoLayerContent
{
  GdkContentProvider parent_instance;

  GessoLayer        *layer;
};

G_DEFINE_FINAL_TYPE (GessoLayerContent, gesso_layer_content, GDK_TYPE_CONTENT_PROVIDER)

static gboolean
get_bounds (GessoLayer *layer, GdkRectangle *bounds)
{
  GessoTiles *tiles = gesso_layer_get_tiles (layer);

  return gesso_tiles_get_n_channels (tiles) == 4 && gesso_tiles_get_bounds (tiles, bounds);
}

static GdkTexture *
make_texture (GessoLayer *layer)
{
  g_autoptr (GBytes) bytes = NULL;
  GdkRectangle bounds;
  gsize stride;
  guint8 *pixels;

  if (!get_bounds (layer, &bounds))
    return NULL;

  stride = (gsize) bounds.width * 4;
  pixels = g_malloc (stride * (gsize) bounds.height);
  gesso_tiles_read (gesso_layer_get_tiles (layer), &bounds, pixels, stride);
  bytes = g_bytes_new_take (pixels, stride * (gsize) bounds.height);

  return gdk_memory_texture_new (bounds.width, bounds.height, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED,
                                 bytes, stride);
}

static GdkContentFormats *
ref_formats (GdkContentProvider *provider)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();
  GdkRectangle bounds;

  gdk_content_formats_builder_add_gtype (builder, GESSO_TYPE_LAYER);
  if (get_bounds (GESSO_LAYER_CONTENT (provider)->layer, &bounds))
    gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_TEXTURE);

  return gdk_content_formats_builder_free_to_formats (builder);
}

static gboolean
get_value (GdkContentProvider *provider, GValue *value, GError **error)
{
  GessoLayer *layer = GESSO_LAYER_CONTENT (provider)->layer;
  g_autoptr (GdkTexture) texture = G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE) ? make_texture (layer) : NULL;

  if (G_VALUE_HOLDS (value, GESSO_TYPE_LAYER))
    g_value_set_object (value, layer);
  else if (texture)
    g_value_set_object (value, texture);
  else
    return GDK_CONTENT_PROVIDER_CLASS (gesso_layer_content_parent_class)->get_value (provider, value, error);

  return TRUE;
}

static void
gesso_layer_content_finalize (GObject *object)
{
  g_clear_object (&GESSO_LAYER_CONTENT (object)->layer);

  G_OBJECT_CLASS (gesso_layer_content_parent_class)->finalize (object);
}

static void
gesso_layer_content_class_init (GessoLayerContentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_layer_content_finalize;
  GDK_CONTENT_PROVIDER_CLASS (klass)->ref_formats = ref_formats;
  GDK_CONTENT_PROVIDER_CLASS (klass)->get_value = get_value;
}

static void
gesso_layer_content_init (GessoLayerContent *self)
{
}

GdkContentProvider *
gesso_layer_content_new (GessoLayer *layer)
{
  GessoLayerContent *self = g_object_new (GESSO_TYPE_LAYER_CONTENT, NULL);

  self->layer = g_object_ref (layer);

  return GDK_CONTENT_PROVIDER (self);
}
