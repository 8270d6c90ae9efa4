/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names and meanings of members follow modules/api/models.py and modules/processing.py of
 * AUTOMATIC1111/stable-diffusion-webui.
 */
#include "config.h"

#include "gesso-server-request.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* ---- Samplers and schedules ----------------------------------------------------------------- */

/* Letters, digits and "+" of it, small: "DPM++ 2M" is "dpm++2m". */
static char *
fold (const char *name)
{
  GString *folded = g_string_new (NULL);

  for (; *name; name++)
    if (g_ascii_isalnum (*name) || *name == '+')
      g_string_append_c (folded, g_ascii_tolower (*name));

  return g_string_free (folded, FALSE);
}

/* As the server writes it, or NULL. */
static const char *
find (const GPtrArray *names, const char *wanted)
{
  g_autofree char *folded = fold (wanted);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = fold (names->pdata[i]);

      if (g_str_equal (name, folded))
        return names->pdata[i];
    }

  return NULL;
}

static const char *
label_of (const GsNamed *list, const char *id)
{
  for (; list->id; list++)
    if (g_strcmp0 (list->id, id) == 0)
      return list->label;

  return id;
}

/* The schedule's name there; NULL: it has none such. */
static const char *
find_schedule (const GPtrArray *names, const char *id)
{
  static const char *const others[][2] = { { "normal", "Uniform" }, { "ddim-uniform", "DDIM" } };
  const char *name = find (names, label_of (gs_list_schedules (), id));

  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (others[i][0], id))
      name = find (names, others[i][1]);

  return name;
}

/* Servers of before 2024 have one list: "DPM++ 2M", "DPM++ 2M Karras". */
static gboolean
choose_sampler (const GsRequest *gs, const GessoServerStock *stock, const char *host,
                const char **sampler, const char **schedule, GError **error)
{
  const char *id = gs->schedule && *gs->schedule ? gs->schedule : "normal";
  const char *label =
      label_of (gs_list_samplers (), gs->sampler && *gs->sampler ? gs->sampler : "euler-a");
  g_autofree char *both =
      g_strdup_printf ("%s %s", label, label_of (gs_list_schedules (), id));

  *schedule = NULL;
  *sampler = find (stock->samplers, label);
  if (stock->schedules->len > 0)
    *schedule = find_schedule (stock->schedules, id);
  else if (!g_str_equal (id, "normal"))
    *sampler = find (stock->samplers, both);

  if (*sampler && (*schedule || stock->schedules->len == 0))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               /* Translators: the name of a server, then of a sampler with its schedule */
               _("%s does not have %s: choose another sampler or schedule"), host, both);
  return FALSE;
}

gboolean
gesso_server_stock_can_sample (const GessoServerStock *stock, const char *sampler, const char *schedule)
{
  const GsRequest gs = { .sampler = sampler, .schedule = schedule };
  const char *its_sampler, *its_schedule;

  return choose_sampler (&gs, stock, "", &its_sampler, &its_schedule, NULL);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value ? value : "");
}

static void
add_int (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) (value & G_MAXINT64));
}

/* Of a float, without the digits that it has not got. */
static void
add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, (double) (gint64) (value * 1e6 + 0.5) / 1e6);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static char *
picture_text (const GsImage *image, GError **error)
{
  g_autoptr (GBytes) png = gs_image_to_png (image, NULL, error);

  return png ? g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png)) : NULL;
}

static void
add_overrides (JsonBuilder *builder, const GsRequest *gs, const char *model)
{
  json_builder_set_member_name (builder, "override_settings");
  json_builder_begin_object (builder);
  add_string (builder, "sd_model_checkpoint", model);
  add_string (builder, "randn_source", gs->rng == GS_RNG_CPU ? "CPU" : "NV");
  if (gs->clip_skip > 0)
    add_int (builder, "CLIP_stop_at_last_layers", gs->clip_skip);
  json_builder_end_object (builder);
}

static void
add_numbers (JsonBuilder *builder, const GsRequest *gs, guint index)
{
  const gboolean varies = gs->variation_strength > 0;

  add_int (builder, "seed", gs->seed + (varies ? 0 : index));
  add_int (builder, "subseed", gs->variation_seed + (varies ? index : 0));
  add_number (builder, "subseed_strength", gs->variation_strength);
  add_int (builder, "steps", gs->steps);
  add_number (builder, "cfg_scale", gs->guidance_scale);
  add_number (builder, "image_cfg_scale", gs->image_guidance);
  add_int (builder, "batch_size", 1);
  add_int (builder, "n_iter", 1);
  /* It lies in the gallery here. */
  add_boolean (builder, "do_not_save_samples", TRUE);
  add_boolean (builder, "do_not_save_grid", TRUE);
}

