"""The peer of bench/pytorch-agreement.ts: logits, PGD and training steps in plain PyTorch, told what to do line by line.

In:  {"work": "steps", "method": "trades", "settings": {...}, "net": "resnet-8-w16", "classes": 10, "dtype": "float32",
      "from": FILE, "to": FILE, ...}
Out: {"seconds": 1.2}

Both files are safetensors: in the one lie weights, batches and all that is random; in the other goes what came out.
Settings have the names that retable gives them.
"""

import json
import sys
import time

import torch

import agreement_losses
from agreement_attack import ascend, attacked
from pytorch_nets import net_of
from safetensors_file import read_tensors, write_tensors

COUNTS = "num_batches_tracked"


class Given:
    """The tensors of a file, in the type that is computed in."""

    def __init__(self, path, dtype):
        self.dtype = dtype
        self.tensors = read_tensors(path)

    def get(self, name):
        if name not in self.tensors:
            return None
        tensor = torch.from_numpy(self.tensors[name])
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor.long()

    def group(self, prefix):
        names = [name for name in self.tensors if name.startswith(prefix)]
        return {name[len(prefix) :]: self.get(name) for name in names}

    def net(self, prefix, name, classes):
        net = net_of(name, classes).to(self.dtype)
        missing, unknown = net.load_state_dict(self.group(prefix), strict=False)
        assert not unknown and all(name.endswith(COUNTS) for name in missing), (missing, unknown)
        return net


class Step:
    """All that the loss of a step reads."""

    def __init__(self, given, asked):
        self.settings = asked["settings"]
        self.model = given.net("student/", asked["net"], asked["classes"])
        self.teacher = given.net("teacher/", asked["net"], asked["classes"]).eval()
        for parameter in self.teacher.parameters():
            parameter.requires_grad_(False)
        self.names = asked["own"]
        self.own = [given.get(f"own/{name}").requires_grad_() for name in self.names]
        self.perturbation, self.told = torch.zeros_like(given.get("0/images")), None
        self.given = given

    def take(self, batch):
        get = lambda name: self.given.get(f"{batch}/{name}")
        self.x, self.y, self.noise, self.ratio, self.order = map(
            get, ("images", "labels", "noise", "ratio", "order")
        )
        self.adversarial = None

    def attacked(self, loss_of_logits, settings=None):
        """Made once a step, against the weights that it begins with."""
        if self.adversarial is None:
            self.adversarial = attacked(
                self.model, loss_of_logits, self.x, self.noise, settings or self.settings
            )
        return self.adversarial

    def taught(self, x):
        with torch.no_grad():
            return self.teacher(x)

    def teachers_gradient(self, x):
        at = x.detach().requires_grad_()
        probability = self.teacher(at)[0].softmax(1).gather(1, self.y[:, None]).sum()
        return torch.autograd.grad(probability, at)[0]


def steps(given, asked):
    step = Step(given, asked)
    step.model.train()
    rules = {"lr": asked["rate"], "momentum": 0.9, "weight_decay": 5e-4}
    judged = asked["method"] == "igam"
    optimiser = torch.optim.SGD([*step.model.parameters(), *([] if judged else step.own)], **rules)
    judge = torch.optim.SGD(step.own, **rules) if judged and step.own else None
    losses = []
    for index in range(asked["batches"] * asked["replays"]):
        step.take(index // asked["replays"])
        loss = one_step(step, asked, index, optimiser, judge)
        losses.append(loss.item())
    state = {k: v for k, v in step.model.state_dict().items() if not k.endswith(COUNTS)}
    own = {f"own/{name}": tensor for name, tensor in zip(step.names, step.own)}
    return {**state, **own, "losses": torch.tensor(losses)}


def one_step(step, asked, index, optimiser, judge):
    loss_of = getattr(agreement_losses, asked["method"].replace("-", "_"))
    shifts = weight_shifts(step, loss_of) if asked["gamma"] else []
    for parameter, shift in shifts:
        parameter.data += asked["gamma"] * shift
    step.perturbation = step.perturbation.detach().requires_grad_()
    loss = loss_of(step)
    optimiser.zero_grad(set_to_none=True)
    judged = judge and index % asked["settings"]["discriminatorEvery"] == 0
    judgement = torch.autograd.grad(step.told, step.own, retain_graph=True) if judged else []
    loss.backward(inputs=[*optimiser.param_groups[0]["params"], step.perturbation])
    optimiser.step()
    if judged:
        for parameter, gradient in zip(step.own, judgement):
            parameter.grad = gradient.contiguous()
        judge.step()
    for parameter, shift in shifts:
        parameter.data -= asked["gamma"] * shift
    if step.perturbation.grad is not None:
        reach = asked["settings"]["epsilon"]
        moved = step.perturbation.detach() + reach * step.perturbation.grad.sign()
        step.perturbation = moved.clamp(-reach, reach)
    return loss.detach()


def weight_shifts(step, loss_of):
    """|w| * g / |g| of each tensor of at least two axes, by a pass whose running statistics are dropped."""
    before = {name: tensor.clone() for name, tensor in step.model.state_dict().items()}
    weights = [tensor for tensor in step.model.parameters() if tensor.dim() > 1]
    gradients = torch.autograd.grad(loss_of(step), weights)
    step.model.load_state_dict(before)
    return [(w, w.detach().norm() / (g.norm() + 1e-20) * g) for w, g in zip(weights, gradients)]


def logits(given, asked):
    net = given.net("", asked["net"], asked["classes"]).eval()
    images = Given(asked["images"], given.dtype).get("images")
    with torch.no_grad():
        return {"logits": torch.cat([net(part)[0] for part in images.split(250)])}


def pgd(given, asked):
    """Whether each example is right at the last iterate, and whether it is right at every iterate."""
    net = given.net("", asked["net"], asked["classes"]).eval()
    batch = Given(asked["images"], given.dtype)
    last, every = [], []
    images, noise = batch.get("images"), batch.get("noise") if asked["randomStart"] else None
    starts = images if noise is None else (images + noise).clamp(0, 1)
    for x, y, start in zip(*(t.split(250) for t in (images, batch.get("labels"), starts))):
        loss = lambda at: agreement_losses.summed_cross_entropy(y)(net(at)[0])
        iterates = ascend(loss, x, start, asked)
        with torch.no_grad():
            right = [net(at)[0].argmax(1) == y for at in iterates]
        last.append(right[-1])
        every.append(torch.stack(right).all(0))
    return {"last": torch.cat(last).float(), "every": torch.cat(every).float()}


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    works = {"logits": logits, "pgd": pgd, "steps": steps}
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        results = works[asked["work"]](Given(asked["from"], getattr(torch, asked["dtype"])), asked)
        write_tensors(asked["to"], {name: t.detach().numpy() for name, t in results.items()})
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


main()
