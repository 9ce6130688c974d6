"""The loss of each method for one step, written from the papers' formulas. Each takes a Step and gives the loss."""

import torch
import torch.nn.functional as F


def kl(p, q, reduction="batchmean"):
    """KL(softmax(p) || softmax(q)) of logits: "batchmean" over examples, "mean" over examples and classes."""
    divergence = F.kl_div(q.log_softmax(1), p.softmax(1), reduction="batchmean")
    return divergence / p.shape[1] if reduction == "mean" else divergence


def summed_cross_entropy(y):
    return lambda logits: F.cross_entropy(logits, y, reduction="sum")


def standard(step):
    return F.cross_entropy(step.model(step.x)[0], step.y)


def mixed(step):
    """Mixed images, and the loss of logits on them: that of both labels."""
    ratio, y, other = step.ratio, step.y, step.y[step.order]
    images = ratio * step.x + (1 - ratio) * step.x[step.order]
    loss = lambda z: ratio * F.cross_entropy(z, y) + (1 - ratio) * F.cross_entropy(z, other)
    return images, loss


def mixup(step):
    images, loss = mixed(step)
    return loss(step.model(images)[0])


def pgd_at(step):
    x = step.attacked(summed_cross_entropy(step.y))
    return F.cross_entropy(step.model(x)[0], step.y)


def fast_at(step):
    settings = {**step.settings, "steps": 1}
    settings["stepSize"] = settings["fastStep"] * settings["epsilon"]
    x = step.attacked(summed_cross_entropy(step.y), settings)
    return F.cross_entropy(step.model(x)[0], step.y)


def free_at(step):
    """The step then moves the perturbation by its gradient."""
    return F.cross_entropy(step.model((step.x + step.perturbation).clamp(0, 1))[0], step.y)


def trades(step):
    with torch.no_grad():
        step.model.eval()
        natural = step.model(step.x)[0].softmax(1)
        step.model.train()
    divergence = lambda z: F.kl_div(z.log_softmax(1), natural, reduction="sum")
    adversarial = step.attacked(divergence)
    hard = F.cross_entropy(step.model(step.x)[0], step.y)
    # As the authors have it: the clean images go through the net a second time.
    after = step.model(adversarial)[0]
    return hard + step.settings["beta"] * kl(step.model(step.x)[0], after)


def mart(step):
    adversarial = step.attacked(summed_cross_entropy(step.y))
    clean, after = step.model(step.x)[0], step.model(adversarial)[0]
    p, q = clean.softmax(1), after.softmax(1)
    others = q.scatter(1, step.y[:, None], 0).max(1).values
    boosted = F.cross_entropy(after, step.y) - torch.log(1.0001 - others + 1e-12).mean()
    divergence = (p * (clean.log_softmax(1) - after.log_softmax(1))).sum(1)
    own = p.gather(1, step.y[:, None])[:, 0]
    return boosted + step.settings["beta"] * (divergence * (1.0000001 - own)).mean()


def soft_labels(student, teacher, settings):
    t = settings["temperature"]
    return t * t * kl(teacher / t, student / t, settings["reduction"])


def kd(step):
    student = step.model(step.x)[0]
    soft = soft_labels(student, step.taught(step.x)[0], step.settings)
    return step.settings["labelWeight"] * F.cross_entropy(student, step.y) + step.settings["kdWeight"] * soft


def ard(step):
    adversarial = step.attacked(summed_cross_entropy(step.y))
    student = step.model(adversarial)[0]
    hard = F.cross_entropy(step.model(step.x)[0], step.y)
    soft = soft_labels(student, step.taught(step.x)[0], step.settings)
    return step.settings["kdWeight"] * soft + step.settings["labelWeight"] * hard


def rslad(step):
    target = step.taught(step.x)[0].softmax(1)
    divergence = lambda z: F.kl_div(z.log_softmax(1), target, reduction="sum")
    adversarial = step.attacked(divergence)
    part = lambda z: (target * (torch.log(target + 1e-5) - z.log_softmax(1))).mean()
    after = step.model(adversarial)[0]
    clean = step.model(step.x)[0]
    return step.settings["kdWeight"] * part(after) + step.settings["cleanWeight"] * part(clean)


def attention(step):
    z, taps = step.model(step.x)
    map_of = lambda a: F.normalize(a.square().mean(1).flatten(1))
    loss = step.settings["labelWeight"] * F.cross_entropy(z, step.y)
    for ours, theirs in list(zip(taps, step.taught(step.x)[1]))[1:]:
        loss = loss + step.settings["attentionWeight"] * (map_of(ours) - map_of(theirs)).square().mean()
    return loss


def mixacm(step):
    images, mixed_loss = mixed(step)
    z, taps = step.model(images)
    target, target_taps = step.taught(images)
    loss = step.settings["labelWeight"] * mixed_loss(z)
    loss = loss + step.settings["kdWeight"] * soft_labels(z, target, step.settings)
    for index, (ours, theirs) in enumerate(zip(taps, target_taps)):
        a, b = ours.square().mean((2, 3)), theirs.square().mean((2, 3))
        if step.own:
            a = a @ step.own[index]
        distance = (F.normalize(a) - F.normalize(b)).norm(dim=1).mean()
        loss = loss + step.settings["acmWeight"] * distance
    return loss


def igam(step):
    x = step.x if step.noise is None else (step.x + step.noise).clamp(0, 1)
    x = x.requires_grad_()
    z = step.model(x)[0]
    probability = z.softmax(1).gather(1, step.y[:, None]).sum()
    (ours,) = torch.autograd.grad(probability, x, create_graph=True)
    theirs = step.teachers_gradient(x)
    # For pixels of 0 ... 255.
    distance = ((ours - theirs) / 255).square().sum((1, 2, 3)).mean()
    loss = F.cross_entropy(z, step.y) + step.settings["gradientWeight"] * distance
    if step.own:
        both = told_apart(step.own, torch.cat([ours, theirs]))
        step.told = F.cross_entropy(both, torch.arange(2).repeat_interleave(len(x)))
        loss = loss - step.settings["discriminatorWeight"] * step.told
    return loss


def told_apart(own, gradients):
    """Logits (student, teacher). `own`: filter, scale and shift of each convolution; weight and bias of the dense layer."""
    rows = gradients.flatten(1)
    rows = F.normalize(rows - rows.mean(1, keepdim=True))
    x = rows.reshape(gradients.shape)
    *convolutions, weight, bias = own
    for index in range(0, len(convolutions), 3):
        kernel, scale, shift = convolutions[index : index + 3]
        x = F.conv2d(x, kernel.permute(3, 2, 0, 1), stride=2, padding=1)
        x = F.leaky_relu(F.batch_norm(x, None, None, scale, shift, training=True), 0.1)
    return x.permute(0, 2, 3, 1).flatten(1) @ weight + bias
