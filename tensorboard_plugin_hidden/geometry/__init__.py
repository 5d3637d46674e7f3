"""Pure measures on activations and maps; imports numpy and the package's own format and errors only."""
