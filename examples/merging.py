"""Two classes merge while a network learns, and the run says so. Then `tensorboard --logdir runs`, or `hidden check`.

Up to epoch 12 a small CNN learns handwritten digits as it should, with a centre loss (Wen et al. 2016) that keeps the
hidden layer's classes compact. From then on every 4 among the training images is labelled 9, as if a preprocessing step
had been broken, and the hidden layer no longer keeps the two apart. The loss on the training data jumps and recovers:
the network learns what it is told.

The alert names the layer, the epoch and the two classes within a few epochs. In the tab, a click on its mark in the
timeline shows the samples that went over. `hidden check RUN` prints the same, and fails, which ends a pipeline.
"""

import sys

import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

import tensorboard_plugin_hidden as hidden

MISLABELLED, TAKEN_FOR, HEALTHY_EPOCHS = 4, 9, 12
TRAIN, CENTRE_WEIGHT = 900, 0.1


def network() -> torch.nn.Sequential:
    """Two convolutions and a hidden layer of 64 units."""
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10),
    )  # fmt: skip


def main(run_dir: str = "runs/merging", epochs: int = 24, seed: int = 0) -> None:
    """Trains and logs to ``run_dir``."""
    torch.manual_seed(seed)
    images, classes = load_digits(return_X_y=True)
    x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(classes)
    train, test = torch.randperm(len(x)).split([TRAIN, len(x) - TRAIN])
    wrong = y.clone()
    wrong[y == MISLABELLED] = TAKEN_FOR
    model = network()
    centres = torch.zeros(10, 64, requires_grad=True)
    optimizer = torch.optim.SGD([*model.parameters(), centres], lr=0.01, momentum=0.9)
    with hidden.SummaryWriter(run_dir) as writer:
        writer.watch(model, hidden.Probe((x[test], y[test]), ids=test.tolist()), optimizer=optimizer)
        writer.add_hidden(0)
        for epoch in range(1, epochs + 1):
            given = y if epoch <= HEALTHY_EPOCHS else wrong
            losses = []
            for _ in range(4):
                for batch in train[torch.randperm(TRAIN)].split(64):
                    features = model[:-1](x[batch] + 0.1 * torch.randn_like(x[batch]))
                    away = (features - centres[given[batch]]).square().sum(dim=1).mean()
                    loss = F.cross_entropy(model[-1](features), given[batch]) + CENTRE_WEIGHT * away
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    losses.append(loss.item())
            writer.add_scalar("loss/train", sum(losses) / len(losses), epoch)
            writer.add_hidden(epoch)


if __name__ == "__main__":
    main(*sys.argv[1:2])
