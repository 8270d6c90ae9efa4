/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoHub: what a repository at Hugging Face holds, by its public interface: one request, without an
 * account, GET /api/models/OWNER/NAME/revision/REVISION?blobs=true (huggingface_hub, HfApi.model_info()).
 */
#pragma once

#include <libsoup/soup.h>

#include "gesso-address.h"

G_BEGIN_DECLS

typedef struct
{
  char   *path;
  char   *address;
  char   *name;   /* to keep it under                          */
  char   *sha256; /* NULL: the hub does not say it of small ones */
  guint64 size;
} GessoHubFile;

typedef struct
{
  char      *repository;
  char      *revision; /* the commit, so that what was looked at is what is fetched  */
  char      *licence;  /* as the repository says it, "openrail++"; NULL: it says none */
  char      *page;     /* where a person can read of it                              */
  GPtrArray *files;    /* GessoHubFile: those that are fetched (.safetensors ...)     */
} GessoHubListing;

void gesso_hub_listing_free (GessoHubListing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoHubListing, gesso_hub_listing_free)

/* address: has a repository; its path, if any, chooses what is listed. */
void             gesso_hub_list_async  (SoupSession        *session,
                                        const char         *hub,
                                        const GessoAddress *address,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            data);
GessoHubListing *gesso_hub_list_finish (GAsyncResult *result, GError **error);

G_END_DECLS
