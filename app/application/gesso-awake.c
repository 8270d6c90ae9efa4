/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds suspend off: the session manager or the portal, through GTK. */
#include "config.h"

#include "gesso-awake.h"

void
gesso_awake_set (guint          *cookie,
                 GtkApplication *application,
                 GtkWindow      *window,
                 gboolean        works,
                 const char     *reason)
{
  if (application == NULL || works == (*cookie != 0))
    return;

  if (works)
    *cookie = gtk_application_inhibit (application, window, GTK_APPLICATION_INHIBIT_SUSPEND, reason);
  else
    {
      gtk_application_uninhibit (application, *cookie);
      *cookie = 0;
    }
}
