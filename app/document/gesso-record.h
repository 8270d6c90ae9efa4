/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records: what changed from one snapshot to the next as a few GVariants, for the journal.
 *
 * Tiles come first, some hundred a record, and the origin if it has moved; the commit after them
 * says what the painting is and where the tiles go. Without its commit nothing of a change counts.
 */
#pragma once

#include "gesso-snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  GESSO_RECORD_TILES = 1,
  GESSO_RECORD_COMMIT = 2,
  GESSO_RECORD_ORIGIN = 3
} GessoRecordType;

/* Takes the payload, which is not floating. */
typedef gboolean (*GessoRecordSink) (GessoRecordType type, GVariant *payload, gpointer data,
                                     GError **error);

typedef struct _GessoRecordEncoder GessoRecordEncoder;
typedef struct _GessoRecordDecoder GessoRecordDecoder;

GessoRecordEncoder *gesso_record_encoder_new  (void);
void                gesso_record_encoder_free (GessoRecordEncoder *self);
/* From the snapshot before (which only counts if all of this succeeds) to this one. The first is
 * complete; nothing is written if nothing changed. */
gboolean            gesso_record_encode       (GessoRecordEncoder *self, GessoSnapshot *snapshot,
                                               GessoRecordSink sink, gpointer data, GError **error);
/* The next one is complete again, for a new file. */
void                gesso_record_encoder_reset (GessoRecordEncoder *self);

GessoRecordDecoder *gesso_record_decoder_new  (void);
void                gesso_record_decoder_free (GessoRecordDecoder *self);
/* FALSE for a payload that no encoder writes. */
gboolean            gesso_record_decode       (GessoRecordDecoder *self, GessoRecordType type,
                                               GVariant *payload);
/* As of the last commit; NULL before the first. */
GessoSnapshot      *gesso_record_decoder_get  (GessoRecordDecoder *self);
const GVariantType *gesso_record_get_type     (GessoRecordType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoRecordEncoder, gesso_record_encoder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GessoRecordDecoder, gesso_record_decoder_free)

G_END_DECLS
