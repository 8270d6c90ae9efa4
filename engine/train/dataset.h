/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures that are learned from: a folder, with a caption beside each picture in a file of the same
 * name that ends in .txt (or .caption). As in kohya's scripts a subfolder "10_red dog" holds pictures
 * that count ten times an epoch, whose caption is "red dog" where they have none; if there are such
 * subfolders, pictures beside them count too, once.
 *
 * Pictures that cannot be read are named and left out. Each picture has a key made of what is in its
 * file and of how it is cut, under which what is computed from it can be kept.
 */
#pragma once

#include "io/image.h"
#include "train/buckets.h"

G_BEGIN_DECLS

typedef struct
{
  char    *path;
  char    *caption;         /* one line, UTF-8; NULL: there is none       */
  guint32  width, height;   /* of the picture                             */
  GsBucket bucket;          /* what it is made to                         */
  guint    repeats;
  gboolean is_prior;        /* one of those that are to stay as they are  */
  char    *key;             /* hexadecimal, of the picture and its bucket */
} GsDatasetItem;

typedef struct
{
  char      *folder;
  GPtrArray *items;  /* GsDatasetItem, by their paths in the order of bytes   */
  GPtrArray *broken; /* sentences about pictures that were left out           */
  guint      n_draws; /* of an epoch: the sum of the items' repeats           */
} GsDataset;

/* resolution: see gs_buckets_new(). Reads every picture once. GS_ERROR_BAD_FILE if the folder cannot be
 * read or holds no picture that can. */
GsDataset *gs_dataset_open (const char *folder, guint32 resolution, gboolean buckets,
                            GError **error);
void       gs_dataset_free (GsDataset *dataset);

/* A hash of all keys and captions: whether two folders hold the same. The caller frees it. */
char      *gs_dataset_hash (const GsDataset *dataset);

/* The item of a draw of an epoch, 0 .. n_draws - 1, each item as often as it repeats. */
guint      gs_dataset_item_of (const GsDataset *dataset, guint draw);

/* What is cut out of a picture of these sizes: the middle, as large as it can be in the bucket's shape.
 * In the picture's pixels. */
void       gs_dataset_crop (guint32 width, guint32 height, GsBucket bucket, double *x, double *y,
                            double *crop_width, double *crop_height);

/* The picture as the autoencoder takes it: (3, height, width) of the bucket, in -1..1; transparent
 * pixels over white. flip: mirrored, left for right. GS_ERROR_BAD_FILE if it is not there any more. */
float     *gs_dataset_read (const GsDatasetItem *item, gboolean flip, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsDataset, gs_dataset_free)

G_END_DECLS
