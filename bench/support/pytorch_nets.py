"""The nets of the benchmarks in PyTorch, with the usual names of tensors. Each gives logits and the outputs of its stages."""

import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if stride != 1 or before != width:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


class ResNet(nn.Module):
    """With the CIFAR stem; gives the logits and the outputs of stem and stages."""

    def __init__(self, widths, blocks, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.stages, before = [], widths[0]
        for index, (width, count) in enumerate(zip(widths, blocks)):
            layers = []
            for block in range(count):
                layers.append(Block(before, width, 2 if block == 0 and index > 0 else 1))
                before = width
            self.stages.append(f"layer{index + 1}")
            self.add_module(self.stages[-1], nn.Sequential(*layers))
        self.linear = nn.Linear(before, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        taps = [x]
        for stage in self.stages:
            x = getattr(self, stage)(x)
            taps.append(x)
        return self.linear(x.mean((2, 3))), taps


class PreActivationBlock(nn.Module):
    """All but the first batch norm and ReLU, which the network takes: they may be an output of its stages."""

    def __init__(self, before, width, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(before)
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        if before != width:
            self.convShortcut = nn.Conv2d(before, width, 1, stride, bias=False)

    def forward(self, x, active):
        y = self.conv2(F.relu(self.bn2(self.conv1(active)), inplace=True))
        return y + (self.convShortcut(active) if hasattr(self, "convShortcut") else x)


class Stage(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layer = nn.ModuleList(layers)


class WideResNet(nn.Module):
    """Gives the logits, and the outputs of stem and stages after the batch norm and ReLU that follow them."""

    def __init__(self, blocks, widening, classes):
        super().__init__()
        widths = [16, 16 * widening, 32 * widening, 64 * widening]
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        for index, (before, width) in enumerate(zip(widths, widths[1:])):
            first = PreActivationBlock(before, width, 2 if index > 0 else 1)
            others = [PreActivationBlock(width, width, 1) for _ in range(blocks - 1)]
            self.add_module(f"block{index + 1}", Stage([first, *others]))
        self.bn1 = nn.BatchNorm2d(widths[-1])
        self.fc = nn.Linear(widths[-1], classes)

    def forward(self, x):
        x = self.conv1(x)
        taps = []
        for stage in (self.block1, self.block2, self.block3):
            for index, block in enumerate(stage.layer):
                active = F.relu(block.bn1(x), inplace=True)
                if index == 0:
                    taps.append(active)
                x = block(x, active)
        active = F.relu(self.bn1(x), inplace=True)
        taps.append(active)
        return self.fc(active.mean((2, 3))), taps


def net_of(name, classes=10):
    if name.startswith("wrn-"):
        depth, widening = (int(part) for part in name.replace("wrn-", "").split("-"))
        return WideResNet((depth - 4) // 6, widening, classes)
    if name == "resnet-18":
        return ResNet([64, 128, 256, 512], [2, 2, 2, 2], classes)
    depth, width = (int(part) for part in name.replace("resnet-", "").split("-w"))
    count = (depth - 2) // 6
    return ResNet([width, 2 * width, 4 * width], [count] * 3, classes)
