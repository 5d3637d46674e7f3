"""What is on disk: constants, schema, container, summaries, store and reader. Knows numpy and zarr, never torch."""