/* Its upscalers are others than the library's. */
static void
add_size (JsonBuilder *builder, const GessoRequest *request, const GsElsewhere *elsewhere)
{
  const gboolean twice = elsewhere->picture == NULL && elsewhere->first_width > 0;
  const char *upscaler = request->gs.hires_upscaler;

  add_int (builder, "width", twice ? elsewhere->first_width : elsewhere->width);
  add_int (builder, "height", twice ? elsewhere->first_height : elsewhere->height);
  if (!twice)
    return;
  add_boolean (builder, "enable_hr", TRUE);
  add_int (builder, "hr_resize_x", elsewhere->width);
  add_int (builder, "hr_resize_y", elsewhere->height);
  add_string (builder, "hr_upscaler", g_strcmp0 (upscaler, "latent") == 0 ? "Latent" : "Lanczos");
  add_int (builder, "hr_second_pass_steps", 0);
  add_number (builder, "denoising_strength", request->gs.hires_strength);
}

/* The mask's soft edge is made here, when the picture is put into its place. */
static gboolean
add_pictures (JsonBuilder *builder, const GsRequest *gs, const GsElsewhere *elsewhere, GError **error)
{
  static const guint fills[] = { [GS_FILL_BLUR] = 0, [GS_FILL_ORIGINAL] = 1, [GS_FILL_NOISE] = 2,
                                 [GS_FILL_COLOR] = 3 };
  g_autofree char *picture = picture_text (elsewhere->picture, error);
  g_autofree char *mask = picture && elsewhere->mask ? picture_text (elsewhere->mask, error) : NULL;

  if (picture == NULL || (elsewhere->mask && mask == NULL))
    return FALSE;
  json_builder_set_member_name (builder, "init_images");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, picture);
  json_builder_end_array (builder);
  add_number (builder, "denoising_strength", elsewhere->strength);
  add_int (builder, "resize_mode", 0);
  if (mask == NULL)
    return TRUE;
  add_string (builder, "mask", mask);
  add_int (builder, "mask_blur", 0);
  add_int (builder, "inpainting_fill", fills[gs->fill]);
  add_boolean (builder, "inpaint_full_res", FALSE);
  add_int (builder, "inpainting_mask_invert", 0);

  return TRUE;
}

static void
note_what_is_lost (const GessoRequest *request, const GsElsewhere *elsewhere, const char *host,
                   GPtrArray *notes)
{
  const char *upscaler = request->gs.hires_upscaler;

  if (elsewhere->is_uneven)
    g_ptr_array_add (notes, g_strdup_printf (
        /* Translators: the name of a server */
        _("%s changes all that is masked alike: grey in the mask only fades there"), host));
  if (elsewhere->picture == NULL && elsewhere->first_width > 0 && upscaler && *upscaler &&
      !g_str_equal (upscaler, "latent") && !g_str_equal (upscaler, "pixel"))
    g_ptr_array_add (notes, g_strdup_printf (
        /* Translators: the name of a server */
        _("%s does not have the upscaler of your library: the picture was enlarged without it"),
        host));
}

const char *
gesso_server_request_write (const GessoRequest     *request,
                            const GsElsewhere      *elsewhere,
                            const GessoServerStock *stock,
                            const char             *model,
                            const char             *host,
                            guint                   index,
                            GPtrArray              *notes,
                            char                  **body,
                            GError                **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  const GsRequest *gs = &request->gs;
  const char *sampler, *schedule;

  *body = NULL;
  if (gs->n_controls > 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   /* Translators: the name of a server */
                   _("%s cannot be guided by layers: hide them, or choose a model of this computer"), host);
      return NULL;
    }
  if (!choose_sampler (gs, stock, host, &sampler, &schedule, error))
    return NULL;

  json_builder_begin_object (builder);
  add_string (builder, "prompt", gs->prompt);
  add_string (builder, "negative_prompt", gs->negative_prompt);
  add_string (builder, "sampler_name", sampler);
  if (schedule)
    add_string (builder, "scheduler", schedule);
  add_numbers (builder, gs, index);
  add_size (builder, request, elsewhere);
  add_overrides (builder, gs, model);
  if (elsewhere->picture && !add_pictures (builder, gs, elsewhere, error))
    return NULL;
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  *body = json_to_string (root, FALSE);
  note_what_is_lost (request, elsewhere, host, notes);

  return elsewhere->picture ? "img2img" : "txt2img";
}
