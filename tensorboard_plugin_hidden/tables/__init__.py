"""What a run says of every sample at every step, as the columns of a table: the same for files and for the tab."""
