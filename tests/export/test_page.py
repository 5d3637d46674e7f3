"""The page holds what TensorBoard would answer, and shows it without TensorBoard."""

import base64
import colorsys
import gzip
import json
import re
import shutil
import time
from io import BytesIO

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tensorboard_plugin_hidden.cli import cli
from tensorboard_plugin_hidden.errors import HiddenError, MissingDataError
from tensorboard_plugin_hidden.export.page import write_page
from tests.browser import FIRST_PICTURE
from tests.export.conftest import COUNT, STEPS
from tests.servers import tensorboard


def contents(page):
    """The answers in a page, as {(route, query): body}, and the sentences for those that are not."""
    blocks = dict(re.findall(r'<script type="text/plain" id="([^"]+)">([^<]*)</script>', page))
    said = json.loads(re.search(r'id="hidden-contents">(.*?)</script>', page)[1])
    answers = {}
    for one in said["answers"]:
        body = base64.b64decode(blocks[one["block"]])
        answers[one["route"], *sorted(one["query"].items())] = gzip.decompress(body) if one["gzip"] else body
    return answers, said["absent"]


def page_of(run_dir, tmp_path, **options):
    path = tmp_path / "page.html"
    with open(path, "wb") as file:
        write_page(str(run_dir), file, **options)
    return path.read_text()


def asked(route, **query):
    return (route, *sorted({"run": "run", **{name: str(value) for name, value in query.items()}}.items()))


def test_the_answers_are_those_of_tensorboard(told, tmp_path):
    answers, _ = contents(page_of(told.run_dir, tmp_path, activations=True))
    with tensorboard(["--logdir", str(told.run_dir.parent)]) as server:
        index = server.index(
            "run", lambda index: len(index["layers"][0]["frames"].get("pca", {}).get("steps", ())) == 3
        )
        assert json.loads(answers[asked("index")]) == index | {"closed": True}
        layer = index["layers"][0]
        frames, probe = layer["frames"]["pca"], index["probe"]["version"]
        queries = [("samples", {"v": probe}), ("thumbnails", {"v": probe}), ("image", {"v": probe, "row": COUNT - 1})]
        for step, snapshot, frame in zip(STEPS, layer["versions"], frames["versions"], strict=True):
            queries.append(("outcomes", {"layer": "fc:input", "step": step, "v": snapshot}))
            queries.append(("label_quality", {"layer": "fc:input", "step": step, "v": snapshot}))
            queries.append(("frame", {"layer": "fc:input", "step": step, "v": frame}))
            queries.append(("landscape", {"layer": "fc:input", "step": step, "v": frame}))
        for step, version in zip(index["selected"]["steps"], index["selected"]["versions"], strict=True):
            queries.append(("selected", {"step": step, "v": version}))
        for route, query in queries:
            assert answers[asked(route, **query)] == server.get(route, run="run", **query).body, route
        query = {"layer": "fc:input", "step": 2, "v": layer["versions"][1]}
        some = server.get("details", run="run", rows="5,0", **query).json()
    every = json.loads(answers[asked("details", **query)])
    assert {name: value if name == "k" else [value[5], value[0]] for name, value in every.items()} == some
    assert json.loads(answers["runs",])["runs"][0]["name"] == "run"
    assert str(told.run_dir.parent) not in str(answers)


def test_a_page_is_cut_down_to_what_is_asked_for(told, tmp_path):
    answers, absent = contents(page_of(told.run_dir, tmp_path, layer="fc:input", method="pca"))
    assert {route for route, *_ in answers} == {
        "runs", "index", "samples", "thumbnails", "selected", "frame", "landscape", "outcomes", "label_quality"
    }  # fmt: skip
    assert absent.keys() == {
        "details",
        "health",
        "health_classes",
        "image",
        "label_quality",
        "outcomes",
        "task",
        "training",
    }
    with pytest.raises(HiddenError, match="expected one of 'fc:input', got 'x'"):
        page_of(told.run_dir, tmp_path, layer="x")
    with pytest.raises(HiddenError, match="expected one of 'pca', got 'x'"):
        page_of(told.run_dir, tmp_path, method="x")
    with pytest.raises(HiddenError, match="not a run: expected one of"):
        page_of(told.run_dir.parent / "rum", tmp_path)


def test_a_copy_without_its_store_is_refused(told, tmp_path):
    shutil.copytree(told.run_dir, tmp_path / "run", ignore=shutil.ignore_patterns("store.zarr"))
    with pytest.raises((HiddenError, MissingDataError), match="not in this copy"):
        page_of(tmp_path / "run", tmp_path)


def test_nothing_in_a_run_can_end_a_script_early(told, tmp_path):
    name = "a<script>&x"
    shutil.copytree(told.run_dir, tmp_path / name)
    page = page_of(tmp_path / name, tmp_path)
    assert "<title>a&lt;script&gt;&amp;x · HIDDEN</title>" in page
    assert page.count("</script>") == page.count("<script ")
    answers, _ = contents(page)
    assert json.loads(answers["index", ("run", name)])["run"] == name


@pytest.mark.e2e
def test_a_browser_shows_it_from_disk(browser, digits_run, tmp_path):
    path = tmp_path / "digits.html"
    outcome = CliRunner().invoke(cli, ["export", str(digits_run / "digits"), "--html", "--out", str(path)])
    assert outcome.exit_code == 0, outcome.output
    assert re.fullmatch(rf"{path}: (\d+ kB|\d+\.\d MB), 4 epochs\n", outcome.output)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    requests, problems = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri())
    page.locator("canvas.map").wait_for()
    until(page, f"performance.getEntriesByName('{FIRST_PICTURE}').length > 0")
    page.get_by_text("epoch 3", exact=True).wait_for()
    page.wait_for_timeout(2000)  # the landscape fades in
    last = drawn(page)
    assert colours(last) > 8, "points of ten classes and their landscape"
    page.locator(".timeline [role=slider]").press("Home")
    page.get_by_text("epoch 0", exact=True).wait_for()
    until(page, "location.hash.includes('p.hidden.epoch=0')")
    deadline = time.monotonic() + 60
    while (np.abs(drawn(page).astype(int) - last) > 6).any(axis=2).mean() <= 0.1:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
    assert problems == []
    assert [url for url in requests if not url.startswith("blob:")] == [path.as_uri()]
    page.close()


def until(page, condition):
    """Waits until a JavaScript expression holds; asked from here, since the page's policy forbids eval."""
    deadline = time.monotonic() + 60
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)


def drawn(page):
    return np.asarray(Image.open(BytesIO(page.locator("canvas.map").screenshot())).convert("RGB"))


def colours(picture):
    """How many hues of 24 the saturated pixels of a picture have."""
    pixels = picture.reshape(-1, 3)[::7] / 255
    vivid = pixels[pixels.max(axis=1) - pixels.min(axis=1) > 0.3]
    return len({int(24 * colorsys.rgb_to_hsv(*pixel)[0]) for pixel in vivid})
