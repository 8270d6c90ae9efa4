/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of pickle.c and pickle-torch.c. */
#pragma once

#include "io/pickle.h"

G_BEGIN_DECLS

/* What a pickle may call: the result's kind goes into `value`, which is an opaque one before. FALSE if
 * nothing of that name is known. `reason` is set instead if the arguments cannot be. */
gboolean gs_pickle_call (const char *name, const GsPickleValue *arguments, GsPickleValue *value,
                         GsPickleValue **instead, const char **reason);

/* ("storage", class, key, place, number of elements) -> a storage. */
gboolean gs_pickle_make_storage (const GsPickleValue *id, GsPickleValue *value);

G_END_DECLS
