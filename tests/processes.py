"""What tests ask of other processes."""

from pathlib import Path


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    # It may end between opening and reading.
    except (FileNotFoundError, ProcessLookupError):
        return False
