"""Which processes the kernel knows of."""

from pathlib import Path


def children_of(parent: int, argument: str) -> list[int]:
    """Return the living children of a process that were started with this argument."""
    return [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if _is_child(folder, parent) and argument in _arguments(folder)
    ]


def _is_child(folder: Path, parent: int) -> bool:
    """Read state and parent, which follow the name in brackets (proc(5))."""
    try:
        state, found = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
    except (OSError, ValueError):  # it has just ended
        return False
    return int(found) == parent and state != "Z"


def _arguments(folder: Path) -> list[str]:
    try:
        return (folder / "cmdline").read_text().split("\0")
    except OSError:
        return []
