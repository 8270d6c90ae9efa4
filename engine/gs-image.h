/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures, for programs that use the engine: see io/image.h. Include gs.h. */
#pragma once

#include "io/image.h"
