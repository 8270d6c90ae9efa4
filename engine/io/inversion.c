/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of textual inversion. */
#include "io/inversion.h"

#include "base/error.h"
#include "io/tensor-file.h"

#include <string.h>

#define MAX_WIDTH 8192

void
gs_inversion_free (GsInversion *inversion)
{
  if (inversion == NULL)
    return;
  for (guint i = 0; i < inversion->n_parts; i++)
    g_free (inversion->parts[i].values);
  g_free (inversion->path);
  g_free (inversion->name);
  g_free (inversion->token);
  g_free (inversion);
}

static char *
stem_of (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  return name;
}

static gboolean
is_vectors (const GsStoredTensor *tensor)
{
  const guint64 width = tensor->n_dims > 0 ? tensor->shape[tensor->n_dims - 1] : 0;

  return (tensor->n_dims == 1 || (tensor->n_dims == 2 && tensor->shape[0] >= 1
                                  && tensor->shape[0] <= GS_INVERSION_MAX_VECTORS))
         && width >= 2 && width <= MAX_WIDTH && gs_stored_tensor_is_finite (tensor);
}

/* The first tensor of each width counts, as in A1111. */
static void
add_part (GsInversion *inversion, const GsStoredTensor *tensor)
{
  const guint width = tensor->shape[tensor->n_dims - 1];
  GsInversionPart *part = &inversion->parts[inversion->n_parts];

  if (inversion->n_parts == GS_INVERSION_MAX_PARTS
      || gs_inversion_part (inversion, width) != NULL)
    return;
  part->width = width;
  part->n_vectors = tensor->n_dims == 2 ? tensor->shape[0] : 1;
  part->values = g_new (float, (gsize) part->n_vectors * width);
  gs_stored_tensor_to_float (tensor, part->values);
  inversion->n_parts++;
  if (inversion->token == NULL && tensor->name[0] == '<')
    inversion->token = g_strdup (tensor->name);
}

GsInversion *
gs_inversion_open (const char *path, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, error);
  g_autoptr (GsInversion) inversion = NULL;

  if (file == NULL)
    return NULL;
  inversion = g_new0 (GsInversion, 1);
  inversion->path = g_strdup (path);
  inversion->name = stem_of (path);
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    if (is_vectors (gs_tensor_file_tensor (file, i)))
      add_part (inversion, gs_tensor_file_tensor (file, i));
  if (inversion->n_parts > 0)
    return g_steal_pointer (&inversion);
  g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "“%s” holds no new word; choose another file",
               inversion->name);
  return NULL;
}

const GsInversionPart *
gs_inversion_part (const GsInversion *inversion, guint width)
{
  for (guint i = 0; i < inversion->n_parts; i++)
    if (inversion->parts[i].width == width)
      return &inversion->parts[i];
  return NULL;
}
