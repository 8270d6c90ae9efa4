/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GessoLayerContent: a layer that is dragged: itself within the program, and its pixels, cut to what is not
 * empty, for others. These are made when they are asked for, as a layer may be large and most drags only
 * reorder. Masks and empty layers have none.
 */
#pragma once

#include "document/gesso-layer.h"

G_BEGIN_DECLS

#define GESSO_TYPE_LAYER_CONTENT (gesso_layer_content_get_type ())
G_DECLARE_FINAL_TYPE (GessoLayerContent, gesso_layer_content, GESSO, LAYER_CONTENT, GdkContentProvider)

GdkContentProvider *gesso_layer_content_new (GessoLayer *layer);

G_END_DECLS
