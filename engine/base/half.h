/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IEEE 754 binary16 and bfloat16 conversions, exact; narrowing rounds to nearest, ties to even. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

float   gs_half_to_float (guint16 half);
guint16 gs_half_from_float (float value);
float   gs_bf16_to_float (guint16 bf16);
guint16 gs_bf16_from_float (float value);

G_END_DECLS
