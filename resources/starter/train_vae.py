# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the autoencoder, or with --decoder its decoder alone on slightly noisy latents."""
import argparse
import math
import os
import random
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn as nn

import scenes
from model import Autoencoder
from optim import Optimizer

CONFIG = dict(ch=24, mult=(1, 2, 3, 4), nres=1, groups=4, z=4)
# Share of the latents' deviation that a decoder learns to overlook in what the U-Net makes.
LATENT_NOISE = .12


def build():
    vae = Autoencoder(**CONFIG)
    for name, p in vae.named_parameters():
        if p.dim() == 4 and p.abs().sum() > 0:
            nn.init.kaiming_normal_(p, nonlinearity="linear")
    return vae.to(memory_format=torch.channels_last)


class Pictures:
    """A pool of scenes, of which a few are renewed for every batch."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.next = 1_000_000_000 + seed * 100_000_000
        self.pool = [self.draw() for _ in range(400)]

    def draw(self):
        self.next += 1
        return np.asarray(scenes.make(self.next, captions=1, held_out=False)[0])

    def batch(self, size, count):
        out = np.empty((count, size, size, 3), np.uint8)
        for i in range(count):
            k = self.rng.randrange(len(self.pool))
            if i % 2 == 0:
                self.pool[k] = self.draw()
            x, y = (self.rng.randint(0, scenes.SIZE - size) for _ in range(2))
            out[i] = self.pool[k][y:y + size, x:x + size]
        x = torch.from_numpy(out).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        return x.contiguous(memory_format=torch.channels_last)


def edge_loss(a, b):
    """Difference of the differences between neighbours: what makes edges sharp."""
    total = 0
    for s in (1, 2):
        for dim in (2, 3):
            n = a.shape[dim] - s
            total = total + ((a.narrow(dim, s, n) - a.narrow(dim, 0, n))
                             - (b.narrow(dim, s, n) - b.narrow(dim, 0, n))).abs().mean()
    return total


def work(rank, args, vae, opt, start, deviation):
    torch.set_num_threads(1)
    torch.manual_seed(100 + rank)
    pictures = Pictures(1 + rank + (50 if args.decoder else 0))
    sums, count = [0, 0, 0], 0
    stop = False
    while not stop:
        done = (time.time() - start) / args.seconds
        n = int(opt.steps)
        scale = min(1, (n + 1) / 60) * (.02 + .98 * min(1, max(0, 1 - done) / (1 - args.hold)))
        x = pictures.batch(128, 2) if done > args.whole else pictures.batch(64, 6)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            if args.decoder:
                with torch.no_grad():
                    mean = vae.encode(x)[0]
                noise = deviation * LATENT_NOISE * torch.rand(len(x), 1, 1, 1)
                kl = torch.zeros(())
            else:
                mean, logvar = vae.encode(x)
                logvar = logvar.clamp(-30, 20)
                noise = torch.exp(.5 * logvar)
                kl = .5 * (mean * mean + logvar.exp() - 1 - logvar).mean()
            y = vae.decode(mean + noise * torch.randn_like(mean)).float()
        l1, edges = (y - x).abs().mean(), edge_loss(y, x)
        edge_weight = .5 if args.decoder else min(.5, done * 3)
        loss = l1 + edge_weight * edges + .25 * ((y - x) ** 2).mean() + 1e-4 * kl
        opt.zero_grad()
        loss.backward()
        stop = opt.step(rank, scale, done >= 1)
        count += 1
        sums = [s + v.item() for s, v in zip(sums, (l1, edges, kl))]
        if count % 50 == 0:
            print("worker %d step %d %.0f s cpu %.0f l1 %.4f edges %.4f kl %.2f latents %.2f"
                  % (rank, n, time.time() - start, time.process_time(), *(s / 50 for s in sums),
                     mean.std()), flush=True)
            sums = [0, 0, 0]
        if rank == 0 and count % 200 == 0:
            save(args, vae, opt)


@torch.no_grad()
def averaged(vae, opt):
    copy = Autoencoder(**CONFIG)
    copy.load_state_dict(vae.state_dict())
    trained = [q for p, q in zip(vae.parameters(), copy.parameters()) if p.requires_grad]
    for q, e in zip(trained, opt.ema):
        q.copy_(e)
    return copy.to(memory_format=torch.channels_last).eval()


def save(args, vae, opt):
    torch.save(dict(vae=averaged(vae, opt).state_dict(), config=CONFIG, state=opt.state()),
               args.out + ".tmp")
    os.replace(args.out + ".tmp", args.out)


@torch.no_grad()
def psnr(vae, count=64):
    total = 0
    for i in range(0, count, 8):
        pictures = [np.asarray(scenes.make(2_000_000_000 + i + j)[0]) for j in range(8)]
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
        y = vae.decode(vae.encode(x.contiguous(memory_format=torch.channels_last))[0]).clamp(-1, 1)
        total += (10 * torch.log10(4 / ((x - y) ** 2).mean((1, 2, 3)))).sum().item()
    return total / count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="vae.pt")
    parser.add_argument("--start", help="a checkpoint to go on from")
    parser.add_argument("--decoder", action="store_true", help="keep the encoder as it is")
    parser.add_argument("--seconds", type=float, default=1500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--muon-lr", type=float, default=.02)
    parser.add_argument("--hold", type=float, default=.3, help="share of the time before decay")
    parser.add_argument("--whole", type=float, default=.8, help="after it, whole pictures")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    vae = build()
    if args.start:
        vae.load_state_dict(torch.load(args.start)["vae"])
    if args.decoder:
        for p in list(vae.encoder.parameters()) + list(vae.quant_conv.parameters()):
            p.requires_grad_(False)
    named = [(n, p) for n, p in vae.named_parameters() if p.requires_grad]
    opt = Optimizer(named, args.lr, args.muon_lr, ema=.998, workers=args.workers)
    deviation = 0
    if args.decoder:
        with torch.no_grad():
            deviation = vae.encode(Pictures(99).batch(128, 32))[0].std((0, 2, 3), keepdim=True)
    start = time.time()
    mp.start_processes(work, (args, vae, opt, start, deviation), args.workers,
                       start_method="fork")
    save(args, vae, opt)
    print("%d steps, PSNR %.2f dB" % (int(opt.steps), psnr(averaged(vae, opt))))


if __name__ == "__main__":
    main()
