/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stack.xml, by OpenRaster's layer stack specification with its extensions for the selected layer
 * and for locks: https://www.freedesktop.org/wiki/Specifications/OpenRaster/Draft/LayersStack/
 *
 * Nested stacks of others become a plain row of layers: what the group says about opacity,
 * visibility, place and lock is said to each of its layers.
 */
#include "config.h"

#include "gesso-ora-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

GessoOraPlane *
gesso_ora_plane_new (const char *src, guint n_channels)
{
  GessoOraPlane *plane = g_new0 (GessoOraPlane, 1);

  plane->src = g_strdup (src);
  plane->n_channels = n_channels;
  plane->candidate = -1;

  return plane;
}

void
gesso_ora_plane_free (gpointer data)
{
  GessoOraPlane *plane = data;

  g_clear_pointer (&plane->tiles, gesso_tiles_unref);
  g_clear_pointer (&plane->layer, gesso_layer_state_unref);
  g_free (plane->recipe);
  g_free (plane->src);
  g_free (plane);
}

/* ---- Writing -------------------------------------------------------------------------------- */

/* XML has no way to write most control characters. */
static char *
escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (char *c = valid; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';

  return g_markup_escape_text (valid, -1);
}

char *
gesso_ora_stack_print (GessoSnapshot *snapshot, GPtrArray *planes)
{
  GString *xml = g_string_new ("<?xml version='1.0' encoding='UTF-8'?>\n");

  g_string_append_printf (xml, "<image version=\"0.0.5\" w=\"%u\" h=\"%u\">\n <stack>\n",
                          snapshot->width, snapshot->height);
  for (guint i = 0; i < planes->len; i++)
    {
      const GessoOraPlane *plane = g_ptr_array_index (planes, i);
      g_autofree char *name = NULL;
      char opacity[G_ASCII_DTOSTR_BUF_SIZE];

      if (plane->layer == NULL || plane->layer->kind == GESSO_LAYER_MASK)
        continue;
      name = escape (plane->layer->name);
      g_ascii_dtostr (opacity, sizeof (opacity), plane->layer->opacity);
      g_string_append_printf (xml,
                              "  <layer name=\"%s\" src=\"%s\" x=\"%d\" y=\"%d\" opacity=\"%s\" "
                              "visibility=\"%s\" composite-op=\"%s\"%s%s/>\n",
                              name, plane->src, plane->x, plane->y, opacity,
                              plane->layer->visible ? "visible" : "hidden",
                              gesso_blend_get_composite_op (plane->layer->blend),
                              plane->layer->locked ? " edit-locked=\"true\"" : "",
                              plane->layer->id == snapshot->active ? " selected=\"true\"" : "");
    }
  g_string_append (xml, " </stack>\n</image>\n");

  return g_string_free (xml, FALSE);
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* What a stack says to those in it. */
typedef struct
{
  double     opacity;
  gboolean   visible, locked;
  GessoBlend blend;
  int        x, y;
} Group;

typedef struct
{
  GessoSnapshot *snapshot;
  GPtrArray     *planes;
  GArray        *groups; /* of Group, the innermost last */
  gboolean       have_image;
} Parse;

static const char *
find (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i]; i++)
    if (g_str_equal (names[i], name))
      return values[i];

  return NULL;
}

static double
find_number (const char **names, const char **values, const char *name, double otherwise)
{
  const char *text = find (names, values, name);
  char *end = NULL;
  double number = text ? g_ascii_strtod (text, &end) : otherwise;

  return end == text || !isfinite (number) ? otherwise : number;
}

static int
find_place (const char **names, const char **values, const char *name)
{
  return (int) lrint (CLAMP (find_number (names, values, name, 0), -GESSO_TILES_REACH / 4,
                             GESSO_TILES_REACH / 4));
}

static gboolean
is_true (const char **names, const char **values, const char *name)
{
  return g_strcmp0 (find (names, values, name), "true") == 0;
}

