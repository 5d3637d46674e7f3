"""Speed and memory, measured on the machine at hand: ``make bench``. Never part of the tests."""
