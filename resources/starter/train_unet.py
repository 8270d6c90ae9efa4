# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the U-Net together with the text encoder on latents of a finished encoder.

Loss weights: min-SNR (Hang et al., 2023) times (1 + 1/SNR), which is the weight of a v-prediction
loss: layout and text are learned where there is much noise. Offset noise (Guttenberg, 2023) keeps
the mean of the starting noise from choosing sky and ground in the text's place.
"""
import argparse
import os
import time

import numpy as np
import torch
import torch.multiprocessing as mp
import torch.nn as nn

import bpe
import scenes
from model import Autoencoder, Model, alphas_cumprod
from optim import Optimizer

UNET = dict(ch=64, mult=(1, 2, 2), nres=1, attn=(0, 1, 0), heads=4, groups=8, ctx=96)
CLIP = dict(width=96, layers=2, heads=4, vocab=1024, npos=77)
CAPTIONS = 6
OFFSET_NOISE = .2
EMPTY_SHARE = .1
WIDE, WIDE_SHARE = 192, .05
# Pictures of one thing in the middle teach colours and shapes: from first to last their share.
SIMPLE_SHARE = (.8, .55)
REPEATS = 2             # noise levels a caption is used for at once: its encoding costs a sixth


def encode_range(rank, args, saved, tokenizer, width, first, count, seed):
    torch.set_num_threads(1)
    vae = Autoencoder(**saved["config"]).to(memory_format=torch.channels_last)
    vae.load_state_dict(saved["vae"])
    count //= args.workers
    mean = torch.empty(count, 4, 16, width // 8)
    logvar = torch.empty_like(mean)
    tokens = torch.empty(count, CAPTIONS, bpe.LENGTH, dtype=torch.int16)
    simple = torch.empty(count, dtype=torch.bool)
    for i in range(0, count, 25):
        pictures = []
        for j in range(i, min(i + 25, count)):
            image, captions, simple[j] = scenes.make(seed + rank * count + j, CAPTIONS, width)
            pictures.append(np.asarray(image))
            tokens[j] = torch.tensor([tokenizer.encode(c) for c in captions])
        x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            m, v = vae.encode(x.contiguous(memory_format=torch.channels_last))
        mean[i:i + len(m)], logvar[i:i + len(m)] = m, v.clamp(-30, 20)
    torch.save((mean, logvar, tokens, simple), "%s.%d" % (first, rank))


def latents(args, saved, tokenizer, width, count, seed):
    """Means and log variances of many pictures' latents, captions' tokens, and which are simple."""
    name = "%s-%d-%d.data" % (args.out, width, seed)
    if not all(os.path.exists("%s.%d" % (name, r)) for r in range(args.workers)):
        mp.start_processes(encode_range, (args, saved, tokenizer, width, name, count, seed),
                           args.workers, start_method="fork")
    parts = [torch.load("%s.%d" % (name, r)) for r in range(args.workers)]
    return [torch.cat(p).share_memory_() for p in zip(*parts)]


def loss_weights(alphas):
    snr = alphas / (1 - alphas)
    weights = torch.clamp(snr, max=5) / snr * torch.clamp(1 + 1 / snr, max=25)
    return weights / weights.mean()


class Data:
    """Normalised latents: the U-Net sees zero mean and unit deviation in each channel."""

    def __init__(self, args, saved, tokenizer):
        square = latents(args, saved, tokenizer, scenes.SIZE, args.pictures, 0)
        wide = latents(args, saved, tokenizer, WIDE, args.pictures // 8, 100_000_000)
        self.mean = square[0].mean((0, 2, 3), keepdim=True)
        self.deviation = square[0].std((0, 2, 3), keepdim=True)
        self.empty = torch.tensor(tokenizer.encode(""))
        self.sets = []
        for mean, logvar, tokens, simple in (square, wide):
            mean.sub_(self.mean).div_(self.deviation)
            noise = logvar.mul_(.5).exp_().div_(self.deviation)
            groups = simple.nonzero()[:, 0], (~simple).nonzero()[:, 0]
            self.sets.append((mean, noise, tokens, groups))

    def batch(self, size, simple_share):
        wide = torch.rand(()) < WIDE_SHARE
        mean, noise, tokens, groups = self.sets[int(wide)]
        size = (size * 2 // 3 if wide else size) // REPEATS
        at = [g[torch.randint(0, len(g), (size,))] for g in groups]
        at = torch.where(torch.rand(size) < simple_share, *at)
        z = mean[at] + noise[at] * torch.randn_like(mean[at])
        ids = tokens[at, torch.randint(0, CAPTIONS, (size,))].long()
        ids[torch.rand(size) < EMPTY_SHARE] = self.empty
        return z.repeat(REPEATS, 1, 1, 1), ids


def predict(net, z, ids, t, noise, alphas):
    a = alphas[t][:, None, None, None]
    x = (a.sqrt() * z + (1 - a).sqrt() * noise).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return net.unet(x, t, net.text(ids).repeat(REPEATS, 1, 1)).float()


class Times:
    """Timesteps drawn where the weights are large, and what that leaves of the weights."""

    def __init__(self, alphas):
        weights = loss_weights(alphas)
        density = weights.sqrt() / weights.sqrt().sum()
        self.cumulative = density.cumsum(0)
        self.weights = weights / (density * len(weights))

    def draw(self, count):
        u = (torch.arange(count) + torch.rand(count)) / count            # stratified
        t = torch.searchsorted(self.cumulative, u).clamp(max=len(self.weights) - 1)
        t = t[torch.randperm(count)]
        return t, self.weights[t]


def work(rank, args, net, opt, data, saved, start):
    torch.set_num_threads(1)
    torch.manual_seed(1000 + rank + int(time.time()))
    alphas = alphas_cumprod()
    times = Times(alphas)
    total, count, last_save = 0, 0, time.time()
    stop = False
    while not stop:
        done = args.done + (time.time() - start) / args.seconds
        n = int(opt.steps)
        scale = min(1, (n + 1) / 100) * (.01 + .99 * min(1, max(0, 1 - done) / (1 - args.hold)))
        first, last = SIMPLE_SHARE
        z, ids = data.batch(args.batch, first + (last - first) * min(1, done))
        b = len(z)
        t, weights = times.draw(b)
        noise = torch.randn_like(z) + OFFSET_NOISE * torch.randn(b, 4, 1, 1)
        error = (predict(net, z, ids, t, noise, alphas) - noise) ** 2
        loss = (error.mean((1, 2, 3)) * weights).mean()
        opt.zero_grad()
        loss.backward()
        stop = opt.step(rank, scale, done >= 1)
        total += loss.item()
        count += 1
        if count % 50 == 0:
            print("worker %d step %d %.0f s cpu %.0f (%.1f samples per core-second) loss %.4f"
                  % (rank, n, time.time() - start, time.process_time(),
                     count * args.batch / time.process_time(), total / 50), flush=True)
            total = 0
        if rank == 0 and time.time() - last_save > 240:
            save(args, net, opt, data, saved, done)
            last_save = time.time()


@torch.no_grad()
def save(args, net, opt, data, saved, done):
    averaged = Model(dict(unet=UNET, clip=CLIP, vae=saved["config"]))
    trained = list(averaged.unet.parameters()) + list(averaged.text.parameters())
    for q, e in zip(trained, opt.ema):
        q.copy_(e)
    torch.save(dict(unet=averaged.unet.state_dict(), text=averaged.text.state_dict(),
                    vae=saved["vae"], mean=data.mean, deviation=data.deviation, done=done,
                    config=dict(unet=UNET, vae=saved["config"], clip=CLIP), state=opt.state()),
               args.out + ".tmp")
    os.replace(args.out + ".tmp", args.out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vae", default="vae.pt")
    parser.add_argument("--out", default="unet.pt")
    parser.add_argument("--tokenizer", default=".", help="folder of vocab.json and merges.txt")
    parser.add_argument("--resume", action="store_true", help="go on from --out")
    parser.add_argument("--pictures", type=int, default=15000)
    parser.add_argument("--seconds", type=float, default=4000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--muon-lr", type=float, default=.02)
    parser.add_argument("--hold", type=float, default=.4, help="share of the time before decay")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    saved = torch.load(args.vae)
    data = Data(args, saved, bpe.Tokenizer(args.tokenizer))
    net = Model(dict(unet=UNET, clip=CLIP, vae=saved["config"]))
    for name, p in net.unet.named_parameters():
        if p.dim() == 4 and p.abs().sum() > 0 and "skip" not in name:
            nn.init.kaiming_normal_(p, nonlinearity="linear")
            p.data.mul_(.8)
    net.unet.to(memory_format=torch.channels_last)
    named = [("unet." + n, p) for n, p in net.unet.named_parameters()]
    named += [("text." + n, p) for n, p in net.text.named_parameters()]
    opt = Optimizer(named, args.lr, args.muon_lr, ema=.998, workers=args.workers)
    args.done = 0
    if args.resume:
        state = torch.load(args.out)
        opt.restore(state["state"])
        args.done = state["done"]
        args.seconds /= 1 - args.done
    print("U-Net %.2f M, text %.2f M parameters" % tuple(
        sum(p.numel() for p in m.parameters()) / 1e6 for m in (net.unet, net.text)), flush=True)
    start = time.time()
    mp.start_processes(work, (args, net, opt, data, saved, start), args.workers,
                       start_method="fork")
    save(args, net, opt, data, saved, 1)
    print("%d steps" % int(opt.steps))


if __name__ == "__main__":
    main()
