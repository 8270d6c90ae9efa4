/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slider asks for one look at a time: where it went meanwhile is asked for next. */
#include "config.h"

#include "gesso-scrubber.h"

#include <glib/gi18n.h>

struct _GessoScrubber
{
  GtkWidget       parent_instance;

  GtkLabel       *label;
  GtkScale       *scale;
  GtkAdjustment  *adjustment;
  GtkWidget      *go_on;

  GessoEngine    *engine;
  GessoTrail     *trail;
  GessoCandidate *candidate;
  GdkTexture     *look;
  GCancellable   *cancellable; /* of the look that is on its way, or NULL */
  guint           asked;       /* the step that it is of                  */
};

enum
{
  CHANGED,
  CONTINUE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GessoScrubber, gesso_scrubber, GTK_TYPE_WIDGET)

static guint
get_n_steps (GessoScrubber *self)
{
  return self->trail ? gesso_trail_get_n_steps (self->trail) : 0;
}

guint
gesso_scrubber_get_step (GessoScrubber *self)
{
  return (guint) (gtk_adjustment_get_value (self->adjustment) + 0.5);
}

void
gesso_scrubber_set_step (GessoScrubber *self, guint step)
{
  gtk_adjustment_set_value (self->adjustment, step);
}

GdkTexture *
gesso_scrubber_get_look (GessoScrubber *self)
{
  return self->look;
}

/* ---- Looks ---------------------------------------------------------------------------------- */

static void ask (GessoScrubber *self);

static void
on_looked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GessoScrubber) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) look = gesso_engine_look_finish (GESSO_ENGINE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* of another candidate; ours may be on its way */

  g_clear_object (&self->cancellable);
  if (look && gesso_scrubber_get_step (self) < get_n_steps (self))
    {
      g_set_object (&self->look, look);
      g_signal_emit (self, signals[CHANGED], 0);
    }
  if (look && gesso_scrubber_get_step (self) != self->asked)
    ask (self);
}

static void
ask (GessoScrubber *self)
{
  if (self->cancellable || self->engine == NULL || self->trail == NULL ||
      gesso_scrubber_get_step (self) >= get_n_steps (self))
    return;

  self->cancellable = g_cancellable_new ();
  self->asked = gesso_scrubber_get_step (self);
  gesso_engine_look_async (self->engine, self->trail, self->candidate, self->asked,
                           self->cancellable, on_looked, g_object_ref (self));
}

static void
update (GessoScrubber *self)
{
  guint n = get_n_steps (self), step = gesso_scrubber_get_step (self);
  /* Translators: "Step 5 of 20" */
  g_autofree char *text = g_strdup_printf (_("Step %u of %u"), step, n);

  gtk_label_set_text (self->label, text);
  gtk_widget_set_visible (GTK_WIDGET (self), n > 0);
  gtk_widget_set_sensitive (self->go_on, step < n);
}

static void
on_value_changed (GessoScrubber *self)
{
  update (self);
  if (gesso_scrubber_get_step (self) >= get_n_steps (self) && self->look)
    {
      g_clear_object (&self->look);
      g_signal_emit (self, signals[CHANGED], 0);
    }
  ask (self);
}

static void
on_go_on (GessoScrubber *self)
{
  g_signal_emit (self, signals[CONTINUE], 0, gesso_scrubber_get_step (self));
}

void
gesso_scrubber_set_trail (GessoScrubber *self, GessoTrail *trail, GessoCandidate *candidate)
{
  if (self->candidate == candidate && self->trail == trail)
    return;

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->look);
  g_set_object (&self->trail, trail);
  g_set_object (&self->candidate, candidate);
  gtk_adjustment_configure (self->adjustment, get_n_steps (self), 0, get_n_steps (self), 1, 1, 0);
  update (self);
}

void
gesso_scrubber_set_engine (GessoScrubber *self, GessoEngine *engine)
{
  g_set_object (&self->engine, engine);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
gesso_scrubber_dispose (GObject *object)
{
  GessoScrubber *self = GESSO_SCRUBBER (object);
  GtkWidget *child;

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->look);
  g_clear_object (&self->trail);
  g_clear_object (&self->candidate);
  g_clear_object (&self->engine);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))))
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (gesso_scrubber_parent_class)->dispose (object);
}

static void
gesso_scrubber_class_init (GessoScrubberClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gesso_scrubber_dispose;
  signals[CHANGED] = g_signal_new ("changed", GESSO_TYPE_SCRUBBER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[CONTINUE] = g_signal_new ("continue", GESSO_TYPE_SCRUBBER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/gesso_paint/Gesso/candidates/gesso-scrubber.ui");
  gtk_widget_class_bind_template_child (widget_class, GessoScrubber, label);
  gtk_widget_class_bind_template_child (widget_class, GessoScrubber, scale);
  gtk_widget_class_bind_template_child (widget_class, GessoScrubber, adjustment);
  gtk_widget_class_bind_template_child (widget_class, GessoScrubber, go_on);
  gtk_widget_class_bind_template_callback (widget_class, on_go_on);
}

static void
gesso_scrubber_init (GessoScrubber *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->adjustment, "value-changed", G_CALLBACK (on_value_changed), self,
                           G_CONNECT_SWAPPED);
  update (self);
}
