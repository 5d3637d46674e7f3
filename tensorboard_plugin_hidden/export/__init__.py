"""A run taken away: as tables for other tools, or as one page that shows it without TensorBoard."""
