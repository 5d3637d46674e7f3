"""What ``hidden demo`` started ends with it; the rest of it is in ``test_commands``."""

import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.processes import alive

COMMAND = [sys.executable, "-m", "tensorboard_plugin_hidden.cli"]


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=str)
def test_what_demo_started_ends_with_it(tmp_path, number):
    script = tmp_path / "long.py"
    script.write_text("import os, time; print('script', os.getpid(), flush=True); time.sleep(600)")
    serving = ["demo", "--logdir", str(tmp_path), "--epochs", "1"]
    then = [] if number == signal.SIGKILL else ["--then", str(script)]
    demo = subprocess.Popen([*COMMAND, *serving, *then], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url, started = "", 0
    for line in demo.stdout:
        url = found.group(1) if (found := re.search(r"(http://127\.0\.0\.1:\d+/)#hidden", line)) else url
        started = int(found.group(1)) if (found := re.match(r"script (\d+)", line)) else started
        if started or "Ctrl-C" in line:
            break
    demo.send_signal(number)
    demo.communicate(timeout=60)
    assert demo.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert not (started and alive(started))
    deadline = time.monotonic() + 20
    while answers(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not answers(url)
