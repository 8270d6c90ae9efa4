/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: random edits of a painting of about 300 x 200 pixels, of every kind there is. */
#pragma once

#include "document/gesso-painting.h"

/* Strokes report their damage; some edits do nothing, some are cancelled. */
void random_edit      (GRand *rand, GessoPainting *painting);
void random_candidate (GRand *rand, GessoPainting *painting);
