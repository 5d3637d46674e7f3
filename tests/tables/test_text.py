"""What a spreadsheet would compute is text, and half characters are whole ones."""

import csv
import io

import pytest

from tensorboard_plugin_hidden.tables.text import cell, whole, write_rows

LEADS = [
    *("", " ", "\t", "\r", "\n", "\r\n", "\v", "\f", "\0", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u1680"),
    *("\u2003", "\u2028", "\u202f", "\u205f", "\u3000", "\ufeff", "\u200b", "\u200f", "\u2060", "\U000e0001"),
    *("'", '"', "`", "\u201c", " ' ", '\ufeff \t"', '""', "\x1c", "\ue000"),
]
BODIES = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1", "\uff0bx", "\uff0dx", "\uff20x"]
FORMULAS = [lead + body for lead in LEADS for body in BODIES] + ["\tcmd", "\rcmd", "\ncmd"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_led_by_an_apostrophe(text):
    assert cell(text) == "'" + text


@pytest.mark.parametrize(
    "value",
    [-1.5, 3, None, True, "-1.5", "+3", " -1e-5", "-inf", "a=1", "", "cat", "'a'", "(=1)", " a", "日本"],
)
def test_numbers_and_words_stay(value):
    assert cell(value) is value or cell(value) == value


def test_half_a_pair_of_surrogates_is_replaced():
    assert whole("half \ud83d, whole \U0001f600") == "half \ufffd, whole \U0001f600"
    file = io.BytesIO()
    write_rows(file, ["\ud83d"], [["\ude00=1", -1]])
    assert list(csv.reader(io.StringIO(file.getvalue().decode()))) == [["\ufffd"], ["\ufffd=1", "-1"]]
