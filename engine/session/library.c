/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's folders. Listing them takes milliseconds, which is too much at every key. */
#include "session/library.h"

#include "session/session-private.h"

#define KEPT_SECONDS 10

void
gs_session_set_library (GsSession *session, const char *const *folders)
{
  g_strfreev (session->folders);
  session->folders = g_strdupv ((char **) folders);
  g_clear_pointer (&session->library, g_ptr_array_unref);
}

const GPtrArray *
gs_session_library (GsSession *session)
{
  const gint64 now = g_get_monotonic_time ();

  if (session->library != NULL && now - session->listed_at > KEPT_SECONDS * G_USEC_PER_SEC)
    g_clear_pointer (&session->library, g_ptr_array_unref);
  if (session->library == NULL)
    {
      session->library = gs_library_list ((const char *const *) session->folders);
      session->listed_at = now;
    }
  return session->library;
}

char *
gs_library_find (const GPtrArray *paths, GsLibraryKind kind, const char *name)
{
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *stem = gs_library_stem (paths->pdata[i]);
      g_autoptr (GsLibraryFile) file = NULL;

      if (g_str_equal (stem, name))
        file = gs_library_file_new (paths->pdata[i], NULL);
      if (file != NULL && file->kind == kind)
        return g_strdup (file->path);
    }
  return NULL;
}
