# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pictures from starter.safetensors as any SD 1.x program does.

Euler steps with classifier-free guidance. Sigmas as in k-diffusion (Karras et al., 2022), evenly
spaced timesteps; noise as torch's CPU generator gives it for the seed. Writes one sheet of the
pictures of all prompts.
"""
import argparse
import json
import os

import torch
from PIL import Image, ImageDraw

import bpe
from export import load_safetensors
from model import SCALING_FACTOR, Model, alphas_cumprod

PROMPTS = ["a red house under a yellow sun", "a white boat on the sea at sunset",
           "a pink house in the snow, night sky, a white moon",
           "a red hot air balloon over mountains",
           "a green cactus in the desert under an orange sun", "a purple tree on green hills",
           "a yellow flower and a red mushroom", "two blue boats, night, a yellow crescent moon",
           "a red heart on a white background", "three red flowers on green hills, sunny day",
           "a yellow house and a green pine tree, snow", "a green balloon over the sea at sunset",
           "a big blue mushroom, starry night", "an orange house in front of mountains at sunset",
           "a yellow star on a blue background", "a red boat with a yellow sail, clouds"]


class Pipeline:
    def __init__(self, path, folder):
        tensors, metadata = load_safetensors(path)
        self.model = Model(json.loads(metadata["gesso.config"])).eval()
        self.model.load_state_dict({k: v.float() for k, v in tensors.items()
                                    if not k.endswith("position_ids")})
        self.model.to(memory_format=torch.channels_last)
        self.tokenizer = bpe.Tokenizer(folder)
        alphas = alphas_cumprod()
        self.sigmas = ((1 - alphas) / alphas) ** .5

    def schedule(self, steps):
        t = torch.linspace(999, 0, steps)
        low = t.long().clamp(max=998)
        logs = self.sigmas.log()
        sigmas = (logs[low] + (logs[low + 1] - logs[low]) * (t - low)).exp()
        return t, torch.cat([sigmas, torch.zeros(1)])

    @torch.no_grad()
    def generate(self, prompts, seeds, negative="", steps=20, cfg=7., width=128, height=128):
        """Pictures (n, height, width, 3) of bytes."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            texts = list(prompts) + [negative] * len(prompts)
            ids = torch.tensor([self.tokenizer.encode(text) for text in texts])
            context = self.model.text(ids)
            noise = [torch.randn(1, 4, height // 8, width // 8,
                                 generator=torch.Generator().manual_seed(s)) for s in seeds]
            times, sigmas = self.schedule(steps)
            x = torch.cat(noise) * (sigmas[0] ** 2 + 1) ** .5
            for i, t in enumerate(times):
                scaled = torch.cat([x, x]) / (sigmas[i] ** 2 + 1) ** .5
                scaled = scaled.contiguous(memory_format=torch.channels_last)
                out = self.model.unet(scaled, t.expand(len(scaled)), context).float()
                asked, empty = out.chunk(2)
                x = x + (empty + cfg * (asked - empty)) * (sigmas[i + 1] - sigmas[i])
            latents = (x / SCALING_FACTOR).contiguous(memory_format=torch.channels_last)
            y = self.model.vae.decode(latents)
        y = (y.float().clamp(-1, 1) + 1) * 127.5
        return y.round().byte().permute(0, 2, 3, 1).numpy()


def sheet(pictures, labels, columns, path, label_height=26):
    h, w = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    image = Image.new("RGB", (columns * (w + 3), rows * (h + label_height)), "white")
    pen = ImageDraw.Draw(image)
    for i, picture in enumerate(pictures):
        x, y = i % columns * (w + 3), i // columns * (h + label_height)
        image.paste(Image.fromarray(picture), (x, y))
        n = w // 6
        pen.text((x + 1, y + h), labels[i][:n] + "\n" + labels[i][n:2 * n], fill="black", spacing=0)
    image.save(path)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=here + "/starter.safetensors")
    parser.add_argument("--tokenizer", default=here)
    parser.add_argument("--out", default="sheet.png")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cfg", type=float, default=7)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--height", type=int, default=128)
    parser.add_argument("prompts", nargs="*", default=PROMPTS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    pictures = Pipeline(args.model, args.tokenizer).generate(
        args.prompts, range(args.seed, args.seed + len(args.prompts)), steps=args.steps,
        cfg=args.cfg, width=args.width, height=args.height)
    sheet(list(pictures), args.prompts, 4, args.out)


if __name__ == "__main__":
    main()
