"""The README's script, whole: watch a network learn handwritten digits. Then `tensorboard --logdir runs`."""

import torch
from sklearn.datasets import load_digits

import tensorboard_plugin_hidden as hidden

images, labels = load_digits(return_X_y=True)
x, y = torch.tensor(images, dtype=torch.float32).reshape(-1, 1, 8, 8) / 16, torch.tensor(labels)
model = torch.nn.Sequential(
    torch.nn.Flatten(), torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU(),
    torch.nn.Linear(64, 10),
)  # fmt: skip
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

with hidden.SummaryWriter("runs/digits-mlp") as writer:
    writer.watch(model, hidden.Probe((x, y), size=1000))
    for epoch in range(15):
        for batch in torch.randperm(len(x)).split(64):
            loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        writer.add_scalar("loss", loss, epoch)
        writer.add_hidden(epoch)
