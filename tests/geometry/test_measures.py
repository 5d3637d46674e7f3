import pickle

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import entropy
from sklearn.neighbors import KNeighborsClassifier

from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.geometry.measures import CLASS_NAMES, COMPARED, NAMES, PAIRED, measure
from tests.geometry.representations import clusters, falling, mixed, rotation

pytestmark = pytest.mark.filterwarnings("error")


def two_snapshots(count=300, width=24, share=0.2):
    first, labels = clusters(count, width, apart=0.6)
    return first, mixed(first, clusters(count, width, apart=0.6, seed=1)[0], share), labels


def undefined(values):
    return {name for name, value in values.items() if np.isnan(value)}


def test_every_measure_has_its_name_and_a_plain_number():
    first, second, labels = two_snapshots()
    found, reference = measure(first, labels, 5)
    assert tuple(found.values) == NAMES
    assert undefined(found.values) == {"similarity", "drift", "turnover"}
    found, _ = measure(second, labels, 5, reference)
    assert not undefined(found.values)
    assert {type(value) for value in found.values.values()} == {float}
    assert tuple(found.classes) == CLASS_NAMES
    for per_class in found.classes.values():
        assert per_class.shape == (5,)
        assert per_class.dtype == np.float32
        assert np.isfinite(per_class).all()
    assert found.gaps.dtype == np.float32


def test_numbers_equal_those_worked_out_directly():
    points, labels = clusters(250, 20, apart=0.6)
    values = measure(points, labels, 5)[0].values
    exact = points.astype(np.float64)
    centred = exact - exact.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    assert values["rank"] == pytest.approx(np.exp(entropy(singular)), rel=1e-3)
    assert values["participation"] == pytest.approx((singular**2).sum() ** 2 / (singular**4).sum(), rel=1e-4)
    assert values["norm"] == pytest.approx(np.log(np.sqrt((exact**2).sum(axis=1).mean())), abs=1e-6)
    units = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    assert values["uniformity"] == pytest.approx(np.log(np.exp(-2 * pdist(units) ** 2).mean()), abs=1e-4)
    votes = KNeighborsClassifier(10).fit(points, labels).kneighbors(return_distance=False)
    same = labels[votes] == labels[:, None]
    found = measure(points, labels, 5)[0]
    assert values["agreement"] == pytest.approx(same.mean(), abs=1e-3)
    np.testing.assert_allclose(
        found.classes["agreement"], [same[labels == label].mean() for label in range(5)], atol=4e-3
    )
    within = sum(((centred[labels == c] - centred[labels == c].mean(axis=0)) ** 2).sum() for c in range(5))
    assert values["separation"] == pytest.approx(np.log((centred**2).sum() / within - 1), abs=1e-4)


@pytest.mark.parametrize("factor", [2.0**-60, 1e-6, 1e3, 1e18, 1e-18, 1e-30, 1e35])
def test_scale_changes_the_norm_only(factor):
    first, second, labels = two_snapshots()
    expected, reference = measure(first, labels, 5)
    expected = measure(second, labels, 5, reference)[0]
    scaled, reference = measure(first * np.float32(factor), labels, 5)
    scaled = measure(second * np.float32(factor), labels, 5, reference)[0]
    for name in NAMES:
        shift = np.log(factor) if name == "norm" else 0
        near = 2e-3 if name in ("agreement", "turnover") else 1e-4
        assert scaled.values[name] == pytest.approx(expected.values[name] + shift, abs=near), name
    np.testing.assert_allclose(scaled.gaps, expected.gaps, atol=1e-4)


def test_rotation_changes_nothing_and_shift_only_norm_and_uniformity():
    first, second, labels = two_snapshots()
    expected = measure(second, labels, 5, measure(first, labels, 5)[1])[0]
    turned = (second @ rotation(24)).astype(np.float32)
    shifted = (second + 3).astype(np.float32)
    for other, excused in ((turned, set()), (shifted, {"norm", "uniformity"})):
        found = measure(other, labels, 5, measure(first, labels, 5)[1])[0]
        for name in set(NAMES) - excused:
            near = 5e-3 if name in ("agreement", "turnover") else 1e-3
            assert found.values[name] == pytest.approx(expected.values[name], abs=near), name
        np.testing.assert_allclose(found.gaps, expected.gaps, atol=1e-3)


