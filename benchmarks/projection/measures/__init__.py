"""Measures of maps that only the comparison of methods asks for; what every frame carries is in ``geometry/``."""
