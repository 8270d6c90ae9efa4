/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON on stdout through json-glib. */
#include "cli/json.h"

#include <math.h>
#include <stdio.h>

void
gs_cli_json_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value == NULL)
    json_builder_add_null_value (builder);
  else
    {
      /* File names need not be UTF-8; JSON must be. */
      g_autofree char *valid = g_utf8_make_valid (value, -1);
      json_builder_add_string_value (builder, valid);
    }
}

void
gs_cli_json_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
gs_cli_json_integer (JsonBuilder *builder, const char *name, guint64 value)
{
  g_autofree char *text = NULL;

  json_builder_set_member_name (builder, name);
  if (value <= G_MAXINT64)
    {
      json_builder_add_int_value (builder, (gint64) value);
      return;
    }
  text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  json_builder_add_string_value (builder, text);
}

void
gs_cli_json_strings (JsonBuilder *builder, const char *name, char **values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (; values != NULL && *values != NULL; values++)
    {
      g_autofree char *valid = g_utf8_make_valid (*values, -1);
      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}

void
gs_cli_json_print (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  printf ("%s\n", text);
  g_object_unref (builder);
}

static void
add_images (JsonBuilder *builder, const GsCliGenerate *arguments, const GsResult *result)
{
  json_builder_set_member_name (builder, "images");
  json_builder_begin_array (builder);
  for (guint i = 0; i < result->n_images; i++)
    {
      g_autofree char *path = gs_cli_generate_output (arguments, i);
      const GsImage *image = result->images[i];

      json_builder_begin_object (builder);
      gs_cli_json_string (builder, "file", path);
      gs_cli_json_integer (builder, "seed", result->seeds[i]);
      gs_cli_json_integer (builder, "width", image->width);
      gs_cli_json_integer (builder, "height", image->height);
      gs_cli_json_string (builder, "parameters", result->parameters[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_timings (JsonBuilder *builder, const GsTimings *timings)
{
  json_builder_set_member_name (builder, "timings");
  json_builder_begin_object (builder);
  gs_cli_json_number (builder, "load_seconds", timings->load_seconds);
  gs_cli_json_number (builder, "text_encode_seconds", timings->text_encode_seconds);
  gs_cli_json_number (builder, "image_encode_seconds", timings->image_encode_seconds);
  gs_cli_json_number (builder, "denoise_seconds", timings->denoise_seconds);
  json_builder_set_member_name (builder, "step_seconds");
  json_builder_begin_array (builder);
  for (guint i = 0; i < timings->n_steps; i++)
    json_builder_add_double_value (builder, timings->step_seconds[i]);
  json_builder_end_array (builder);
  gs_cli_json_number (builder, "decode_seconds", timings->decode_seconds);
  json_builder_end_object (builder);
}

void
gs_cli_json_print_result (const GsCliGenerate *arguments, GsSession *session, const GsResult *result)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_images (builder, arguments, result);
  gs_cli_json_string (builder, "model", gs_session_get_model (session)->name);
  gs_cli_json_string (builder, "device", gs_session_get_device (session)->name);
  add_timings (builder, &result->timings);
  gs_cli_json_integer (builder, "peak_bytes", result->peak_bytes);
  json_builder_end_object (builder);
  gs_cli_json_print (builder);
}
