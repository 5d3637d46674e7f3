"""A network chooses what it wants to be taught. Then `tensorboard --logdir runs`.

It starts from 20 labelled digits. In each of 6 rounds it asks for the labels of the 20 others that it is least sure of
(least confidence, Lewis and Gale, 1994), and goes on training with them.

In the tab, `role=new` finds the digits that were chosen at the step shown. They lie where the network is torn: about
half of their neighbours on the map are predicted to be another digit, and of all others' one in ten.
"""

import sys

import torch
from sklearn.datasets import load_digits
from torch.nn import functional as F

import tensorboard_plugin_hidden as hidden

POOL = 1300
AT_ONCE = 20
STEPS_A_ROUND = 4


def main(run_dir: str = "runs/active-learning", rounds: int = 6) -> None:
    """Trains and logs to ``run_dir``."""
    torch.manual_seed(0)
    images, classes = load_digits(return_X_y=True)
    x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(classes)
    order = torch.randperm(len(x))
    pool, test = order[:POOL], order[POOL:]
    pooled = set(pool.tolist())
    split = ["pool" if row in pooled else "test" for row in range(len(x))]

    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(32 * 16, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    probe = hidden.Probe((x, y), metadata={"split": split})

    with hidden.SummaryWriter(run_dir) as writer:
        writer.watch(model, probe)
        labelled = pool[torch.randperm(POOL)[:AT_ONCE]]
        writer.add_hidden(0, selected=labelled)  # a sample's id is its row in the data
        step = 0
        for _ in range(rounds):
            for _ in range(STEPS_A_ROUND):
                step += 1
                for _ in range(60):
                    batch = labelled[torch.randint(len(labelled), (32,))]
                    loss = F.cross_entropy(model(x[batch]), y[batch])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                with torch.no_grad():
                    probabilities = model(x).softmax(dim=1)
                accuracy = (probabilities.argmax(dim=1) == y)[test].float().mean()
                writer.add_scalar("accuracy/test", accuracy, step)
                if step % STEPS_A_ROUND:
                    writer.add_hidden(step)
            confidence = probabilities.amax(dim=1)
            confidence[test] = confidence[labelled] = torch.inf  # never chosen
            chosen = confidence.argsort()[:AT_ONCE]
            writer.add_hidden(step, selected=chosen)
            labelled = torch.cat([labelled, chosen])


if __name__ == "__main__":
    main(*sys.argv[1:2])
