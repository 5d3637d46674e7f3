"""One line on the standard error stream, whatever became of it."""

import io
import sys

from tensorboard_plugin_hidden.notices import say


def test_one_line(capsys):
    say("layer fc2:input, 200 samples of 16 values.")
    assert capsys.readouterr().err == "hidden: layer fc2:input, 200 samples of 16 values.\n"


def test_half_a_character_is_replaced(capsys):
    say("class \ud83d")
    assert capsys.readouterr().err == "hidden: class ?\n"


def test_a_terminal_that_is_gone_raises_nothing(monkeypatch):
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stderr", stream)
        say("nobody reads this")
