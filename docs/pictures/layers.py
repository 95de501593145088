"""Draws the layers of docs/architecture.md from the imports; `--check` tells whether it is current.

python docs/pictures/layers.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.support.imports import graph, modules  # noqa: E402

PAGE = REPOSITORY / "docs" / "architecture.md"
_BLOCK = re.compile(r"(<!-- layers -->\n```text\n).*?(```\n)", re.S)
WIDTH = 110


def room(module: str) -> str:
    """Return what a module is drawn as: its package, or its own name at the package's root."""
    parts = module.split(".")
    return parts[1] if parts[0] == "slack_wrapper" and len(parts) > 1 else parts[0]


def rooms() -> dict[str, set[str]]:
    """Return room → rooms that it imports."""
    found: dict[str, set[str]] = {}
    for module, others in graph(modules()).items():
        found.setdefault(room(module), set()).update(map(room, others))
    return {name: others - {name} for name, others in found.items()}


def levels(edges: dict[str, set[str]]) -> dict[str, int]:
    """Return how many rooms lie below each, one on the other."""
    known: dict[str, int] = {}

    def level(name: str, above: tuple[str, ...] = ()) -> int:
        assert name not in above, f"a circle: {above}"
        if name not in known:
            below = [level(one, (*above, name)) for one in edges[name]]
            known[name] = 1 + max(below, default=0)
        return known[name]

    for name in edges:
        level(name)
    return known


def drawn() -> str:
    """Return the picture: a line a layer, the rooms that import most at the top."""
    edges = rooms()
    found = levels(edges)
    lines = []
    for number in range(max(found.values()), 0, -1):
        names = sorted(name for name, level in found.items() if level == number)
        lines.append(f"{number:>3}  " + " · ".join(names))
    assert all(len(line) <= WIDTH for line in lines)
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page with today's picture."""
    text, count = _BLOCK.subn(lambda found: found[1] + drawn() + found[2], PAGE.read_text("utf-8"))
    assert count == 1, "the page has no place for the picture"
    return text


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(page() != PAGE.read_text("utf-8"))
    PAGE.write_text(page(), "utf-8")
