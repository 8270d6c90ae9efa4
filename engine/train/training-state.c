/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state as a safetensors file. */
#include "train/training-state.h"

#include "base/error.h"
#include "io/safetensors.h"

#include <string.h>

/* Of all tensors' names and sizes. */
static char *
fingerprint (const GsTrained *trained)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < gs_trained_n (trained); i++)
    {
      const GsTrainedTensor *tensor = gs_trained_tensor (trained, i);
      g_autofree char *line = g_strdup_printf ("%s %" G_GSIZE_FORMAT "\n", tensor->name, tensor->n);

      g_checksum_update (checksum, (const guchar *) line, -1);
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static GsStoredTensor
stored (const char *name, const float *values, gsize n)
{
  return (GsStoredTensor) { .name = name, .dtype = GS_DTYPE_F32, .n_dims = 1, .shape = { n },
                            .data = values, .n_bytes = n * sizeof *values };
}

/* All arrays there are, and numbers of double precision as text, which is exact. */
typedef struct
{
  const char *name;
  float      *values; /* n of the parameters, or NULL */
} Array;

#define N_ARRAYS 6

static void
list_arrays (const GsTrained *trained, Array *arrays)
{
  const Array all[N_ARRAYS] = {
    { "values", trained->values },        { "first", trained->moments.first },
    { "second", trained->moments.second }, { "start", trained->start },
    { "sum", trained->sum },              { "mean", trained->mean },
  };

  memcpy (arrays, all, sizeof all);
}

static void
put_number (GHashTable *metadata, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_hash_table_insert (metadata, (gpointer) name,
                       g_strdup (g_ascii_dtostr (text, sizeof text, value)));
}

static double
get_number (GsTensorFile *file, const char *name, double otherwise)
{
  const char *text = g_hash_table_lookup (gs_tensor_file_metadata (file), name);

  return text != NULL ? g_ascii_strtod (text, NULL) : otherwise;
}

gboolean
gs_training_state_write (const char *path, const GsTrained *trained, GArray *losses,
                         GError **error)
{
  GsStoredTensor tensors[N_ARRAYS + 1];
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  Array arrays[N_ARRAYS];
  guint n = 0;

  list_arrays (trained, arrays);
  for (guint i = 0; i < N_ARRAYS; i++)
    if (arrays[i].values != NULL)
      tensors[n++] = stored (arrays[i].name, arrays[i].values, trained->n);
  tensors[n++] = stored ("losses", (const float *) (gpointer) losses->data, losses->len);
  g_hash_table_insert (metadata, (gpointer) "gesso.training", fingerprint (trained));
  put_number (metadata, "prodigy.product", trained->product);
  put_number (metadata, "prodigy.d", trained->d);
  put_number (metadata, "scale.factor", trained->scale.factor);
  put_number (metadata, "scale.good", (double) trained->scale.good);
  return gs_safetensors_write (path, tensors, n, metadata, error);
}

static const GsStoredTensor *
find (GsTensorFile *file, const char *name)
{
  for (guint i = 0; i < gs_tensor_file_n_tensors (file); i++)
    if (g_str_equal (gs_tensor_file_tensor (file, i)->name, name)
        && gs_tensor_file_tensor (file, i)->dtype == GS_DTYPE_F32)
      return gs_tensor_file_tensor (file, i);
  return NULL;
}

static gboolean
fits (GsTensorFile *file, const GsTrained *trained, const Array *arrays)
{
  g_autofree char *own = fingerprint (trained);

  for (guint i = 0; i < N_ARRAYS; i++)
    {
      const GsStoredTensor *tensor = find (file, arrays[i].name);

      if (arrays[i].values != NULL
          && (tensor == NULL || gs_stored_tensor_n_elements (tensor) != trained->n))
        return FALSE;
    }
  return find (file, "losses") != NULL
         && g_strcmp0 (g_hash_table_lookup (gs_tensor_file_metadata (file), "gesso.training"), own)
              == 0;
}

gboolean
gs_training_state_read (const char *path, GsTrained *trained, GArray *losses, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, error);
  g_autofree char *shown = g_filename_display_name (path);
  Array arrays[N_ARRAYS];
  const GsStoredTensor *history;

  if (file == NULL)
    return FALSE;
  list_arrays (trained, arrays);
  if (!fits (file, trained, arrays))
    {
      g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE,
                   "%s belongs to another training; start anew in another folder", shown);
      return FALSE;
    }
  for (guint i = 0; i < N_ARRAYS; i++)
    if (arrays[i].values != NULL)
      gs_stored_tensor_to_float (find (file, arrays[i].name), arrays[i].values);
  history = find (file, "losses");
  g_array_set_size (losses, gs_stored_tensor_n_elements (history));
  gs_stored_tensor_to_float (history, (float *) (gpointer) losses->data);
  trained->product = get_number (file, "prodigy.product", trained->product);
  trained->d = get_number (file, "prodigy.d", trained->d);
  trained->scale.factor = get_number (file, "scale.factor", trained->scale.factor);
  trained->scale.good = (guint64) get_number (file, "scale.good", 0);
  return TRUE;
}

float *
gs_training_state_read_losses (const char *path, guint *n, GError **error)
{
  g_autoptr (GsTensorFile) file = gs_tensor_file_open (path, error);
  const GsStoredTensor *history = file != NULL ? find (file, "losses") : NULL;
  float *losses;

  *n = 0;
  if (file != NULL && history == NULL)
    g_set_error (error, GS_ERROR, GS_ERROR_BAD_FILE, "%s is no training's state", path);
  if (history == NULL)
    return NULL;
  *n = gs_stored_tensor_n_elements (history);
  losses = g_new (float, MAX (*n, 1));
  gs_stored_tensor_to_float (history, losses);
  return losses;
}
