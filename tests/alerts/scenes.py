"""Layers whose classes stand where a test puts them."""

import numpy as np

CLASSES = ("cat", "dog", "owl", "fox")


def labels(samples=200):
    return (np.arange(samples) % len(CLASSES)).astype(np.int32)


def layer(rng, centres=None, spread=0.3, samples=200, width=8):
    """Activations float32 [N, D]: a class is a cloud around its centre."""
    places = 3 * np.eye(len(CLASSES), width) if centres is None else centres
    points = places[labels(samples)] + spread * rng.normal(size=(samples, width))
    return points.astype(np.float32)


def logits(right=0.97, samples=200, sure=5.0, rng=None, confused=()):
    """float32 [N, C]: so many samples are answered right, the others with the next class; some classes as the first."""
    rng = rng or np.random.default_rng(0)
    answers = labels(samples).copy()
    answers[np.isin(answers, confused)] = confused[0] if confused else 0
    wrong = rng.permutation(samples)[: round((1 - right) * samples)]
    answers[wrong] = (answers[wrong] + 1) % len(CLASSES)
    return (sure * np.eye(len(CLASSES))[answers]).astype(np.float32)
