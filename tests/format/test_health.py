import numpy as np

from tensorboard_plugin_hidden.format.alerts import HealthRecord
from tensorboard_plugin_hidden.format.health import encode_health, read_health
from tensorboard_plugin_hidden.format.schema import Record, Version, from_json, to_json


def record(step, measures, rate=None, tasks=()):
    # Through JSON, as it is logged.
    return from_json(to_json(Record(Version("ab", step), HealthRecord("fc", step, measures, rate, tasks))))


def test_columns_have_gaps_where_nothing_was_measured():
    records = [record(0, {"rank": 3.0, "drift": float("nan")}, 0.1), record(4, {"rank": 2.0, "drift": 0.5})]
    log = read_health([*records, record(9, {"norm": 1.0}, 0.01)])
    assert log.steps.tolist() == [0, 4, 9]
    np.testing.assert_array_equal(log.measures["rank"], np.float32([3, 2, np.nan]))
    np.testing.assert_array_equal(log.measures["drift"], np.float32([np.nan, 0.5, np.nan]))
    np.testing.assert_array_equal(log.rates, np.float32([0.1, np.nan, 0.01]))
    assert (log.classes, log.gaps, log.tasks) == ({}, None, ())


def test_arrays_come_back_by_class_pair_and_task(rng):
    gaps = rng.normal(size=(2, 3, 3)).astype(np.float32)
    agreement = rng.normal(size=(2, 3)).astype(np.float32)
    drift = rng.normal(size=(2, 2)).astype(np.float32)
    payloads = [encode_health({"agreement": agreement[i]}, gaps[i], {"drift": drift[i]}) for i in range(2)]
    log = read_health([record(i, {}, tasks=("a", "b")) for i in range(2)], payloads)
    np.testing.assert_array_equal(log.gaps, gaps)
    np.testing.assert_array_equal(log.classes["agreement"], agreement)
    np.testing.assert_array_equal(log.task_measures["drift"], drift)


def test_tasks_that_join_later_and_change_their_order_keep_their_columns():
    records = [record(0, {}), record(1, {}, tasks=("a",)), record(2, {}, tasks=("b", "a"))]
    payloads = [{}, *(encode_health({}, None, {"gap": np.array(gap)}) for gap in ([1], [2, 3]))]
    log = read_health(records, payloads)
    assert log.tasks == ("a", "b")
    np.testing.assert_array_equal(log.task_measures["gap"], np.float32([[np.nan, np.nan], [1, np.nan], [3, 2]]))


def test_another_number_of_classes_leaves_a_gap():
    payloads = [encode_health({"agreement": np.ones(count)}, None, {}) for count in (2, 3)]
    log = read_health([record(0, {}), record(1, {})], payloads)
    np.testing.assert_array_equal(log.classes["agreement"], np.float32([[np.nan] * 3, [1, 1, 1]]))


def test_nothing_measured_is_no_columns():
    log = read_health([])
    assert (log.steps.tolist(), log.measures, log.gaps) == ([], {}, None)
