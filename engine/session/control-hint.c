/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of controls. */
#include "session/control-hint.h"

#include <string.h>

#include "base/half.h"
#include "session/model.h"
#include "session/preprocess.h"

/* ---- Pictures ------------------------------------------------------------------------------- */

/* Resized to the part of the model's picture that becomes the result; what is beyond it repeats the
 * edge. */
static GsImage *
fit_image (const GsImage *image, const GsCanvas *canvas)
{
  const guint32 width = canvas->is_scaled ? canvas->width : canvas->result_width;
  const guint32 height = canvas->is_scaled ? canvas->height : canvas->result_height;
  g_autoptr (GsImage) colour = gs_image_convert (image, 3);
  g_autoptr (GsImage) resized = NULL;
  GsImage *fitted;

  if (colour->width == width && colour->height == height)
    resized = g_steal_pointer (&colour);
  else
    resized = gs_image_resize (colour, width, height, GS_IMAGE_LANCZOS);
  if (width == canvas->width && height == canvas->height)
    return g_steal_pointer (&resized);
  fitted = gs_image_new (canvas->width, canvas->height, 3);
  for (guint32 y = 0; y < canvas->height; y++)
    for (guint32 x = 0; x < canvas->width; x++)
      memcpy (fitted->pixels + 3 * ((gsize) y * canvas->width + x),
              resized->pixels + 3 * ((gsize) MIN (y, height - 1) * width + MIN (x, width - 1)), 3);
  return fitted;
}

/* What the request starts from. */
static GsImage *
canvas_image (const GsCanvas *canvas)
{
  GsImage *image = gs_image_new (canvas->width, canvas->height, 3);

  for (gsize i = 0; i < (gsize) 3 * canvas->width * canvas->height; i++)
    image->pixels[i] = (guint8) (255 * CLAMP (canvas->pixels[i], 0, 1) + 0.5f);
  return image;
}

/* As many channels as the network reads: gray is the mean. 0..1; -1 where it is cut out. */
static float *
to_floats (const GsImage *image, const GsCanvas *canvas, gboolean cuts_out, guint channels)
{
  const gsize n = (gsize) image->width * image->height;
  float *values = g_new (float, n * channels);

  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < channels; c++)
      {
        const guint8 *pixel = image->pixels + 3 * i;

        values[i * channels + c] = channels == 3 ? pixel[c] / 255.0f
                                                 : (pixel[0] + pixel[1] + pixel[2]) / 765.0f;
        if (cuts_out && canvas->repaint != NULL && canvas->repaint[i] > 0)
          values[i * channels + c] = -1;
      }
  return values;
}

/* To whole squares of pixels first: zeros beyond the edges. */
static float *
fold (float *values, const GsCanvas *canvas, const GsT2iAdapterConfig *adapter, guint channels)
{
  const guint f = adapter->fold;
  const guint32 width = (canvas->width + f - 1) / f * f, height = (canvas->height + f - 1) / f * f;
  g_autofree float *whole = g_new0 (float, (gsize) width * height * channels);
  float *folded = g_new (float, (gsize) width * height * channels);

  for (guint32 y = 0; y < canvas->height; y++)
    memcpy (whole + (gsize) y * width * channels, values + (gsize) y * canvas->width * channels,
            canvas->width * channels * sizeof *values);
  gs_t2i_fold (whole, width, height, channels, f, folded);
  g_free (values);
  return folded;
}

float *
gs_control_read_picture (const GsControl *control, const GsControlModel *model,
                         const GsCanvas *canvas, GError **error)
{
  g_autoptr (GsImage) image = NULL, prepared = NULL;
  guint channels = 3;
  float *values;

  if (control->image == NULL && canvas->pixels == NULL)
    {
      g_set_error (error, GS_ERROR, GS_ERROR_INVALID_ARGUMENT,
                   "A control needs a picture to go by; choose one");
      return NULL;
    }
  image = control->image != NULL ? fit_image (control->image, canvas) : canvas_image (canvas);
  prepared = gs_preprocess_image (image, control->preprocess, control->low, control->high);
  if (model->is_adapter)
    channels = model->adapter.in_channels / (model->adapter.fold * model->adapter.fold);
  else
    channels = model->net.hint_channels;
  values = to_floats (prepared, canvas, control->preprocess == GS_PREPROCESS_INPAINT, channels);
  return model->is_adapter ? fold (values, canvas, &model->adapter, channels) : values;
}

/* ---- Hints ---------------------------------------------------------------------------------- */

/* An adapter's features are as strong as is asked for. */
static void
scale (gpointer values, gsize n_bytes, GsDtype dtype, float factor)
{
  if (dtype == GS_DTYPE_F16)
    for (guint16 *half = values; (guint8 *) half < (guint8 *) values + n_bytes; half++)
      *half = gs_half_from_float (gs_half_to_float (*half) * factor);
  else
    for (float *value = values; (guint8 *) value < (guint8 *) values + n_bytes; value++)
      *value *= factor;
}

static gboolean
compute (GsSession *session, const GsControlUse *use, GsProgram *program, GBytes *picture,
         GError **error)
{
  GsControlModel *control = use->model;
  g_autofree char *input = gs_unet_hint_input (control);
  g_autofree gpointer hint = g_malloc (gs_program_get_sample_bytes (program));
  gsize n_bytes;
  gconstpointer values = g_bytes_get_data (picture, &n_bytes);

  if (!gs_program_set_floats (program, input, values, n_bytes / sizeof (float), error)
      || !gs_program_run (program, error) || !gs_program_get_sample (program, 0, hint, error))
    return FALSE;
  if (control->is_adapter && use->strength != 1)
    scale (hint, gs_program_get_sample_bytes (program), session->dtype, use->strength);
  g_free (control->hint);
  control->hint = g_steal_pointer (&hint);
  g_clear_pointer (&control->seen, g_bytes_unref);
  control->seen = g_bytes_ref (picture);
  control->seen_width = gs_program_get_shape (program, 0).w;
  return TRUE;
}

static gboolean
give (GsSession *session, const GsControlUse *use, guint32 width, guint32 height, GsProgram *steps,
      GError **error)
{
  const gsize n = (gsize) gs_control_hint_size (use->model, width)
                  * gs_control_hint_size (use->model, height)
                  * gs_control_hint_channels (use->model);
  g_autoptr (GBytes) picture = g_bytes_new (use->picture, n * sizeof (float));
  GsProgram *program = gs_unet_hint_program (session, width, height, use, error);

  if (program == NULL)
    return FALSE;
  if ((use->model->seen == NULL || !g_bytes_equal (use->model->seen, picture)
       || use->model->seen_width != gs_program_get_shape (program, 0).w)
      && !compute (session, use, program, picture, error))
    return FALSE;
  return gs_program_give_sample (program, use->model->hint, steps, 0, error);
}

gboolean
gs_control_give_hints (GsSession *session, const GsUnetGuides *guides, guint32 width,
                       guint32 height, GsProgram *steps, GError **error)
{
  for (guint i = 0; i < GS_MAX_CONTROLS; i++)
    if ((guides->mask >> i & 1) != 0
        && !give (session, &guides->uses[i], width, height, steps, error))
      return FALSE;
  return TRUE;
}
