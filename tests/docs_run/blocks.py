"""The fenced blocks of the documentation.

A block that cannot be run has, on the line above it, `<!-- not run: why -->`. Lines of a console
block that begin with `$ ` are commands; what follows them is what they print, and is not compared.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

# Pages that are run elsewhere: unattended.md by tests/secret_service, which has a keyring and
# systemd-creds; gallery.md by test_gallery, with what `make gallery` makes its pictures of.
ELSEWHERE = ("gallery.md", "unattended.md")
PAGES = [
    REPOSITORY / "README.md",
    *sorted(path for path in (REPOSITORY / "docs").glob("*.md") if path.name not in ELSEWHERE),
]
_BLOCK = re.compile(
    r"^(?P<mark><!-- not run: (?P<why>[^\n]+) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n"
    r"(?P<text>.*?)^(?P=indent)```$",
    flags=re.M | re.S,
)
_COMMAND = re.compile(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)$", flags=re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Args:
        page: its page.
        number: 1 for the first of the page.
        language: as it says.
        text: without indentation.
        why_not: why it is not run; empty when it is.
    """

    page: Path
    number: int
    language: str
    text: str
    why_not: str

    @property
    def commands(self) -> list[str]:
        """The commands of a console block."""
        return _COMMAND.findall(self.text)


def blocks(page: Path) -> Iterator[Block]:
    """Give the blocks of a page in order."""
    for number, match in enumerate(_BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
        text = re.sub(f"^{match['indent']}", "", match["text"], flags=re.M)
        yield Block(page, number, match["language"], text, match["why"] or "")


def of(*languages: str) -> list[Block]:
    """Return the blocks of these languages that can be run."""
    found = [block for page in PAGES for block in blocks(page)]
    return [block for block in found if block.language in languages and not block.why_not]


def name_of(block: Block) -> str:
    """Return what pytest calls a block."""
    return f"{block.page.stem}-{block.number}"
