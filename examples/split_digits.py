"""A network learns some digits, then others, and forgets the first. Then `tensorboard --logdir runs`.

    python examples/split_digits.py runs/naive
    python examples/split_digits.py runs/replay --strategy replay
    python examples/split_digits.py runs/ewc --strategy ewc

The digits come in five tasks: 0 and 1, then 2 and 3, up to 8 and 9, and only those of the task are trained on. With
`--setting domain` the network only says whether a digit is odd, so that every task has the same two classes. With
`--setting halves` there are two tasks: 0 to 4, then 5 to 9. `replay` keeps 20 images of each old digit and goes on
training on them; `ewc` holds on to the weights that old tasks need (Kirkpatrick et al., 2017).

In the tab, **Health** says what became of each task. Without a strategy the accuracy on a task is 0 as soon as the next
one begins, while a linear probe still tells its digits apart: the head forgot, and the hidden layer hardly did.
"""

import argparse
from collections.abc import Callable

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

import tensorboard_plugin_hidden as hidden

PAIRS = [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
SETTINGS = {"class": PAIRS, "domain": PAIRS, "halves": [(0, 1, 2, 3, 4), (5, 6, 7, 8, 9)]}
TRAIN_SHARE = 0.5
PASSES = 4
"""Passes over a task's images that make one epoch, so that an epoch is worth a picture."""
RATE = 1e-3
"""Learning rate of Adam."""
KEPT_OF_A_DIGIT = 20
"""Images that replay keeps of each digit that it has learned."""
EWC_WEIGHT = 10_000.0
"""λ of elastic weight consolidation: half of it times the Fisher information weighs a weight's squared change."""


def network(classes: int) -> nn.Sequential:
    """Two hidden layers of 128 and 64 units; the second is what is looked at."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, classes)
    )


class Naive:
    """Trains on the newest task, and on nothing else. What other strategies do is added here."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """What one batch of the newest task is trained to make small."""
        return F.cross_entropy(self.model(x), y)

    def end_task(self, x: Tensor, y: Tensor, digits: Tensor) -> None:
        """Takes from a task that is over what is to be kept of it."""


class Replay(Naive):
    """Experience replay: every batch of the newest task goes with one, as large, of what was kept of the old ones."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.kept: list[tuple[Tensor, Tensor]] = []

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """The mean of the losses on new and on old images."""
        if not self.kept:
            return super().loss(x, y)
        old_x, old_y = (torch.cat(part) for part in zip(*self.kept, strict=True))
        rows = torch.randint(len(old_x), (len(x),))
        return (super().loss(x, y) + super().loss(old_x[rows], old_y[rows])) / 2

    def end_task(self, x: Tensor, y: Tensor, digits: Tensor) -> None:
        """Keeps as many images of each of the task's digits, at random."""
        for digit in digits.unique():
            own = (digits == digit).nonzero()[:, 0]
            rows = own[torch.randperm(len(own))[:KEPT_OF_A_DIGIT]]
            self.kept.append((x[rows], y[rows]))


class Ewc(Naive):
    """Elastic weight consolidation: weights that old tasks' answers depend on are held where they were."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.anchors: list[tuple[dict[str, Tensor], dict[str, Tensor]]] = []

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Loss + λ/2 Σ over old tasks and weights of F (w - w*)² (Kirkpatrick et al. 2017, eq. 3)."""
        now = dict(self.model.named_parameters())
        pull = sum(
            (fisher[name] * (weight - before[name]).square()).sum()
            for before, fisher in self.anchors
            for name, weight in now.items()
        )
        return super().loss(x, y) + EWC_WEIGHT / 2 * pull

    def end_task(self, x: Tensor, y: Tensor, digits: Tensor) -> None:
        """Keeps the weights, and the diagonal of the true Fisher information: the labels are the network's own."""
        before = {name: weight.detach().clone() for name, weight in self.model.named_parameters()}

        def log_probability(weights: dict[str, Tensor], image: Tensor, label: Tensor) -> Tensor:
            return functional_call(self.model, weights, image[None]).log_softmax(dim=1)[0, label]

        slopes = vmap(grad(log_probability), in_dims=(None, 0, None))
        with torch.no_grad():
            probabilities = self.model(x).softmax(dim=1)
        fisher = {name: torch.zeros_like(weight) for name, weight in before.items()}
        for label in range(probabilities.shape[1]):  # the mean over labels, exactly: each counts as it is probable
            for name, slope in slopes(before, x, torch.tensor(label)).items():
                fisher[name] += torch.einsum("n,n...->...", probabilities[:, label], slope.square()) / len(x)
        self.anchors.append((before, fisher))


STRATEGIES: dict[str, Callable[[nn.Module], Naive]] = {"naive": Naive, "replay": Replay, "ewc": Ewc}


def main(
    run_dir: str = "runs/split-digits",
    epochs: int = 5,
    strategy: str = "naive",
    setting: str = "class",
    seed: int = 0,
    later_rate: float = RATE,
) -> None:
    """Trains for so many epochs on each task and logs to ``run_dir``."""
    torch.manual_seed(seed)
    images, numbers = load_digits(return_X_y=True)
    x, digits = torch.tensor(images, dtype=torch.float32) / 16, torch.tensor(numbers)
    y = digits % 2 if setting == "domain" else digits
    train, test = torch.randperm(len(x)).split([int(TRAIN_SHARE * len(x)), len(x) - int(TRAIN_SHARE * len(x))])
    tasks = {"-".join(str(digit) for digit in (members[0], members[-1])): members for members in SETTINGS[setting]}
    task_of = {digit: name for name, members in tasks.items() for digit in members}

    model = network(2 if setting == "domain" else 10)
    learner = STRATEGIES[strategy](model)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    shown = digits[test].tolist()
    probe = hidden.Probe(
        (x[test].reshape(-1, 1, 8, 8), y[test]),
        ids=test.tolist(),
        classes=["even", "odd"] if setting == "domain" else [str(digit) for digit in range(10)],
        metadata={"task": [task_of[digit] for digit in shown], "digit": shown},
    )
    with hidden.SummaryWriter(run_dir) as writer:
        writer.watch(model, probe, optimizer=optimizer)
        writer.add_hidden(0)  # the untrained network
        epoch = 0
        for name, members in tasks.items():
            writer.add_task(name)
            own = train[torch.isin(digits[train], torch.tensor(members))]
            for _ in range(epochs):
                epoch += 1
                for _ in range(PASSES):
                    for batch in own[torch.randperm(len(own))].split(16):
                        loss = learner.loss(x[batch], y[batch])
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                writer.add_scalar("loss/train", loss, epoch)
                writer.add_hidden(epoch)
            learner.end_task(x[own], y[own], digits[own])
            optimizer.param_groups[0]["lr"] = later_rate


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run_dir", nargs="?", default="runs/split-digits")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of each task")
    parser.add_argument("--strategy", choices=STRATEGIES, default="naive")
    parser.add_argument("--setting", choices=SETTINGS, default="class")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--later-rate", type=float, default=RATE, help="learning rate from the second task on")
    main(**vars(parser.parse_args()))
