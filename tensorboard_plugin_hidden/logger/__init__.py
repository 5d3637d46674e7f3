"""What runs in the training process: the writer, the probe, and the look at a network that leaves no trace."""
