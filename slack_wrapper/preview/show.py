"""A preview in the terminal, and beside it as a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from slack_wrapper.common import atomic_files, console
from slack_wrapper.common.redact import mask_tokens
from slack_wrapper.errors import RequestError, os_reason
from slack_wrapper.preview.page import page
from slack_wrapper.preview.preview import Looks
from slack_wrapper.preview.text import text

FOLDER = Path(".snakemake") / "slack" / "preview"


def place_of(receipt: str) -> Path:
    """Return where the page of a step's post goes, by its receipt."""
    name = os.path.normpath(receipt or "post").replace(os.sep, "_").lstrip(".")
    return FOLDER / f"{name.removesuffix('.json')}.html"


def show(looks: Looks, place: Path | None, out: TextIO | None = None) -> None:
    """Print a preview and write its page.

    Args:
        looks: what to show.
        place: the page; None for none.
        out: where the text goes; stdout by default.

    Raises:
        RequestError: the page cannot be written.
    """
    lines = [text(looks)]
    if place is not None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            atomic_files.write(place, mask_tokens(page(looks)).encode("utf-8"))
        except OSError as error:
            raise RequestError(
                f"the preview {place} cannot be written: {os_reason(error)}",
                hint="give a place that can be written: --html FILE",
            ) from None
        lines.append(f"page: {place}")
    console.show("\n".join(lines), out=out)
