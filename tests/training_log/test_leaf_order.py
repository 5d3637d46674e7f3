"""Against trying every order that keeps the tree's groups whole."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from tensorboard_plugin_hidden.training_log.leaf_order import shortest_leaf_order


def allowed(tree):
    count = len(tree) + 1
    groups = [{leaf} for leaf in range(count)]
    for one, other, *_ in tree:
        groups.append(groups[int(one)] | groups[int(other)])

    def whole(sequence):
        places = [[sequence.index(leaf) for leaf in group] for group in groups]
        return all(max(place) - min(place) == len(place) - 1 for place in places)

    return [sequence for sequence in permutations(range(count)) if whole(sequence)]


def length(distances, sequence):
    return sum(distances[a, b] for a, b in pairwise(sequence))


@pytest.mark.parametrize("method", ["average", "single"])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
@pytest.mark.parametrize("seed", range(4))
def test_no_order_that_the_tree_allows_is_shorter(count, seed, method):
    pairs = np.random.default_rng(seed).random(count * (count - 1) // 2)
    if seed == 3:
        pairs = pairs.round(1)  # with ties
    tree, distances = linkage(pairs, method), squareform(pairs)
    sequences = allowed(tree)
    assert len(sequences) == 2 ** (count - 1)
    found = tuple(shortest_leaf_order(tree, distances).tolist())
    assert found in sequences
    assert length(distances, found) == pytest.approx(min(length(distances, sequence) for sequence in sequences))


def test_points_on_a_line_come_in_their_order():
    places = np.random.default_rng(0).permutation(60) ** 1.5
    distances = np.abs(places[:, None] - places)
    for method in ("average", "single"):
        found = places[shortest_leaf_order(linkage(squareform(distances), method), distances)]
        assert (np.diff(found) > 0).all() or (np.diff(found) < 0).all()
