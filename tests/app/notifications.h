/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who shows notifications on a desktop: on the test's bus, takes them and shows nothing. Without one GIO
 * warns, and the program's warnings end it. */
#pragma once

/* From a thread of its own, until the test ends. Does nothing the second time. */
void notifications_serve (void);
