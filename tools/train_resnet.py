#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a ResNet of configs/models/ on Fashion-MNIST and exports it to ONNX.

Needs PyTorch and NumPy (Debian 12: apt install python3-torch python3-numpy dataset-fashion-mnist).
On one CPU thread depth 8 takes a few minutes, depth 18 a quarter of an hour. Exits 1, and writes
nothing, below 0.90 test accuracy.

    tools/train_resnet.py --depth 8 --out configs/models/resnet8_fmnist.onnx
    tools/train_resnet.py --depth 18 --out configs/models/resnet18_fmnist.onnx
"""
import argparse
import gzip
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

MEAN, STD = 0.2860, 0.3530  # of the 60,000 training images scaled to [0, 1]
MAX_SHIFT = 2               # pixels, each direction


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al., 2016, "Deep residual learning", figure 2)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.c1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(outputs)
        self.c2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(outputs)
        self.sc = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.sc = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                    nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = functional.relu(self.b1(self.c1(x)))
        return functional.relu(self.b2(self.c2(y)) + self.sc(x))


class ResNet(nn.Module):
    """Stem 3x3 and max-pool, then stages of blocks, each half as large and twice as wide as the one
    before; input f32 [N,1,28,28]. ResNet-18 has four stages of two blocks, ResNet-8 three of one;
    both start 16 wide, a quarter of the paper's ResNet-18, as the images are small and grey."""

    WIDTH = 16
    STAGES = {8: (1, 1, 1), 18: (2, 2, 2, 2)}  # depth -> blocks per stage

    def __init__(self, depth):
        super().__init__()
        self.c = nn.Conv2d(1, self.WIDTH, 3, 1, 1, bias=False)
        self.b = nn.BatchNorm2d(self.WIDTH)
        self.mp = nn.MaxPool2d(3, 2, 1)
        blocks, width = [], self.WIDTH
        for stage, count in enumerate(self.STAGES[depth]):
            outputs = self.WIDTH << stage
            for block in range(count):
                blocks.append(Block(width, outputs, 2 if stage and not block else 1))
                width = outputs
        self.l = nn.Sequential(*blocks)
        self.p = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        x = self.mp(functional.relu(self.b(self.c(x))))
        return self.fc(torch.flatten(self.p(self.l(x)), 1))


def read_idx(path):
    """An IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist: big-endian dimensions)."""
    with gzip.open(path, "rb") as file:
        data = file.read()
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder, prefix):
    """Normalised images [N,1,28,28] and labels [N] of one part of the set."""
    images = read_idx(f"{folder}/{prefix}-images-idx3-ubyte.gz").astype(np.float32)
    labels = read_idx(f"{folder}/{prefix}-labels-idx1-ubyte.gz").astype(np.int64)
    return torch.from_numpy((images / 255 - MEAN) / STD).unsqueeze(1), torch.from_numpy(labels)


def augment(batch, generator):
    """Flips each image with probability 1/2 and shifts it by up to MAX_SHIFT pixels."""
    count, _, height, width = batch.shape
    flip = torch.rand(count, generator=generator) < 0.5
    batch = torch.where(flip.view(-1, 1, 1, 1), batch.flip(3), batch)
    black = (0 - MEAN) / STD
    padded = functional.pad(batch, [MAX_SHIFT] * 4, value=black)
    dy, dx = torch.randint(0, 2 * MAX_SHIFT + 1, (2, count), generator=generator)
    rows = (dy.view(-1, 1) + torch.arange(height)).view(count, 1, height, 1)
    columns = (dx.view(-1, 1) + torch.arange(width)).view(count, 1, 1, width)
    return padded[torch.arange(count).view(-1, 1, 1, 1), 0, rows, columns].view_as(batch)


def accuracy(model, images, labels):
    """Share of images whose highest logit is the label's."""
    model.eval()
    with torch.no_grad():
        right = sum((model(images[i:i + 500]).argmax(1) == labels[i:i + 500]).sum().item()
                    for i in range(0, len(images), 500))
    return right / len(images)


def train(model, images, labels, test, arguments):
    """SGD with Nesterov momentum under a one-cycle schedule (Smith, 2018, arXiv:1803.09820)."""
    generator = torch.Generator().manual_seed(arguments.seed)
    steps = (len(images) + arguments.batch - 1) // arguments.batch
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4,
                                nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=steps *
                                                   arguments.epochs)
    began = time.monotonic()
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(images), generator=generator).split(arguments.batch):
            loss = functional.cross_entropy(model(augment(images[chosen], generator)),
                                            labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / steps:.4f}, test accuracy "
              f"{accuracy(model, *test):.4f}, {time.monotonic() - began:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--depth", type=int, choices=ResNet.STAGES, required=True)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--out", required=True, help="ONNX file to write")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    print(f"ResNet-{arguments.depth}, PyTorch {torch.__version__}, {arguments.threads} thread(s), seed {arguments.seed}")
    model = ResNet(arguments.depth)
    test = load(arguments.data, "t10k")
    train(model, *load(arguments.data, "train"), test, arguments)
    final = accuracy(model, *test)
    print(f"test accuracy {final:.4f} of {len(test[0])} images")
    if final < 0.90:
        return 1
    # Evaluation mode: the exporter folds each BatchNormalization into the convolution before it.
    model.eval()
    torch.onnx.export(model, torch.zeros(1, 1, 28, 28), arguments.out, opset_version=13,
                      input_names=["input"], output_names=["logits"],
                      dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    print("exported, opset 13")
    return 0


if __name__ == "__main__":
    sys.exit(main())
