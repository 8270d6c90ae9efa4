/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the session tests share: one session with the starter model, small requests, comparisons. */
#pragma once

#include "gs.h"

G_BEGIN_DECLS

/* The session that all tests of a program use, with the starter model in it. NULL, and the test is
 * marked as skipped, where there is no Vulkan device. */
GsSession *session_test_get (void);

/* The session is freed, and a new one opened: for after the device was lost. */
void session_test_renew (void);

/* g_test_run (), then frees the session. */
int session_test_run (void);

/* A house, 64 x 64 pixels, 3 steps of Euler, seed 7, no guidance. */
GsRequest session_test_request (void);

/* Makes the request's pictures; any error fails the test. */
GsResult *session_test_generate (const GsRequest *request);
/* The same, only the first picture. */
GsImage *session_test_picture (const GsRequest *request);

/* A picture with gradients, so that every pixel has its own place. RGB. */
GsImage *session_test_gradients (guint width, guint height);
/* Gray: white in a rectangle, black elsewhere. */
GsImage *session_test_mask (guint width, guint height, guint x, guint y, guint w, guint h);

gboolean session_test_same (const GsImage *a, const GsImage *b);
/* Mean absolute difference of all bytes; the sizes must agree. */
double session_test_difference (const GsImage *a, const GsImage *b);

G_END_DECLS
