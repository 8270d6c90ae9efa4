/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gesso as assistive technology sees it: find a control by its accessible name, read it, use it.
 *
 * The functions that find wait for up to a time limit and fail the test beyond it; what they return
 * belongs to the caller (g_object_unref).
 */
#pragma once

#include <atspi/atspi.h>

G_BEGIN_DECLS

/* For whatever comes soon on a machine that has nothing else to do. */
#define ACCESSIBLE_LIMIT_SECONDS 60

/* By another name, since only this one may have a cleanup function of ours. */
typedef AtspiAccessible Accessible;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Accessible, g_object_unref)

/* The program's root in the accessibility tree. */
Accessible *accessible_wait_program (const char *name);

/* The first visible control of that name. */
Accessible *accessible_wait (Accessible *root, const char *name);

/* The same without waiting: NULL if there is none. */
Accessible *accessible_find (Accessible *root, const char *name);

gboolean accessible_is_sensitive   (Accessible *accessible);
void     accessible_wait_sensitive (Accessible *accessible);

void     accessible_press     (Accessible *accessible);
void     accessible_set_text  (Accessible *accessible, const char *text);
char    *accessible_dup_text  (Accessible *accessible);
void     accessible_wait_text (Accessible *accessible, const char *expected);
void     accessible_set_value (Accessible *accessible, double value);
double   accessible_get_value (Accessible *accessible);

/* Prints the tree below root, a line a control: "role: name". */
void     accessible_print (Accessible *root, guint depth);

G_END_DECLS
