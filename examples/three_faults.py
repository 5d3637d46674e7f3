"""Three things happen to a network while it learns. Then `tensorboard --logdir runs`, and find them without this text.

The first is meant: from epoch 20 on the learning rate is a tenth. The other two are planted. For the epochs 8 to 11
every 3 among the training images is labelled 8. At epoch 15 a block dies: all of its units are negative for every
input, so that its ReLU gives 0, nothing flows back, and its weights learn no more. The loss hardly shows it.

In the tab, **Classes** names the class and the epochs: its row turns dark, with triangles where its images flip
together. **Layers** names the block: its gradients are zero from one step on. The learning rate is above both.
"""

import sys

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

import tensorboard_plugin_hidden as hidden

RATE_DROPS = 20
MISLABELLED, TAKEN_FOR, WRONG_EPOCHS = 3, 8, range(8, 12)
DIES_AT, DEAD_BLOCK = 15, "stage2.1"
TRAIN = 1000


class Block(nn.Module):
    """A convolution and a way around it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Features [N, C, H, W], as many as came in."""
        return x + torch.relu(self.norm(self.conv(x)))


def network() -> nn.Sequential:
    """Two stages of two blocks."""
    parts = {
        "stem": nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU()),
        "stage1": nn.Sequential(Block(16), Block(16)),
        "down": nn.Sequential(nn.Conv2d(16, 32, 2, stride=2), nn.ReLU()),
        "stage2": nn.Sequential(Block(32), Block(32)),
        "pool": nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten()),
        "head": nn.Linear(128, 10),
    }
    model = nn.Sequential()
    for name, part in parts.items():
        model.add_module(name, part)
    return model


def main(run_dir: str = "runs/three-faults", epochs: int = 30, seed: int = 0) -> None:
    """Trains and logs to ``run_dir``."""
    torch.manual_seed(seed)
    images, classes = load_digits(return_X_y=True)
    x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(classes)
    train, test = torch.randperm(len(x)).split([TRAIN, len(x) - TRAIN])
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [RATE_DROPS - 1])
    log = hidden.TrainingLog(hidden.every(5))
    with hidden.SummaryWriter(run_dir) as writer:
        probe = hidden.Probe((x[test], y[test]), ids=test.tolist())
        writer.watch(model, probe, optimizer=optimizer, training_log=log)
        writer.add_hidden(0)
        for epoch in range(1, epochs + 1):
            given = y.clone()
            if epoch in WRONG_EPOCHS:
                given[y == MISLABELLED] = TAKEN_FOR
            if epoch == DIES_AT:
                with torch.no_grad():
                    model.get_submodule(DEAD_BLOCK).norm.bias.fill_(-20)
            losses = []
            for batch in train[torch.randperm(TRAIN)].split(25):
                loss = F.cross_entropy(model(x[batch]), given[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            schedule.step()
            writer.add_scalar("loss/train", sum(losses) / len(losses), epoch)
            writer.add_hidden(epoch)


if __name__ == "__main__":
    main(*sys.argv[1:2])
