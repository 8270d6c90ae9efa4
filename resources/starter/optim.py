# SPDX-License-Identifier: GPL-3.0-or-later
"""Muon for matrices and convolutions, Adam for the rest, by several processes in step.

The workers share parameters, gradients and state: each takes the gradient of its own batch, then
updates its share of the parameters with the mean gradient. (Updating without waiting for each
other was tried: with Muon's large steps the loss fell three times more slowly.)
Muon: Jordan et al., https://github.com/KellerJordan/Muon (2024).
"""
import torch.multiprocessing as mp
import torch


def orthogonalize(x, steps=5):
    """Nearest (semi-)orthogonal matrices, roughly, of a stack (n, rows, columns)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = x.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2).contiguous()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        g = x @ x.transpose(1, 2)
        x = a * x + (b * g + c * (g @ g)) @ x
    return x.transpose(1, 2) if tall else x


def shared_zeros(params):
    return [torch.zeros_like(p).share_memory_() for p in params]


class Optimizer:
    def __init__(self, named, lr, muon_lr, ema, workers, weight_decay=.01):
        self.lr, self.muon_lr, self.weight_decay, self.ema_decay = lr, muon_lr, weight_decay, ema
        self.workers = workers
        self.params = [p for _, p in named]
        self.is_matrix = [bool(muon_lr) and p.dim() >= 2 and min(p.shape[:2]) >= 16
                          and "embedding" not in name for name, p in named]
        for p in self.params:
            p.data.share_memory_()
        self.m, self.v = shared_zeros(self.params), shared_zeros(self.params)
        self.grads = [shared_zeros(self.params) for _ in range(workers)]
        self.ema = [p.detach().clone().share_memory_() for p in self.params]
        self.steps = torch.zeros((), dtype=torch.int64).share_memory_()
        self.control = torch.zeros(2, dtype=torch.float64).share_memory_()
        self.barrier = mp.get_context("fork").Barrier(workers)

    def owned(self, rank):
        """Indices of the parameters that this worker updates: Adam's, and Muon's by shape."""
        plain, stacks = [], {}
        for i, p in enumerate(self.params):
            if self.is_matrix[i]:
                stacks.setdefault((p.shape[0], p[0].numel()), []).append(i)
            else:
                plain.append(i)
        matrices = [i for key in sorted(stacks, key=str) for i in stacks[key]]
        mine = {}
        for i in matrices[rank::self.workers]:
            p = self.params[i]
            mine.setdefault((p.shape[0], p[0].numel()), []).append(i)
        return plain[rank::self.workers], mine

    @torch.no_grad()
    def step(self, rank, scale, stop):
        """One update with the learning rates times scale; worker 0 decides for all.

        Returns whether to stop.
        """
        torch._foreach_copy_(self.grads[rank], [p.grad for p in self.params])
        if rank == 0:
            self.steps += 1
            self.control[0], self.control[1] = scale, stop
        self.barrier.wait()
        scale, stop = float(self.control[0]), bool(self.control[1])
        n = int(self.steps)
        grads = torch._foreach_mul(self.grads[0], 1 / self.workers)
        for other in self.grads[1:]:
            torch._foreach_add_(grads, other, alpha=1 / self.workers)
        norm = torch.stack(torch._foreach_norm(grads)).norm()
        torch._foreach_mul_(grads, float(min(1., 1. / (norm + 1e-6))))
        plain, stacks = self.owned(rank)
        self.adam(plain, grads, scale, n)
        for key, indices in stacks.items():
            self.muon(key, indices, grads, scale)
        mine = plain + [i for indices in stacks.values() for i in indices]
        decay = min(self.ema_decay, 1 - 1 / (n / 8 + 1))
        torch._foreach_lerp_([self.ema[i] for i in mine], [self.params[i].detach() for i in mine],
                             1 - decay)
        self.barrier.wait()
        return stop

    def adam(self, indices, grads, scale, n, beta1=.9, beta2=.99):
        params, grads, m, v = ([of[i] for i in indices]
                               for of in (self.params, grads, self.m, self.v))
        torch._foreach_lerp_(m, grads, 1 - beta1)
        torch._foreach_mul_(v, beta2)
        torch._foreach_addcmul_(v, grads, grads, 1 - beta2)
        root = torch._foreach_sqrt(v)
        torch._foreach_div_(root, (1 - beta2 ** n) ** .5)
        torch._foreach_add_(root, 1e-8)
        torch._foreach_addcdiv_(params, m, root, -self.lr * scale / (1 - beta1 ** n))

    def muon(self, key, indices, grads, scale, beta=.95):
        rows, columns = key
        params, grads, momentum = ([of[i] for i in indices] for of in (self.params, grads, self.m))
        torch._foreach_lerp_(momentum, grads, 1 - beta)
        nesterov = torch._foreach_lerp(grads, momentum, beta)
        stack = torch.stack([g.reshape(rows, columns) for g in nesterov])
        update = orthogonalize(stack).float() * max(1, rows / columns) ** .5
        lr = self.muon_lr * scale
        torch._foreach_mul_(params, 1 - lr * self.weight_decay)
        torch._foreach_add_(params, [u.reshape(p.shape) for u, p in zip(update, params)], alpha=-lr)

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def state(self):
        return dict(params=self.params, ema=self.ema, m=self.m, v=self.v, steps=self.steps)

    @torch.no_grad()
    def restore(self, state):
        for name in ("params", "ema", "m", "v"):
            torch._foreach_copy_(getattr(self, name), state[name])
        self.steps.copy_(state["steps"])
