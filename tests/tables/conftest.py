"""The run that tables are made of is the one that exports are."""

from tests.export.conftest import told

__all__ = ["told"]