def test_order_of_samples_and_units_changes_nothing():
    first, second, labels = two_snapshots()
    expected = measure(second, labels, 5, measure(first, labels, 5)[1])[0]
    rng = np.random.default_rng(0)
    rows, units = rng.permutation(300), rng.permutation(24)
    found = measure(second[rows][:, units], labels[rows], 5, measure(first[rows][:, units], labels[rows], 5)[1])[0]
    for name in NAMES:
        assert found.values[name] == pytest.approx(expected.values[name], abs=1e-3), name
    np.testing.assert_allclose(found.gaps, expected.gaps, atol=1e-4)


def test_names_of_classes_change_places_only():
    points, labels = clusters()
    order = np.random.default_rng(0).permutation(5).astype(np.int32)
    one, other = measure(points, labels, 5)[0], measure(points, order[labels], 5)[0]
    np.testing.assert_array_equal(other.gaps[order][:, order], one.gaps)
    np.testing.assert_array_equal(other.classes["separation"][order], one.classes["separation"])
    np.testing.assert_array_equal(other.classes["nearest"][order], order[one.classes["nearest"].astype(int)])


def test_the_same_input_gives_the_same_bits_and_is_not_changed():
    first, labels = clusters(COMPARED + 500, 30)
    kept = first.copy()
    (one, reference), (other, _) = measure(first, labels, 5), measure(first, labels, 5)
    np.testing.assert_equal(one.values, other.values)
    np.testing.assert_array_equal(first, kept)
    first[:] = 7
    again = measure(kept, labels, 5, reference)[0]
    assert again.values["similarity"] == pytest.approx(1)
    assert again.values["drift"] == pytest.approx(0, abs=1e-6)
    assert again.values["turnover"] == 0


def test_what_is_kept_is_small_and_no_view_of_the_activations():
    points, labels = clusters(5_000, 64)
    reference = measure(points, labels, 5)[1]
    assert len(reference.rows) == COMPARED
    assert len(pickle.dumps(reference)) < 6_000_000


@pytest.mark.parametrize("value", [0.0, 0.1, -1e-30, 1e30])
def test_a_layer_that_gives_the_same_for_all_samples_is_seen(value):
    points, labels = clusters()
    same = np.full_like(points, value)
    reference = measure(points, labels, 5)[1]
    found, constant = measure(same, labels, 5, reference)
    assert found.values["dead"] == 1
    assert found.values["rank"] == found.values["participation"] == 0
    lost = {"separation", "agreement", "similarity", "drift", "turnover"}
    if value == 0:
        assert undefined(found.values) == lost | {"norm", "uniformity"}
    else:
        assert undefined(found.values) == lost
        assert found.values["uniformity"] == pytest.approx(0, abs=1e-6)
        assert found.values["norm"] == pytest.approx(np.log(abs(value)) + np.log(24) / 2, abs=1e-5)
    assert np.isnan(found.gaps).all()
    assert {"similarity", "drift", "turnover"} <= undefined(measure(points, labels, 5, constant)[0].values)


def test_rounding_is_no_variance():
    points, labels = clusters()
    rng = np.random.default_rng(0)
    wobbling = (rng.standard_normal(24) * (1 + 1e-7 * rng.standard_normal((300, 1)))).astype(np.float32)
    values = measure(wobbling, labels, 5)[0].values
    assert values["dead"] == 1
    assert values["rank"] == 0
    points[:, :6] = wobbling[:, :6]
    found, without = measure(points, labels, 5)[0], measure(points[:, 6:], labels, 5)[0]
    assert found.values["dead"] == 0.25
    assert found.values["rank"] == pytest.approx(without.values["rank"], rel=1e-4)
    assert found.values["separation"] == pytest.approx(without.values["separation"], abs=1e-5)


