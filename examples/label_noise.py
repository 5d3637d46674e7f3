"""A network learns wrong labels by heart. Then `tensorboard --logdir runs`.

15 % of the training labels are flipped at random. At first the network takes no notice, and recognises 97 % of the test
digits. Then it memorises: after 20 epochs it gives back 87 % of the wrong labels, and the test accuracy is 90 %. Its
hidden layer is not taken in: of the neighbours of a flipped digit 94 % are still of its true class, so that its place
gives it away.

In the tab, **rank** puts the digits first whose labels the run speaks against: nearly all flipped ones are among them.
The truth is in the log, too: `label!=original_label` finds the flipped digits, `label!=original_label and pred=label`
those that are memorised at the epoch shown.
"""

import sys

import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

import tensorboard_plugin_hidden as hidden

FLIPPED = 0.15
TRAIN = 1000


def main(run_dir: str = "runs/label-noise", epochs: int = 20, seed: int = 0) -> None:
    """Trains and logs to ``run_dir``. Another seed flips other labels; ids are rows of the data set for all seeds."""
    torch.manual_seed(seed)
    images, classes = load_digits(return_X_y=True)
    x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(classes)

    train, test = torch.randperm(len(x)).split([TRAIN, len(x) - TRAIN])
    given = y.clone()
    flipped = train[torch.randperm(TRAIN)[: int(FLIPPED * TRAIN)]]
    given[flipped] = (y[flipped] + torch.randint(1, 10, (len(flipped),))) % 10  # any class but its own

    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(32 * 16, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    trained = set(train.tolist())
    split = ["train" if row in trained else "test" for row in range(len(x))]
    probe = hidden.Probe((x, given), original_labels=y, metadata={"split": split})
    with hidden.SummaryWriter(run_dir) as writer:
        writer.watch(model, probe)
        writer.add_hidden(0)
        for epoch in range(1, epochs + 1):
            for _ in range(4):  # passes over the data, so that an epoch is worth a picture
                for batch in train[torch.randperm(TRAIN)].split(50):
                    loss = F.cross_entropy(model(x[batch]), given[batch])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            with torch.no_grad():
                predicted = model(x).argmax(dim=1)
            writer.add_scalar("accuracy/test", (predicted == y)[test].float().mean(), epoch)
            writer.add_scalar("memorised", (predicted == given)[flipped].float().mean(), epoch)
            writer.add_hidden(epoch)


if __name__ == "__main__":
    main(*sys.argv[1:2])
