/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The weights of a ControlNet: its own, or what it changes of the U-Net's; and how strong it is. Its last
 * convolutions ("zero convolutions") are linear, so that its strength is a factor of theirs and costs
 * nothing in an evaluation.
 */
#pragma once

#include "io/checkpoint.h"
#include "nn/weight-source.h"

G_BEGIN_DECLS

/* Names are "controlnet....". own: of the ControlNet, taken. */
GsWeightSource *gs_control_weights_new (GsWeightSource *own);

/* It is a control-LoRA ("x.up" times "x.down" in control is added to the U-Net's x, and what it does not
 * have is the U-Net's), or a difference (what both have is added up). Both checkpoints, the latter with
 * "unet....", are borrowed. Before the first reading. */
void gs_control_weights_set_base (GsWeightSource *source, const GsCheckpoint *control,
                                  GsCheckpoint *base, gboolean is_lora);

/* 1 at first. */
void gs_control_weights_set_strength (GsWeightSource *source, float strength);

/* Whether the strength changes a weight of that name: a GsWeightChanged. */
gboolean gs_control_weights_is_scaled (gpointer source, const char *name);

G_END_DECLS
