/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same measures as in resources/starter/score.py, which the model is trained by. */
#include "judge.h"

#include <math.h>

Judge *
judge_new (const char *path)
{
  g_autoptr (GError) error = NULL;
  Judge *judge = g_new0 (Judge, 1);
  JsonObject *root;

  judge->parser = json_parser_new ();
  json_parser_load_from_file (judge->parser, path, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (judge->parser));
  judge->palettes = json_object_get_object_member (root, "palettes");
  judge->settings = json_object_get_object_member (root, "settings");
  judge->prompts = json_object_get_array_member (root, "prompts");
  judge->n_prompts = json_array_get_length (judge->prompts);
  judge->need = (guint) json_object_get_int_member (root, "need");
  return judge;
}

void
judge_free (Judge *judge)
{
  if (judge == NULL)
    return;
  g_object_unref (judge->parser);
  g_free (judge);
}

static JsonObject *
get_entry (Judge *judge, guint prompt)
{
  return json_array_get_object_element (judge->prompts, prompt);
}

const char *
judge_get_prompt (Judge *judge, guint prompt)
{
  return json_object_get_string_member (get_entry (judge, prompt), "prompt");
}

guint64
judge_get_seed (Judge *judge, guint prompt)
{
  return (guint64) json_object_get_int_member (get_entry (judge, prompt), "seed");
}

gboolean
judge_is_held_out (Judge *judge, guint prompt)
{
  return json_object_get_boolean_member (get_entry (judge, prompt), "held_out");
}

static JsonArray *
get_checks (Judge *judge, guint prompt)
{
  return json_object_get_array_member (get_entry (judge, prompt), "checks");
}

guint
judge_count_checks (Judge *judge, guint prompt)
{
  return json_array_get_length (get_checks (judge, prompt));
}

JudgeCheck
judge_get_check (Judge *judge, guint prompt, guint check)
{
  JsonObject *entry = json_array_get_object_element (get_checks (judge, prompt), check);
  JsonArray *region = json_object_get_array_member (entry, "region");
  JudgeCheck result = {
    .kind = json_object_get_string_member (entry, "kind"),
    .palette = json_object_get_string_member (entry, "palette"),
    .is = json_object_get_string_member (entry, "is"),
  };

  for (guint i = 0; i < 4; i++)
    result.region[i] = json_array_get_double_element (region, i);
  if (!g_str_equal (result.kind, "mean"))
    result.at_least = json_object_get_double_member (entry, "at_least");
  return result;
}

static void
read_colour (JsonObject *entry, double rgb[3])
{
  JsonArray *array = json_object_get_array_member (entry, "rgb");

  for (guint c = 0; c < 3; c++)
    rgb[c] = json_array_get_double_element (array, c);
}

void
judge_get_colour (Judge *judge, const char *palette, const char *name, guint8 rgb[3])
{
  JsonArray *entries = json_object_get_array_member (judge->palettes, palette);

  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      JsonObject *entry = json_array_get_object_element (entries, i);
      double colour[3];

      if (!g_str_equal (json_object_get_string_member (entry, "name"), name))
        continue;
      read_colour (entry, colour);
      for (guint c = 0; c < 3; c++)
        rgb[c] = (guint8) colour[c];
      return;
    }
  g_error ("The palette %s has no colour %s", palette, name);
}

/* A palette taken out of the JSON, as every pixel asks it. */
typedef struct
{
  guint        n;
  const char **names;
  double     (*rgb)[3];
} Palette;

static void
palette_clear (Palette *palette)
{
  g_free (palette->names);
  g_free (palette->rgb);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Palette, palette_clear)

static void
palette_init (Palette *palette, JsonArray *entries)
{
  palette->n = json_array_get_length (entries);
  palette->names = g_new (const char *, palette->n);
  palette->rgb = g_malloc_n (palette->n, sizeof *palette->rgb);
  for (guint i = 0; i < palette->n; i++)
    {
      JsonObject *entry = json_array_get_object_element (entries, i);

      palette->names[i] = json_object_get_string_member (entry, "name");
      read_colour (entry, palette->rgb[i]);
    }
}

static guint
nearest (const Palette *palette, const double rgb[3])
{
  double least = INFINITY;
  guint best = 0;

  for (guint i = 0; i < palette->n; i++)
    {
      double distance = 0;

      for (guint c = 0; c < 3; c++)
        distance += (rgb[c] - palette->rgb[i][c]) * (rgb[c] - palette->rgb[i][c]);
      if (distance < least)
        {
          least = distance;
          best = i;
        }
    }
  return best;
}

/* Counts the region's pixels by the first palette entry of their colour's name (counts: one for each
 * entry), and adds up their mean. */
static guint
measure (const Palette *palette, const double region[4], const GsImage *picture, guint *counts,
         double mean[3])
{
  guint left = (guint) lrint (region[0] * picture->width);
  guint top = (guint) lrint (region[1] * picture->height);
  guint right = (guint) lrint (region[2] * picture->width);
  guint bottom = (guint) lrint (region[3] * picture->height);
  guint n = (right - left) * (bottom - top);

  for (guint y = top; y < bottom; y++)
    for (guint x = left; x < right; x++)
      {
        const guint8 *pixel = picture->pixels + ((gsize) y * picture->width + x) * 3;
        double rgb[3] = { pixel[0], pixel[1], pixel[2] };
        guint name = nearest (palette, rgb), first = 0;

        while (!g_str_equal (palette->names[first], palette->names[name]))
          first++;
        counts[first]++;
        for (guint c = 0; c < 3; c++)
          mean[c] += rgb[c] / n;
      }
  return n;
}

static gboolean
check_holds (Judge *judge, const JudgeCheck *check, const GsImage *picture)
{
  g_auto (Palette) palette = { 0 };
  g_autofree guint *counts = NULL;
  double mean[3] = { 0 };
  guint n, own = 0, most = 0;

  palette_init (&palette, json_object_get_array_member (judge->palettes, check->palette));
  counts = g_new0 (guint, palette.n);
  n = measure (&palette, check->region, picture, counts, mean);
  g_assert_cmpuint (n, >, 0);
  if (g_str_equal (check->kind, "mean"))
    return g_str_equal (palette.names[nearest (&palette, mean)], check->is);

  for (guint i = 0; i < palette.n; i++)
    {
      most = MAX (most, counts[i]);
      if (g_str_equal (palette.names[i], check->is))
        own = MAX (own, counts[i]);
    }
  return own >= check->at_least * n && (g_str_equal (check->kind, "share") || own == most);
}

gboolean
judge_holds (Judge *judge, guint prompt, const GsImage *picture, const char **wrong)
{
  g_assert_cmpuint (picture->channels, ==, 3);
  for (guint i = 0; i < judge_count_checks (judge, prompt); i++)
    {
      JudgeCheck check = judge_get_check (judge, prompt, i);

      *wrong = check.is;
      if (!check_holds (judge, &check, picture))
        return FALSE;
    }
  return TRUE;
}
