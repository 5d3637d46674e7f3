"""A training that goes wrong while somebody looks: what is open says so by itself, and leads to where it happened."""

import re
import subprocess
import sys

import pytest

from tests.browser import open_tab
from tests.e2e.conftest import SLIDER, save, serious
from tests.servers import tensorboard

pytestmark = pytest.mark.e2e

HEALTHY, WRONG = 4, 6

TRAINING = f"""
import sys
import torch
from sklearn.datasets import load_digits
import tensorboard_plugin_hidden as hidden

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x, y = torch.tensor(images[:600], dtype=torch.float32) / 16, torch.tensor(labels[:600])
model = torch.nn.Sequential(
    torch.nn.Linear(64, 48), torch.nn.ReLU(), torch.nn.Linear(48, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
with hidden.SummaryWriter(sys.argv[1]) as writer:
    writer.watch(model, hidden.Probe((x, y)), layers=["2:input", "4:input"])
    for epoch in range({WRONG} + 1):
        if epoch == {HEALTHY}:
            sys.stdin.readline()
        if epoch == {WRONG}:
            with torch.no_grad():
                # Sums beyond what 32 bits hold, for some of the samples.
                model[0].weight[0].mul_(0).add_(1.75e37)
        writer.add_hidden(epoch)
        for batch in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    sys.stdin.readline()
"""

TITLES = """
addEventListener('load', () => {
  if (window !== top) return;
  window.titles = [document.title];
  new MutationObserver(() => titles.push(document.title))
    .observe(document.querySelector('title'), { childList: true, characterData: true, subtree: true });
});
"""


def is_evidence(alert):
    return alert["layer"] == "2:input" and len(alert["samples"]) > 0


@pytest.mark.timeout(900)
def test_an_alert_shows_by_itself_and_leads_to_where_it_happened(browser, tmp_path):
    training = subprocess.Popen(
        [sys.executable, "-c", TRAINING, str(tmp_path / "run")], stdin=subprocess.PIPE, text=True
    )
    try:
        with tensorboard(["--logdir", str(tmp_path)]) as server, open_tab(browser, server, script=TITLES) as tab:
            tab.wait_for_map(timeout=240)
            tab.when(f"{SLIDER}.ariaValueMax >= {HEALTHY - 1}", timeout=120)
            assert tab.frame.locator(".alert-place").count() == 0
            assert tab.page.title() == "TensorBoard"
            training.stdin.write("\n")
            training.stdin.flush()
            mark = tab.frame.get_by_role("button", name=re.compile(f"^step {WRONG}, error: "))
            mark.wait_for(timeout=120_000)
            index = server.index("run", lambda index: any(map(is_evidence, index["alerts"])))
            assert {alert["step"] for alert in index["alerts"]} == {WRONG}
            # Nobody has touched the page: what is new stays counted.
            count = len(index["alerts"])
            tab.when("document.querySelector('.tab-count') !== null")
            tab.page.wait_for_function("text => document.title === text", arg=f"({count}) TensorBoard")
            assert tab.frame.locator(".tab-count").inner_text().split()[0] == str(count)
            save(tab, "alerts-live")

            alert = next(filter(is_evidence, index["alerts"]))
            tab.page.keyboard.press("a")
            listed = tab.frame.get_by_role("dialog", name="Alerts")
            listed.locator(".alert-go").first.wait_for(timeout=60_000)
            assert not serious(tab)
            tab.page.keyboard.press("Escape")
            mark.click()
            row = listed.locator(".alert-go", has_text="2:input").filter(has_text=alert["sentence"])
            row.click()
            tab.when(f"Number({SLIDER}.ariaValueNow) === {WRONG}", timeout=120)
            assert tab.frame.locator(".map-title b").inner_text() == "2:input"
            chosen = tab.frame.get_by_text(f"{len(alert['samples'])} selected")
            chosen.wait_for()
            tab.page.mouse.move(400, 400)
            tab.page.wait_for_timeout(1200)
            tab.page.mouse.move(420, 420)
            tab.when("document.querySelector('.tab-count') === null")
            assert tab.page.title() == "TensorBoard"
            assert tab.page.evaluate("titles").count("TensorBoard") >= 2

            tab.frame.get_by_role("button", name="Health", exact=True).click()
            panel = tab.frame.locator(".alert-panel")
            panel.locator(".alert-go[aria-current=true]").wait_for(timeout=60_000)
            save(tab, "alerts-health")
            tab.page.keyboard.press("Home")
            tab.when(f"Number({SLIDER}.ariaValueNow) === 0")
            panel.locator(".alert-go", has_text=alert["sentence"]).first.click()
            tab.when(f"Number({SLIDER}.ariaValueNow) === {WRONG}")
            tab.canvas.wait_for()
            training.communicate("\n", timeout=60)
            assert training.returncode == 0
    finally:
        training.kill()
        training.wait()