def test_a_large_constant_beside_small_variance_hides_nothing():
    points, labels = clusters()
    beside = np.concatenate([points, np.full((300, 1), 1e20, np.float32)], axis=1)
    expected, found = measure(points, labels, 5)[0], measure(beside, labels, 5)[0]
    for name in ("separation", "agreement", "rank", "participation"):
        assert found.values[name] == pytest.approx(expected.values[name], abs=1e-3), name


def test_points_instead_of_clusters_are_far_apart_but_not_infinitely():
    labels = np.tile(np.arange(3, dtype=np.int32), 20)
    points = np.random.default_rng(0).standard_normal((3, 8)).astype(np.float32)[labels]
    found = measure(points, labels, 3)[0]
    assert found.values["separation"] == 20
    assert found.values["agreement"] == 1
    assert found.values["rank"] <= 2 + 1e-3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_are_left_out_and_counted(bad):
    first, second, labels = two_snapshots()
    wrong = np.random.default_rng(0).choice(300, 60, replace=False)
    right = np.setdiff1d(np.arange(300), wrong)
    broken = second.copy()
    broken[wrong, 3] = bad
    found, after = measure(broken, labels, 5, measure(first, labels, 5)[1])
    expected = measure(second[right], labels[right], 5, measure(first[right], labels[right], 5)[1])[0]
    assert found.values["nonfinite"] == 0.2
    for name in set(NAMES) - {"nonfinite"}:
        near = 2e-3 if name in ("agreement", "turnover") else 1e-4
        assert found.values[name] == pytest.approx(expected.values[name], abs=near), name
    np.testing.assert_allclose(found.gaps, expected.gaps, atol=1e-5)
    recovered = measure(second, labels, 5, after)[0].values
    assert recovered["similarity"] == pytest.approx(1, abs=1e-6)
    assert recovered["turnover"] == 0


def test_without_a_finite_row_all_but_their_share_is_unknown():
    points, labels = clusters()
    reference = measure(points, labels, 5)[1]
    found, broken = measure(np.full_like(points, np.nan), labels, 5, reference)
    assert found.values["nonfinite"] == 1
    assert undefined(found.values) == set(NAMES) - {"nonfinite"}
    assert np.isnan(found.gaps).all()
    assert {"similarity", "drift", "turnover"} <= undefined(measure(points, labels, 5, broken)[0].values)


@pytest.mark.parametrize("labels", [None, np.full(300, -1, np.int32)])
def test_without_labels_nothing_is_said_of_classes(labels):
    found = measure(clusters()[0], labels, 5)[0]
    assert undefined(found.values) == {"separation", "agreement", "similarity", "drift", "turnover"}
    assert all(np.isnan(per_class).all() for per_class in found.classes.values())
    assert found.gaps.shape == (5, 5)


def test_one_class_has_neighbours_of_its_own_and_no_separation():
    found = measure(clusters()[0], np.zeros(300, np.int32), 1)[0]
    assert np.isnan(found.values["separation"])
    assert found.values["agreement"] == 1


def test_an_absent_class_is_unknown_and_the_others_are_as_without_it():
    points, labels = clusters()
    expected, found = measure(points, labels, 5)[0], measure(points, labels + (labels > 2).astype(np.int32), 6)[0]
    np.testing.assert_equal(found.values, expected.values)
    for name in CLASS_NAMES:
        assert np.isnan(found.classes[name][3])
    np.testing.assert_array_equal(np.delete(np.delete(found.gaps, 3, 0), 3, 1), expected.gaps)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("width", [0, 1, 4])
def test_a_few_samples_or_units_are_measured(count, width):
    points = np.random.default_rng(0).standard_normal((count, width)).astype(np.float32)
    labels = np.zeros(count, np.int32)
    reference = measure(points, labels, 2)[1]
    values = measure(points, labels, 2, reference)[0].values
    assert np.isnan(values["nonfinite"]) == (count == 0)
    assert np.isnan(values["norm"]) == (count == 0 or width == 0)
    assert np.isnan(values["rank"]) == (count < 2)
    assert np.isnan(values["similarity"]) == (count < 3 or width == 0)


