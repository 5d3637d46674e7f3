"""What a spreadsheet would compute is text, and half characters are whole ones."""

import csv
import io

import pytest

from tensorboard_plugin_hidden.tables.text import cell, whole, write_rows


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", '"=1'])
def test_formulas_are_led_by_an_apostrophe(text):
    assert cell(text) == "'" + text


@pytest.mark.parametrize("value", [-1.5, 3, None, True, "-1.5", "+3", "a=1", "", "cat"])
def test_numbers_and_words_stay(value):
    assert cell(value) is value or cell(value) == value


def test_half_a_pair_of_surrogates_is_replaced():
    assert whole("half \ud83d, whole \U0001f600") == "half \ufffd, whole \U0001f600"
    file = io.BytesIO()
    write_rows(file, ["\ud83d"], [["\ude00=1", -1]])
    assert list(csv.reader(io.StringIO(file.getvalue().decode()))) == [["\ufffd"], ["\ufffd=1", "-1"]]
