"""What the methods that train a network share: the autoencoder, UMAP's loss in the plane, and the map they give.

Activations arrive with mean squared row norm 1. Networks see them times √D instead, so that a unit has mean square 1:
initialisations and the published weights of reconstruction errors assume that.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from tensorboard_plugin_hidden.format.snapshot import FloatArray
from tensorboard_plugin_hidden.projection.graph import Neighbours

A, B = 1.5769434, 0.8950608
"""Shape of UMAP's similarity in the map at min_dist 0.1 and spread 1 (McInnes et al. 2018)."""

BLOCK = 4_096
"""Rows that a finished network is given at once."""

NEAR = 1e-6
"""Added to squared distances in the map: the slope of d^2b is infinite at 0."""

GROUPS = 8
"""Of units that are normalised together; the first hidden layer has a multiple of so many."""

LEAST = 1e-4
"""Smallest probability whose logarithm is taken (umap-learn's parametric loss)."""


class Autoencoder(nn.Module):
    """Two perceptrons with rectified linear units: from D activations to the plane, and back in reverse order.

    Args:
        width: D.
        hidden: Units of each hidden layer of the encoder, first to last.
        seed: Of the initial weights.
        normalised: Each hidden layer over the batch (Ioffe & Szegedy 2015), and the first of both perceptrons over
            ``GROUPS`` groups of units before that, without scale or shift (Pham, Liu & Hoi, ICLR 2022).

    Attributes:
        width: D.
        encoder: From [m, D] to [m, 2].
        decoder: From [m, 2] to [m, D].
    """

    def __init__(self, width: int, hidden: Sequence[int], seed: int, normalised: bool = False) -> None:
        super().__init__()
        self.width = width
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = _perceptron([width, *hidden, 2], normalised)
            self.decoder = _perceptron([2, *reversed(hidden), width], normalised)


def _perceptron(widths: Sequence[int], normalised: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths[:-1]):
        norms: list[nn.Module] = [nn.BatchNorm1d(outputs)] if normalised else []
        if normalised and not layers:
            norms = [nn.GroupNorm(GROUPS, outputs, affine=False), *norms]
        layers += [nn.Linear(inputs, outputs), *norms, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))


def unit_variance(activations: FloatArray) -> Tensor:
    """Standardised activations [n, D] as networks see them: times √D."""
    return torch.from_numpy(np.ascontiguousarray(activations)) * float(np.sqrt(activations.shape[1]))


def rebased(network: Autoencoder, ratio: float, shift: FloatArray) -> Autoencoder:
    """The network for rows in other coordinates: what it gave of x = ratio · y + shift it gives of y, and back.

    Args:
        network: Between places and rows x, times √D.
        ratio: Above 0.
        shift: float32 [D].

    Returns:
        A copy whose first and last layer are changed.
    """
    moved = copy.deepcopy(network)
    first, last = moved.encoder[0], moved.decoder[-1]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    offset = torch.from_numpy(shift) * float(np.sqrt(network.width))
    with torch.no_grad():
        first.bias.add_(first.weight @ offset)
        first.weight.mul_(ratio)
        last.bias.sub_(offset).div_(ratio)
        last.weight.div_(ratio)
    return moved


def similarity(squared: Tensor) -> Tensor:
    """UMAP's q = 1 / (1 + a d^2b) of squared distances d² in the map (McInnes et al. 2018)."""
    return 1 / (1 + A * (squared + NEAR) ** B)


def pull(squared: Tensor) -> Tensor:
    """Cross entropy -log q of pairs [E] that an edge joins."""
    return -similarity(squared).clamp(min=LEAST).log()


def push(squared: Tensor) -> Tensor:
    """Cross entropy -log(1 - q) of pairs [E] that no edge joins."""
    return -(1 - similarity(squared)).clamp(min=LEAST).log()


@dataclass(frozen=True, slots=True)
class DecoderInverse:
    """A trained decoder.

    Attributes:
        body: From places [m, 2] to its last hidden layer [m, h].
        weight: float32 [D, h], of its last layer.
        bias: float32 [D].
    """

    body: nn.Module
    weight: Tensor
    bias: Tensor

    def __call__(self, positions: FloatArray) -> FloatArray:
        """Activations [m, D] of places [m, 2]."""
        places = torch.from_numpy(np.ascontiguousarray(positions, dtype=np.float32))
        with torch.no_grad():
            blocks = [torch.addmm(self.bias, self.body(block), self.weight.T) for block in torch.split(places, BLOCK)]
            decoded: FloatArray = torch.cat(blocks).numpy()
        return decoded

    def through(self, weight: FloatArray, bias: FloatArray) -> DecoderInverse:
        """The decoder followed by x ↦ weight x + bias, folded into its last layer."""
        matrix, shift = torch.from_numpy(np.ascontiguousarray(weight)), torch.from_numpy(np.ascontiguousarray(bias))
        return DecoderInverse(self.body, matrix @ self.weight, matrix @ self.bias + shift)


@dataclass(frozen=True, slots=True)
class NetworkEmbedding:
    """A trained encoder and decoder as a map.

    Attributes:
        positions: float32 [n, 2].
        inverse: The decoder.
        encoder: From rows [m, D] times √D to places.
    """

    positions: FloatArray
    inverse: DecoderInverse
    encoder: nn.Module

    def project(self, activations: FloatArray, near: Neighbours | None = None) -> FloatArray:
        """Places [m, 2] of activations [m, D]; an encoder needs no neighbours."""
        return _encoded(self.encoder, activations)


def embedding_of(network: Autoencoder, activations: FloatArray) -> NetworkEmbedding:
    """The map that a network gives of rows [n, D]; further training of the network does not change it."""
    trained = copy.deepcopy(network).eval().requires_grad_(False)
    *body, last = trained.decoder
    assert isinstance(last, nn.Linear)
    unit = float(np.sqrt(network.width))
    inverse = DecoderInverse(nn.Sequential(*body), last.weight / unit, last.bias / unit)
    return NetworkEmbedding(_encoded(trained.encoder, activations), inverse, trained.encoder)


def _encoded(encoder: nn.Module, activations: FloatArray) -> FloatArray:
    with torch.no_grad():
        blocks = [encoder(block) for block in torch.split(unit_variance(activations), BLOCK)]
        places: FloatArray = torch.cat(blocks).numpy()
    return places
