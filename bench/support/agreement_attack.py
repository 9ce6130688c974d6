"""PGD in the l-infinity ball, and what it needs of a net."""

from contextlib import contextmanager

import torch
import torch.nn as nn


@contextmanager
def quietly(model, mode):
    """Batch norm in this mode, "train" or "eval", and running statistics left alone."""
    was = model.training
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    model.train(mode == "train")
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        model.train(was)
        for norm in norms:
            norm.momentum = 0.1


def ascend(loss_of, x, start, settings):
    """All iterates, the start among them: x' <- clip(x' + step * sign(gradient)), into the ball, into [0, 1]."""
    iterates = [start]
    for _ in range(settings["steps"]):
        at = iterates[-1].detach().requires_grad_()
        (gradient,) = torch.autograd.grad(loss_of(at), at)
        moved = at.detach() + settings["stepSize"] * gradient.sign()
        moved = torch.min(torch.max(moved, x - settings["epsilon"]), x + settings["epsilon"])
        iterates.append(moved.clamp(0, 1))
    return iterates


def attacked(model, loss_of_logits, x, noise, settings):
    """Adversarial images against the model as it is. What the noise means: see `start_of`."""
    with quietly(model, settings["batchNorm"]):
        return ascend(lambda at: loss_of_logits(model(at)[0]), x, start_of(x, noise, settings), settings)[-1]


def start_of(x, noise, settings):
    if noise is None:
        return x
    if settings.get("noise") == "normal":
        return x + 0.001 * noise
    if settings.get("noise") == "unclipped":
        return x + noise
    return (x + noise).clamp(0, 1)
