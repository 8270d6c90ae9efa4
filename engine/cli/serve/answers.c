/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures, progress and lists as A1111 says them. */
#include "cli/serve/answers.h"

#include "cli/json.h"
#include "config.h"

static void
begin_member (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
}

static void
add_strings (JsonBuilder *builder, const char *name, GPtrArray *values)
{
  begin_member (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < values->len; i++)
    json_builder_add_string_value (builder, values->pdata[i]);
  json_builder_end_array (builder);
}

static void
add_seeds (JsonBuilder *builder, const GArray *seeds)
{
  begin_member (builder, "all_seeds");
  json_builder_begin_array (builder);
  for (guint i = 0; i < seeds->len; i++)
    json_builder_add_int_value (builder, (gint64) g_array_index (seeds, guint64, i));
  json_builder_end_array (builder);
}

static const char *
label (const GsNamed *list, const char *id)
{
  for (; id != NULL && list->id != NULL; list++)
    if (g_str_equal (list->id, id))
      return list->label;
  return "";
}

/* What other programs look into for the seed and the settings of each picture. */
static char *
info_text (const GsServeAnswer *answer, const GsServeRequest *from)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  const GsRequest *request = &from->request;

  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "prompt", from->prompt != NULL ? from->prompt : "");
  gs_cli_json_string (builder, "negative_prompt",
                      from->negative_prompt != NULL ? from->negative_prompt : "");
  gs_cli_json_integer (builder, "seed", request->seed);
  add_seeds (builder, answer->seeds);
  gs_cli_json_integer (builder, "subseed", request->variation_seed);
  gs_cli_json_number (builder, "subseed_strength", request->variation_strength);
  gs_cli_json_integer (builder, "width", from->init != NULL ? from->init->width : request->width);
  gs_cli_json_integer (builder, "height",
                       from->init != NULL ? from->init->height : request->height);
  gs_cli_json_string (
    builder, "sampler_name",
    label (gs_list_samplers (), from->sampler != NULL ? from->sampler : "euler-a"));
  gs_cli_json_string (builder, "scheduler", label (gs_list_schedules (), from->schedule));
  gs_cli_json_number (builder, "cfg_scale", request->guidance_scale);
  gs_cli_json_integer (builder, "steps", request->steps);
  gs_cli_json_integer (builder, "batch_size", answer->pictures->len);
  gs_cli_json_number (builder, "denoising_strength",
                      from->init != NULL ? request->denoising_strength : 0);
  gs_cli_json_string (builder, "sd_model_name", answer->model);
  gs_cli_json_integer (builder, "index_of_first_image", 0);
  add_strings (builder, "infotexts", answer->parameters);
  gs_cli_json_string (builder, "version", "Gesso " GESSO_VERSION);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

void
gs_serve_add_answer (JsonBuilder *builder, const GsServeAnswer *answer,
                     const GsServeRequest *request)
{
  g_autofree char *info = info_text (answer, request);

  json_builder_begin_object (builder);
  if (request->send_images)
    add_strings (builder, "images", answer->pictures);
  else
    {
      begin_member (builder, "images");
      json_builder_begin_array (builder);
      json_builder_end_array (builder);
    }
  begin_member (builder, "parameters");
  json_builder_begin_object (builder);
  json_builder_end_object (builder);
  gs_cli_json_string (builder, "info", info);
  json_builder_end_object (builder);
}

static char *
preview_text (const GsImage *preview)
{
  g_autoptr (GBytes) png = preview != NULL ? gs_image_to_png (preview, NULL, NULL) : NULL;

  return png != NULL ? g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png))
                     : NULL;
}

static double
fraction (const GsServeProgress *progress)
{
  const double in_picture = progress->n_steps > 0 ? (double) progress->step / progress->n_steps : 0;

  return progress->active && progress->n_images > 0
           ? MIN ((progress->image + in_picture) / progress->n_images, 1)
           : 0;
}

static void
add_state (JsonBuilder *builder, const GsServeProgress *progress)
{
  g_autoptr (GDateTime) began = g_date_time_new_from_unix_local (progress->began / G_USEC_PER_SEC);
  g_autofree char *stamp = progress->active ? g_date_time_format (began, "%Y%m%d%H%M%S") : NULL;

  begin_member (builder, "state");
  json_builder_begin_object (builder);
  begin_member (builder, "skipped");
  json_builder_add_boolean_value (builder, FALSE);
  begin_member (builder, "interrupted");
  json_builder_add_boolean_value (builder, FALSE);
  gs_cli_json_string (builder, "job", progress->active ? "painting" : "");
  gs_cli_json_integer (builder, "job_count", progress->active ? MAX (progress->n_images, 1) : 0);
  gs_cli_json_string (builder, "job_timestamp", stamp != NULL ? stamp : "0");
  gs_cli_json_integer (builder, "job_no", progress->image);
  gs_cli_json_integer (builder, "sampling_step", progress->step);
  gs_cli_json_integer (builder, "sampling_steps", progress->n_steps);
  gs_cli_json_integer (builder, "queued", progress->n_waiting);
  json_builder_end_object (builder);
}

void
gs_serve_add_progress (JsonBuilder *builder, const GsServeProgress *progress)
{
  g_autofree char *preview = preview_text (progress->preview);

  json_builder_begin_object (builder);
  gs_cli_json_number (builder, "progress", fraction (progress));
  gs_cli_json_number (builder, "eta_relative", MAX (progress->seconds_left, 0));
  add_state (builder, progress);
  gs_cli_json_string (builder, "current_image", preview);
  gs_cli_json_string (builder, "textinfo", NULL);
  json_builder_end_object (builder);
}

void
gs_serve_add_samplers (JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  for (const GsNamed *sampler = gs_list_samplers (); sampler->id != NULL; sampler++)
    {
      json_builder_begin_object (builder);
      gs_cli_json_string (builder, "name", sampler->label);
      begin_member (builder, "aliases");
      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, sampler->id);
      json_builder_end_array (builder);
      begin_member (builder, "options");
      json_builder_begin_object (builder);
      json_builder_end_object (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_schedule (JsonBuilder *builder, const char *name, const char *label)
{
  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "name", name);
  gs_cli_json_string (builder, "label", label);
  json_builder_end_object (builder);
}

void
gs_serve_add_schedules (JsonBuilder *builder)
{
  json_builder_begin_array (builder);
  add_schedule (builder, "automatic", "Automatic");
  for (const GsNamed *schedule = gs_list_schedules (); schedule->id != NULL; schedule++)
    add_schedule (builder, schedule->id, schedule->label);
  json_builder_end_array (builder);
}

void
gs_serve_add_png_info (JsonBuilder *builder, const char *text)
{
  json_builder_begin_object (builder);
  gs_cli_json_string (builder, "info", text != NULL ? text : "");
  begin_member (builder, "items");
  json_builder_begin_object (builder);
  if (text != NULL)
    gs_cli_json_string (builder, "parameters", text);
  json_builder_end_object (builder);
  begin_member (builder, "parameters");
  json_builder_begin_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}
