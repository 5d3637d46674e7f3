"""From snapshots to frames; the only part of the package, besides capture, that imports torch."""
