"""Healthy trainings of kinds that nobody looked at while the rules were made: what the promise is worth elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.alerts import made_data
from benchmarks.alerts.classifiers import Rng, classifier, cnn, mlp
from benchmarks.alerts.healthy import Training
from benchmarks.alerts.others import encoder, unlabelled
from benchmarks.alerts.training import digits


def distilled(rng: Rng, seed: int) -> Training:
    """A small network learns what a larger one answers."""
    train_x, train_y, probe_x, probe_y = digits(seed)
    teacher = mlp(rng, 64, 10, width=128)
    optimizer = torch.optim.AdamW(teacher.parameters(), 2e-3)
    for _ in range(150):
        rows = torch.randint(0, len(train_x), (125,))
        loss = F.cross_entropy(teacher(train_x[rows]), train_y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    teacher.eval()
    student = mlp(rng, 64, 10, width=32)
    training = classifier(rng, student, (train_x, train_y), (probe_x, probe_y), 10)

    def follow(x: Tensor, y: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = F.softmax(teacher(x) / 3, dim=1)
        return F.kl_div(F.log_softmax(student(x) / 3, dim=1), wanted, reduction="batchmean")

    training.loss = follow
    return training


def denoiser(rng: Rng, seed: int) -> Training:
    """A diffusion model's network, which tells the noise in a picture at any level of it."""
    x, _, probe, labels = digits(seed)
    trunk = encoder(rng, 65, 64)
    model = nn.Sequential(trunk, nn.Linear(64, 64))
    level = torch.full((len(probe), 1), 0.3)
    noise = torch.randn(len(probe), 64)

    def noised(batch: Tensor, noise: Tensor, level: Tensor) -> Tensor:
        return torch.cat([(1 - level).sqrt() * batch.flatten(1) + level.sqrt() * noise, level], dim=1)

    def loss(batch: Tensor) -> Tensor:
        drawn, at = torch.randn(len(batch), 64), torch.rand(len(batch), 1)
        return F.mse_loss(model(noised(batch, drawn, at)), drawn)

    watched = {"first": trunk[0], "second": trunk}
    seen = noised(probe, noise, level)
    return unlabelled(rng, model, watched, probe, labels, data=(x,), loss=loss, run=lambda: model(seen))


def discriminator(rng: Rng, seed: int) -> Training:
    """What a network that tells drawn digits from real ones sees, while another learns to draw."""
    x, _, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 48)
    model = nn.Sequential(trunk, nn.Linear(48, 1))
    drawer = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.Sigmoid())
    optimizer = torch.optim.Adam(drawer.parameters(), 1e-3, betas=(0.5, 0.999))

    def loss(batch: Tensor) -> Tensor:
        drawn = drawer(torch.randn(len(batch), 16)).detach()
        return F.softplus(-model(batch)).mean() + F.softplus(model(drawn)).mean()

    def draw() -> None:
        optimizer.zero_grad()
        F.softplus(-model(drawer(torch.randn(64, 16)))).mean().backward()
        optimizer.step()

    watched = {"first": trunk[0], "second": trunk}
    return unlabelled(
        rng, model, watched, probe, labels, data=(x,), loss=loss, besides=draw, rate=5e-4, schedule="constant"
    )


def masked(rng: Rng, seed: int) -> Training:
    """A transformer fills in letters that are hidden."""
    text, _ = made_data.language(seed, 2000)
    embed, places = nn.Embedding(17, 48), nn.Parameter(0.02 * torch.randn(12, 48))
    block = nn.TransformerEncoderLayer(48, 4, 96, dropout=0.1, batch_first=True, norm_first=True)
    head = nn.Linear(48, 16)
    model = nn.ModuleDict({"embed": embed, "block": block, "head": head})
    model.register_parameter("places", places)

    def read(batch: Tensor) -> Tensor:
        return head(block(embed(batch) + places))

    def loss(batch: Tensor) -> Tensor:
        hidden = torch.rand(batch.shape) < 0.2
        return F.cross_entropy(read(torch.where(hidden, 16, batch))[hidden], batch[hidden])

    probe = text[:300]
    return unlabelled(rng, model, {"block": block}, probe, None, data=(text[300:],), loss=loss, run=lambda: read(probe))


def several_at_once(rng: Rng, seed: int) -> Training:
    """Labels of which a sample has several, without classes to colour by."""
    x, y = made_data.table(seed, 8, 1600)
    wanted = torch.stack([(y // 2**bit) % 2 for bit in range(3)], dim=1).float()
    model = mlp(rng, 20, 3)

    def loss(batch: Tensor, answers: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(model(batch), answers)

    watched = {"first": model[0], "second": model[1]}
    return unlabelled(rng, model, watched, x[:300], None, data=(x[300:], wanted[300:]), loss=loss)


def few_of_many(rng: Rng, seed: int) -> Training:
    """Forty classes with ten samples of each to learn from, whose pictures are moved while they are learned."""
    x, y = made_data.pictures(seed, 40, 720, noise=0.5)
    model = cnn(rng, 40, 12)
    training = classifier(rng, model, (x[320:], y[320:]), (x[:320], y[:320]), 40)

    def moved(batch: Tensor, labels: Tensor) -> Tensor:
        down, right = (int(n) for n in torch.randint(-2, 3, (2,)))
        return F.cross_entropy(model(torch.roll(batch, (down, right), (2, 3))), labels)

    training.loss = moved
    return training


def twins(rng: Rng, seed: int) -> Training:
    """Whether two pictures show the same digit, told from what one network makes of both."""
    x, y, probe, labels = digits(seed)
    trunk = encoder(rng, 64, 48)
    head = nn.Linear(48, 1)
    model = nn.ModuleList([trunk, head])

    def loss(batch: Tensor, of: Tensor) -> Tensor:
        other = torch.randperm(len(batch))
        # Every other pair is made to be alike, as few are by chance.
        alike = torch.stack([torch.nonzero(of == one).flatten()[0] for one in of])
        other = torch.where(torch.arange(len(batch)) % 2 == 0, alike, other)
        apart = (trunk(batch) - trunk(batch[other])).abs()
        return F.binary_cross_entropy_with_logits(head(apart)[:, 0], (of == of[other]).float())

    watched = {"first": trunk[0], "second": trunk}
    return unlabelled(rng, model, watched, probe, labels, data=(x, y), loss=loss, run=lambda: trunk(probe))


def counted(rng: Rng, seed: int) -> Training:
    """Counts, by a network that gives the logarithm of their mean, with dropout."""
    x, y = made_data.curve(seed, 1600)
    wanted = torch.poisson(torch.exp(1 + 0.7 * y), generator=torch.Generator().manual_seed(seed))
    model = mlp(rng, 10, 1)

    def loss(batch: Tensor, seen: Tensor) -> Tensor:
        return F.poisson_nll_loss(model(batch), seen)

    watched = {"first": model[0], "second": model[1]}
    return unlabelled(rng, model, watched, x[:300], None, data=(x[300:], wanted[300:]), loss=loss)


HELD_OUT_KINDS: dict[str, Callable[[Rng, int], Training]] = {
    "distilled": distilled,
    "denoiser": denoiser,
    "discriminator": discriminator,
    "masked letters": masked,
    "several labels": several_at_once,
    "few of many": few_of_many,
    "twins": twins,
    "counts": counted,
}
"""By the name of the kind."""
