"""An option of Snakemake's command line, as somebody has typed it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Given:
    """One option as it was typed.

    Args:
        dest: what Snakemake's parser calls it.
        option: its long form.
        values: what follows it.
    """

    dest: str
    option: str
    values: tuple[str, ...]

    def words(self) -> list[str]:
        """Return it as words of a command line."""
        if len(self.values) == 1 and self.values[0].startswith("-"):
            return [f"{self.option}={self.values[0]}"]  # argparse takes it for an option otherwise
        return [self.option, *self.values]
