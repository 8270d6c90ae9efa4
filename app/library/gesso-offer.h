/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GessoOffer: a file that could be fetched; and the question, with its licence, whether to. */
#pragma once

#include "library/gesso-downloads.h"
#include "library/gesso-hub.h"
#include "library/gesso-model-list.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  GessoPartInfo info;
  char         *folder; /* NULL: the usual          */
  char         *name;   /* NULL: the server says it */
  char         *licence_address, *page; /* or NULL  */
} GessoOffer;

/* Of the list; the vocabulary has a folder of its own, where the engine looks for it. */
GessoOffer *gesso_offer_new_from_entry (const GessoModelEntry *entry);
GessoOffer *gesso_offer_new_from_hub   (const GessoHubListing *listing, const GessoHubFile *file);
GessoOffer *gesso_offer_new_from_file  (const char *address);
GessoOffer *gesso_offer_copy            (const GessoOffer *offer);
void        gesso_offer_free           (GessoOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoOffer, gesso_offer_free)

/* "4.3 GB · CreativeML Open RAIL-M", for people. */
char       *gesso_offer_dup_terms (const GessoOffer *offer);
/* Whether the file is there already. */
gboolean    gesso_offer_is_there  (const GessoOffer *offer, GessoDownloads *downloads);
void        gesso_offer_accept    (const GessoOffer *offer, GessoDownloads *downloads);
/* Shows the terms, with links to read more, and accepts if the artist does. Takes the offer. */
void        gesso_offer_ask       (GessoOffer *offer, GessoDownloads *downloads, GtkWindow *parent);

G_END_DECLS
