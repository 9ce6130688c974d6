"""The peer of bench/attacks.ts: attacks of torchattacks on the same net and images, told what to do line by line.

In:  {"attack": "pgd", "net": "resnet-8-w16", "classes": 10, "layout": "nchw", "batch": 128, "weights": FILE,
      "images": FILE, "to": FILE, "epsilon": 0.03, "stepSize": 0.008, "steps": 20, "queries": 5000}
Out: {"seconds": 1.2, "processor": 2.3}

The files are safetensors: weights as `retable export` writes them, images with their labels, and for each example
whether it is right, clean and at the adversarial image. Seconds are those of the attack alone; `processor` counts those
of all cores.
"""

import json
import sys
import time

import torch
import torch.nn as nn
import torchattacks
from torchattacks.wrappers.multiattack import MultiAttack

from pytorch_nets import net_of
from safetensors_file import read_tensors, write_tensors


class Logits(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)[0]


def tensors_of(path):
    return {name: torch.from_numpy(tensor) for name, tensor in read_tensors(path).items()}


def attack_of(model, asked):
    """torchattacks' own AutoAttack takes 10 steps for APGD and FAB instead of 100, so it is put together here."""
    epsilon, steps, classes = asked["epsilon"], asked["steps"], asked["classes"]
    build = {
        "pgd": lambda: torchattacks.PGD(model, eps=epsilon, alpha=asked["stepSize"], steps=steps),
        "apgd-ce": lambda: torchattacks.APGD(model, eps=epsilon, steps=steps, loss="ce"),
        "apgd-t": lambda: torchattacks.APGDT(model, eps=epsilon, steps=steps, n_classes=classes),
        "fab-t": lambda: torchattacks.FAB(
            model, eps=epsilon, steps=steps, multi_targeted=True, n_classes=classes
        ),
        "square": lambda: torchattacks.Square(
            model, eps=epsilon, n_queries=asked["queries"], resc_schedule=False
        ),
    }
    if asked["attack"] != "autoattack":
        return build[asked["attack"]]()
    return MultiAttack([build[name]() for name in ("apgd-ce", "apgd-t", "fab-t", "square")])


def answer(asked):
    layout = torch.channels_last if asked["layout"] == "channels_last" else torch.contiguous_format
    net = net_of(asked["net"], asked["classes"])
    net.load_state_dict(tensors_of(asked["weights"]), strict=False)
    model = Logits(net).eval().to(memory_format=layout)
    given = tensors_of(asked["images"])
    # The images stay channels-first, since torchattacks' FAB fails on others; the net changes the layout by itself.
    images, labels = given["images"], given["labels"].long()
    torch.manual_seed(0)
    attack = attack_of(model, asked)
    began, used = time.perf_counter(), time.process_time()
    found = [attack(*part) for part in zip(images.split(asked["batch"]), labels.split(asked["batch"]))]
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    with torch.no_grad():
        clean = model(images).argmax(1) == labels
        robust = clean & (model(torch.cat(found)).argmax(1) == labels)
    write_tensors(asked["to"], {"robust": robust.float().numpy()})
    print(json.dumps({"seconds": seconds, "processor": processor}), flush=True)


def main():
    print(json.dumps({"version": f"{torch.__version__}, torchattacks {torchattacks.__version__}"}), flush=True)
    for line in sys.stdin:
        answer(json.loads(line))


main()