/* What an element says, on top of the groups round it. */
static void
read_group (Parse *parse, const char **names, const char **values, Group *group)
{
  const Group *outer =
      parse->groups->len ? &g_array_index (parse->groups, Group, parse->groups->len - 1) : NULL;
  const char *op = find (names, values, "composite-op");

  *group = outer ? *outer : (Group) { 1, TRUE, FALSE, GESSO_BLEND_NORMAL, 0, 0 };
  group->opacity *= CLAMP (find_number (names, values, "opacity", 1), 0, 1);
  group->visible = group->visible && g_strcmp0 (find (names, values, "visibility"), "hidden") != 0;
  group->locked = group->locked || is_true (names, values, "edit-locked");
  if (op && !g_str_equal (op, "svg:src-over"))
    gesso_blend_from_composite_op (op, &group->blend);
  group->x = CLAMP (group->x + find_place (names, values, "x"), -GESSO_TILES_REACH / 2,
                    GESSO_TILES_REACH / 2);
  group->y = CLAMP (group->y + find_place (names, values, "y"), -GESSO_TILES_REACH / 2,
                    GESSO_TILES_REACH / 2);
}

static gboolean
read_image (Parse *parse, const char **names, const char **values, GError **error)
{
  double width = find_number (names, values, "w", 0), height = find_number (names, values, "h", 0);

  if (!(width >= 1 && height >= 1 && width <= GESSO_MAX_SIZE && height <= GESSO_MAX_SIZE))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("The picture is %.0f × %.0f pixels large, and Gesso opens up to %d × %d: make it "
                     "smaller with the program that made it."),
                   width, height, GESSO_MAX_SIZE, GESSO_MAX_SIZE);
      return FALSE;
    }
  parse->snapshot->width = (guint) width;
  parse->snapshot->height = (guint) height;
  parse->snapshot->frame = (GdkRectangle) { 0, 0, (int) width, (int) height };
  parse->have_image = TRUE;

  return TRUE;
}

static gboolean
read_layer (Parse *parse, const char **names, const char **values, GError **error)
{
  const char *src = find (names, values, "src"), *name = find (names, values, "name");
  GessoOraPlane *plane;
  Group group;

  /* Other kinds of layers (svg:) stay in the file as members that we do not know. */
  if (src == NULL || !g_str_has_suffix (src, ".png"))
    return TRUE;
  if (parse->planes->len >= GESSO_MAX_LAYERS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("The picture has more than %d layers: merge some with the program that made it."),
                   GESSO_MAX_LAYERS);
      return FALSE;
    }

  read_group (parse, names, values, &group);
  plane = gesso_ora_plane_new (src, 4);
  plane->x = plane->offset_x = group.x;
  plane->y = plane->offset_y = group.y;
  plane->selected = is_true (names, values, "selected");
  plane->layer = gesso_layer_state_new (GESSO_LAYER_RASTER, name);
  plane->layer->opacity = group.opacity;
  plane->layer->visible = group.visible;
  plane->layer->locked = group.locked;
  plane->layer->blend = group.blend;
  g_ptr_array_add (parse->planes, plane);

  return TRUE;
}

static void
on_start (GMarkupParseContext *context,
          const char          *element,
          const char         **names,
          const char         **values,
          gpointer             data,
          GError             **error)
{
  Parse *parse = data;
  Group group;

  if (g_str_equal (element, "image") && !parse->have_image)
    read_image (parse, names, values, error);
  else if (g_str_equal (element, "stack"))
    {
      read_group (parse, names, values, &group);
      g_array_append_val (parse->groups, group);
    }
  else if (g_str_equal (element, "layer") && parse->have_image)
    read_layer (parse, names, values, error);
}

static void
on_end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Parse *parse = data;

  if (g_str_equal (element, "stack") && parse->groups->len)
    g_array_set_size (parse->groups, parse->groups->len - 1);
}

gboolean
gesso_ora_stack_parse (GBytes *text, GessoSnapshot *snapshot, GPtrArray *planes, GError **error)
{
  static const GMarkupParser parser = { on_start, on_end, NULL, NULL, NULL };
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (Group));
  Parse parse = { snapshot, planes, groups, FALSE };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) why = NULL;
  gsize n_bytes;
  const char *bytes = g_bytes_get_data (text, &n_bytes);

  context = g_markup_parse_context_new (&parser, 0, &parse, NULL);
  if (g_markup_parse_context_parse (context, bytes ? bytes : "", (gssize) n_bytes, &why) &&
      g_markup_parse_context_end_parse (context, &why) && parse.have_image)
    return TRUE;

  if (why && why->domain == G_IO_ERROR)
    g_propagate_error (error, g_steal_pointer (&why));
  else
    {
      /* GLib's message has the file's bytes, whatever they are. */
      g_autofree char *message = g_utf8_make_valid (why ? why->message : "<image>", -1);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   /* Translators: an English message of a library, or a word of the format */
                   _("The list of layers is damaged (%s): use another copy of the file."), message);
    }
  return FALSE;
}
