/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All samplers, in the order in which users see them. */
#pragma once

#include "sample/sampler-class.h"

G_BEGIN_DECLS

extern const GsSamplerClass gs_sampler_euler_ancestral;
extern const GsSamplerClass gs_sampler_euler_plain;
extern const GsSamplerClass gs_sampler_heun;
extern const GsSamplerClass gs_sampler_lms;
extern const GsSamplerClass gs_sampler_dpm2;
extern const GsSamplerClass gs_sampler_dpm2_ancestral;
extern const GsSamplerClass gs_sampler_dpmpp_2m;
extern const GsSamplerClass gs_sampler_dpmpp_2s_ancestral;
extern const GsSamplerClass gs_sampler_dpmpp_sde;
extern const GsSamplerClass gs_sampler_dpmpp_2m_sde;
extern const GsSamplerClass gs_sampler_dpmpp_2m_sde_heun;
extern const GsSamplerClass gs_sampler_dpmpp_3m_sde;
extern const GsSamplerClass gs_sampler_dpmpp_singlestep;
extern const GsSamplerClass gs_sampler_dpmpp_singlestep_sde;
extern const GsSamplerClass gs_sampler_ddim;
extern const GsSamplerClass gs_sampler_plms;
extern const GsSamplerClass gs_sampler_unipc;
extern const GsSamplerClass gs_sampler_lcm;
extern const GsSamplerClass gs_sampler_tcd;
extern const GsSamplerClass gs_sampler_deis;

/* The class with an id, or NULL. */
const GsSamplerClass *gs_sampler_class_of (const char *id);

G_END_DECLS
