/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which server, and what it had when it was last looked at. */
#include "config.h"

#include "gesso-server.h"

#include "gesso-server-model.h"
#include "gesso-server-stock.h"

#include <glib/gi18n.h>

#define LOOK_SECONDS 20 /* without a byte after which nobody is there */

struct _GessoServer
{
  GObject           parent_instance;

  char             *address, *token, *host;
  GessoServerStock *stock; /* or NULL */
  GPtrArray        *looks; /* GCancellable of those on their way */
};

G_DEFINE_FINAL_TYPE (GessoServer, gesso_server, G_TYPE_OBJECT)

static guint changed_signal;

static void
gesso_server_finalize (GObject *object)
{
  GessoServer *self = GESSO_SERVER (object);

  g_free (self->address);
  g_free (self->token);
  g_free (self->host);
  g_clear_pointer (&self->stock, gesso_server_stock_unref);
  g_ptr_array_unref (self->looks);

  G_OBJECT_CLASS (gesso_server_parent_class)->finalize (object);
}

static void
gesso_server_class_init (GessoServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gesso_server_finalize;

  changed_signal = g_signal_new ("changed", GESSO_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
gesso_server_init (GessoServer *self)
{
  self->address = g_strdup ("");
  self->token = g_strdup ("");
  self->host = g_strdup ("");
  self->looks = g_ptr_array_new_with_free_func (g_object_unref);
}

GessoServer *
gesso_server_new (void)
{
  return g_object_new (GESSO_TYPE_SERVER, NULL);
}

void
gesso_server_set (GessoServer *self, const char *address, const char *token)
{
  if (g_str_equal (self->address, address) && g_str_equal (self->token, token))
    return;

  if (!g_str_equal (self->address, address))
    g_clear_pointer (&self->stock, gesso_server_stock_unref);
  g_free (self->address);
  g_free (self->token);
  g_free (self->host);
  self->address = g_strdup (address);
  self->token = g_strdup (token);
  self->host = *address ? gesso_server_address_dup_host (address) : g_strdup ("");
  g_signal_emit (self, changed_signal, 0);
}

const char *
gesso_server_get_address (GessoServer *self)
{
  return self->address;
}

const char *
gesso_server_get_token (GessoServer *self)
{
  return self->token;
}

const char *
gesso_server_get_host (GessoServer *self)
{
  return self->host;
}

gboolean
gesso_server_has_address_of (GessoServer *self, const char *model)
{
  g_autofree char *address = gesso_server_model_dup_address (model);

  return *self->address && g_str_equal (self->address, address);
}

/* ---- What it has ---------------------------------------------------------------------------- */

typedef struct
{
  char         *address, *token;
  GCancellable *stop;    /* of this look                      */
  GCancellable *asked;   /* who asked cancels this, or NULL   */
  gulong        handler;
} Look;

static void
look_free (Look *look)
{
  g_cancellable_disconnect (look->asked, look->handler);
  g_clear_object (&look->asked);
  g_object_unref (look->stop);
  g_free (look->address);
  g_free (look->token);
  g_free (look);
}

static void
look_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GessoServerLink) link = NULL;
  GessoServerStock *stock;
  GError *error = NULL;

  g_main_context_push_thread_default (context);
  link = gesso_server_link_new (look->address, look->token, LOOK_SECONDS);
  stock = gesso_server_stock_ask (link, look->stop, &error);
  g_clear_pointer (&link, gesso_server_link_free);
  g_main_context_pop_thread_default (context);

  if (stock)
    g_task_return_pointer (task, stock, (GDestroyNotify) gesso_server_stock_unref);
  else
    g_task_return_error (task, error);
}

static void
on_look_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

void
gesso_server_look_async (GessoServer        *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Look *look = g_new0 (Look, 1);

  g_task_set_source_tag (task, gesso_server_look_async);
  look->address = g_strdup (self->address);
  look->token = g_strdup (self->token);
  look->stop = g_cancellable_new ();
  if (cancellable)
    {
      look->asked = g_object_ref (cancellable);
      look->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_look_cancelled),
                                             g_object_ref (look->stop), g_object_unref);
    }
  g_ptr_array_add (self->looks, g_object_ref (look->stop));
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  g_task_run_in_thread (task, look_in_thread);
}

gboolean
gesso_server_look_finish (GessoServer *self, GAsyncResult *result, GError **error)
{
  Look *look = g_task_get_task_data (G_TASK (result));
  g_autoptr (GessoServerStock) stock = g_task_propagate_pointer (G_TASK (result), error);

  g_ptr_array_remove (self->looks, look->stop);
  /* It may have become another one meanwhile. */
  if (stock && g_str_equal (look->address, self->address))
    {
      g_clear_pointer (&self->stock, gesso_server_stock_unref);
      self->stock = gesso_server_stock_ref (stock);
      g_signal_emit (self, changed_signal, 0);
    }

  return stock != NULL;
}

void
gesso_server_close (GessoServer *self)
{
  for (guint i = 0; i < self->looks->len; i++)
    g_cancellable_cancel (self->looks->pdata[i]);
  while (self->looks->len > 0)
    g_main_context_iteration (NULL, TRUE);
}

GessoServerStock *
gesso_server_get_stock (GessoServer *self)
{
  return self->stock;
}

char *
gesso_server_dup_stock_text (GessoServer *self)
{
  g_autofree char *models = NULL, *samplers = NULL, *loras = NULL;

  if (self->stock == NULL)
    return NULL;

  models = g_strdup_printf (ngettext ("%u model", "%u models", self->stock->models->len),
                            self->stock->models->len);
  samplers = g_strdup_printf (ngettext ("%u sampler", "%u samplers", self->stock->samplers->len),
                              self->stock->samplers->len);
  loras = g_strdup_printf (ngettext ("%u LoRA", "%u LoRA", self->stock->loras->len),
                           self->stock->loras->len);

  /* Translators: what a server has: "3 models, 19 samplers, 2 LoRA" */
  return g_strdup_printf (_("%s, %s, %s"), models, samplers, loras);
}

guint
gesso_server_get_native_size (GessoServer *self, const char *model)
{
  g_autofree char *name = gesso_server_model_dup_name (model);

  for (guint i = 0; self->stock && i < self->stock->models->len; i++)
    {
      const GessoServerModel *known = self->stock->models->pdata[i];

      if (g_str_equal (known->name, name))
        return known->native_size;
    }

  return gesso_server_guess_native_size (name);
}
