"""The peer of bench/engine.ts: the same works in PyTorch, told what to do line by line.

In:  {"work": "pgd-step", "net": "resnet-8-w16", "layout": "nchw", "batch": 64, "steps": 5}
Out: {"seconds": 0.123, "processor": 4.56, "now": 180000000, "most": 250000000}

Seconds are those of all steps; of "call-overhead", the median of one call. `processor` are the processor seconds of this
process since its start. `now` and `most` are the bytes of this process
in memory, now and at most so far, where the kernel tells (null elsewhere).
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from pytorch_nets import net_of

# The program's arguments are the device (`cuda` for a GPU), `tf32` and `compile`.
DEVICE = sys.argv[1] if len(sys.argv) > 1 else "cpu"
TF32 = "tf32" in sys.argv[2:]
COMPILE = "compile" in sys.argv[2:]
if DEVICE == "cuda" and not torch.cuda.is_available():
    sys.exit("this PyTorch has no CUDA")

# Our engines compute in float32 throughout; PyTorch's convolutions on a GPU would take TensorFloat-32.
torch.backends.cudnn.allow_tf32 = TF32
torch.backends.cuda.matmul.allow_tf32 = TF32
torch.backends.cudnn.benchmark = True

EPSILON, STEP = 8 / 255, 2 / 255


def channel_map(x):
    return F.normalize(x.square().mean((2, 3)), dim=1)


class Works:
    def __init__(self, name, layout, batch):
        torch.manual_seed(0)
        self.format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.model = net_of(name).to(DEVICE, memory_format=self.format)
        self.teacher = net_of(name).to(DEVICE, memory_format=self.format).eval()
        for parameter in self.teacher.parameters():
            parameter.requires_grad_(False)
        if COMPILE:
            self.model, self.teacher = torch.compile(self.model), torch.compile(self.teacher)
        self.optimiser = torch.optim.SGD(self.model.parameters(), 0.01, 0.9, weight_decay=5e-4)
        self.x = torch.rand(batch, 3, 32, 32, device=DEVICE).contiguous(memory_format=self.format)
        self.y = torch.arange(batch, device=DEVICE) % 10

    def ascend(self, model, x):
        x = x.detach().requires_grad_()
        logits, _ = model(x)
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, self.y, reduction="sum"), x)
        with torch.no_grad():
            moved = x + STEP * gradient.sign()
            return torch.min(torch.max(moved, self.x - EPSILON), self.x + EPSILON).clamp_(0, 1)

    def pgd_step(self):
        self.ascend(self.teacher, self.x)

    def update(self, loss):
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        loss.item()

    def training_step(self, x=None):
        self.model.train()
        logits, _ = self.model(self.x if x is None else x)
        self.update(F.cross_entropy(logits, self.y))

    def pgd_at_step(self):
        self.model.eval()
        x = self.x
        for _ in range(7):
            x = self.ascend(self.model, x)
        self.training_step(x)

    def mixacm_step(self):
        self.model.train()
        ratio = 0.3
        order = torch.arange(len(self.x) - 1, -1, -1)
        mixed = (ratio * self.x + (1 - ratio) * self.x[order]).contiguous(memory_format=self.format)
        with torch.no_grad():
            target, target_taps = self.teacher(mixed)
        logits, taps = self.model(mixed)
        loss = ratio * F.cross_entropy(logits, self.y) + (1 - ratio) * F.cross_entropy(logits, self.y[order])
        loss = loss + F.kl_div(logits.log_softmax(1), target.softmax(1), reduction="batchmean")
        for ours, theirs in zip(taps, target_taps):
            loss = loss + 10 * (channel_map(ours) - channel_map(theirs)).norm(dim=1).mean()
        self.update(loss)


def call_overhead(calls):
    x = torch.rand(4, device=DEVICE)
    seconds = []
    for _ in range(calls):
        began = time.perf_counter()
        x + 1
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def resident_bytes():
    try:
        with open("/proc/self/status") as status:
            kilobytes = dict(line.split(":", 1) for line in status)
    except OSError:
        return {"now": None, "most": None}
    size = lambda name: 1024 * int(kilobytes[name].split()[0])
    return {"now": size("VmRSS"), "most": size("VmHWM")}


def answer(seconds):
    print(json.dumps({"seconds": seconds, "processor": time.process_time(), **resident_bytes()}), flush=True)


def main():
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    works = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["work"] == "call-overhead":
            answer(call_overhead(asked["steps"]))
            continue
        key = (asked["net"], asked["layout"], asked["batch"])
        if key not in works:
            works = {k: v for k, v in works.items() if k[0] == asked["net"]}
            works[key] = Works(*key)
        step = getattr(works[key], asked["work"].replace("-", "_"))
        began = time.perf_counter()
        for _ in range(asked["steps"]):
            step()
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        answer(time.perf_counter() - began)


main()
