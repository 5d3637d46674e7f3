"""The research methods, as published: what the method ``hidden`` is measured against, and still chosen by name."""