def test_more_rows_than_before_are_compared_by_those_that_were_there():
    first, second, labels = two_snapshots(COMPARED + 400)
    short = COMPARED + 100
    found = measure(second, labels, 5, measure(first[:short], labels[:short], 5)[1])[0]
    expected = measure(second[:short], labels[:short], 5, measure(first[:short], labels[:short], 5)[1])[0]
    for name in ("similarity", "drift", "turnover"):
        assert found.values[name] == pytest.approx(expected.values[name], abs=1e-5)
    fewer = measure(second[:short], labels[:short], 5, measure(first, labels, 5)[1])[0]
    assert {"similarity", "drift", "turnover"} <= undefined(fewer.values)


@pytest.mark.parametrize("width", [30, 200])
def test_another_width_is_compared(width):
    first, _, labels = two_snapshots()
    other = np.concatenate([first, np.zeros((300, width - 24), np.float32)], axis=1)
    found = measure(other, labels, 5, measure(first, labels, 5)[1])[0]
    assert found.values["similarity"] == pytest.approx(1, abs=1e-5)
    assert found.values["drift"] == pytest.approx(0, abs=1e-4)
    assert found.values["turnover"] < 0.01


def test_of_many_samples_a_part_stands_for_all():
    count = 4 * COMPARED
    first, second, labels = two_snapshots(count, 40)
    reference = measure(first, labels, 5)[1]
    found = measure(second, labels, 5, reference)[0].values
    singular = np.linalg.svd(second - second.mean(axis=0), compute_uv=False)
    assert found["rank"] == pytest.approx(np.exp(entropy(singular)), rel=1e-3)
    one, other = first - first.mean(axis=0), second - second.mean(axis=0)
    norm = np.linalg.norm(one.T @ one) * np.linalg.norm(other.T @ other)
    assert found["similarity"] == pytest.approx(np.linalg.norm(one.T @ other) ** 2 / norm, abs=0.02)
    nuclear = np.linalg.svd(one.T @ other, compute_uv=False).sum()
    assert found["drift"] == pytest.approx(1 - nuclear**2 / ((one**2).sum() * (other**2).sum()), abs=0.02)
    units = second / np.linalg.norm(second, axis=1, keepdims=True)
    everything = np.log(np.exp(-2 * pdist(units[:2_000], "sqeuclidean")).mean())
    assert PAIRED < 2_000
    assert found["uniformity"] == pytest.approx(everything, abs=0.08)


def test_layers_wider_than_the_sample_have_their_rank_from_it():
    points = falling(60, 300, 1)
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[:59]
    assert measure(points, None, 0)[0].values["rank"] == pytest.approx(np.exp(entropy(singular)), rel=1e-3)


def test_a_thousand_classes_take_no_array_of_pairs_times_units():
    points, labels = clusters(2_000, 64, classes=1_000)
    found = measure(points, labels, 1_000)[0]
    present = np.bincount(labels, minlength=1_000) >= 2
    np.testing.assert_array_equal(np.isfinite(found.classes["separation"]), present)
    assert np.isfinite(found.gaps[np.ix_(present, present)]).sum() == present.sum() * (present.sum() - 1)


def test_half_and_double_precision_are_measured_too():
    points, labels = clusters()
    expected = measure(points, labels, 5)[0].values
    for other in (points.astype(np.float64), points.astype(np.float16)):
        assert measure(other, labels, 5)[0].values["separation"] == pytest.approx(expected["separation"], abs=1e-2)
    assert measure(np.full((3, 2), 1e300), None, 0)[0].values["nonfinite"] == 1


def test_input_that_is_no_layer_is_refused():
    points, labels = clusters()
    with pytest.raises(HiddenError, match="activations are no matrix"):
        measure(points[:, :, None], labels, 5)
    with pytest.raises(HiddenError, match="labels do not belong"):
        measure(points, labels[1:], 5)
    with pytest.raises(HiddenError, match="labels do not belong"):
        measure(points, labels, 4)
