/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures become latents once, and captions what the graph takes; both are kept in the state folder's
 * cache under hashes of what they were made from.
 */
#include "session/training-private.h"

#include "session/autoencoder.h"
#include "train/float-cache.h"

#include <string.h>

/* Of each tensor: any training changes what stands here. */
#define HASHED_BYTES 4096

char *
gs_training_hash_component (GsModel *model, GsComponent component)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *canonical;

  for (guint i = 0; model->checkpoint != NULL && i < gs_checkpoint_n_tensors (model->checkpoint); i++)
    {
      const GsStoredTensor *tensor = gs_checkpoint_tensor (model->checkpoint, i, &canonical);

      if (!g_str_has_prefix (canonical, gs_component_prefix (component)))
        continue;
      g_checksum_update (checksum, (const guchar *) canonical, -1);
      g_checksum_update (checksum, (const guchar *) &tensor->n_bytes, sizeof tensor->n_bytes);
      g_checksum_update (checksum, tensor->data, MIN (tensor->n_bytes, HASHED_BYTES));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

char *
gs_training_cache_folder (GsTraining *training)
{
  return g_build_filename (training->options.state, "cache", NULL);
}

static char *
key_of (GsTraining *training, const GsDatasetItem *item, gboolean flip)
{
  g_autofree char *all = g_strdup_printf ("latent %s %s %d %s", item->key, training->vae_hash, flip,
                                          gs_dtype_name (training->session->dtype));

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
}

/* (2 Z, h, w) of one picture. */
static float *
read_latent (GsTraining *training, const GsDatasetItem *item, gboolean flip, GError **error)
{
  GsSession *session = training->session;
  const guint factor = gs_latent_factor (session);
  const gsize n = (gsize) 2 * session->model->config.vae.latent_channels
                  * (item->bucket.width / factor) * (item->bucket.height / factor);
  g_autofree char *folder = gs_training_cache_folder (training);
  g_autofree char *key = key_of (training, item, flip);
  g_autofree float *picture = NULL, *moments = gs_float_cache_get (folder, key, n);

  if (moments != NULL)
    return g_steal_pointer (&moments);
  picture = gs_dataset_read (item, flip, error);
  if (picture == NULL)
    return NULL;
  moments = g_new (float, n);
  return gs_vae_encode_moments (session, picture, item->bucket.width, item->bucket.height, 0,
                                moments, error)
             && gs_float_cache_put (folder, key, moments, n, error)
           ? g_steal_pointer (&moments) : NULL;
}

static gboolean
read_pictures (GsTraining *training, GsTrainingPictures *pictures, GError **error)
{
  const guint n = pictures->dataset != NULL ? pictures->dataset->items->len : 0;
  const guint ways = training->options.flip ? 2 : 1;

  if (pictures->latents == NULL)
    pictures->latents = g_new0 (float *, 2 * n);
  for (guint i = 0; i < n * ways; i++)
    {
      if (pictures->latents[i] == NULL)
        pictures->latents[i] = read_latent (training, pictures->dataset->items->pdata[i % n], i >= n,
                                            error);
      training->progress.part++;
      if (pictures->latents[i] == NULL || !gs_training_tell (training, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_captions (GsTraining *training, const GsTrainingPictures *pictures, GError **error)
{
  const GPtrArray *items = pictures->dataset != NULL ? pictures->dataset->items : NULL;

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      for (guint k = 0; k < gs_training_n_captions (training, items->pdata[i]); k++)
        {
          g_autofree char *caption = gs_training_caption (training, items->pdata[i], k);

          if (gs_training_text (training, caption, error) == NULL)
            return FALSE;
        }
      training->progress.part++;
      if (!gs_training_tell (training, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
gs_training_read_data (GsTraining *training, GError **error)
{
  const guint n = training->pictures.dataset->items->len
                  + (training->prior.dataset != NULL ? training->prior.dataset->items->len : 0);

  gs_training_forget (training);
  if (training->is_read || training->klass->learn != NULL)
    return TRUE;
  if (!gs_training_phase (training, GS_TRAINING_READ_PICTURES, training->options.flip ? 2 * n : n,
                          error)
      || !read_pictures (training, &training->pictures, error)
      || !read_pictures (training, &training->prior, error))
    return FALSE;
  gs_training_forget (training);
  if (!gs_training_phase (training, GS_TRAINING_READ_CAPTIONS, n, error)
      || gs_training_text (training, "", error) == NULL
      || !read_captions (training, &training->pictures, error)
      || !read_captions (training, &training->prior, error))
    return FALSE;
  gs_training_forget (training);
  training->is_read = TRUE;
  return TRUE;
}

void
gs_training_crop (guint width, guint height, guint resolution, gboolean buckets, double crop[4])
{
  g_autoptr (GArray) sizes = gs_buckets_new (resolution, buckets);

  gs_dataset_crop (width, height, gs_buckets_choose (sizes, width, height), &crop[0], &crop[1],
                   &crop[2], &crop[3]);
}
