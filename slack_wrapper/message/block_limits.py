"""Slack's limits on blocks, checked before anything is sent: see `model.block_types`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_wrapper.model import block_check
from slack_wrapper.model.block_check import text_sum
from slack_wrapper.model.block_types import (
    MAX_BLOCKS,
    MAX_SECTION_FIELDS,
    MAX_SECTION_TEXT,
    MAX_TEXT_SUM,
    SAFE_TEXT_SUM,
)

__all__ = [
    "MAX_BLOCKS",
    "MAX_SECTION_FIELDS",
    "MAX_SECTION_TEXT",
    "MAX_TEXT_SUM",
    "Fault",
    "doubts",
    "faults",
    "fit",
    "text_sum",
]


@dataclass(frozen=True)
class Fault:
    """What Slack would refuse.

    Args:
        path: of the part at fault, such as `blocks[2].elements[0].text`.
        told: what is wrong with it, such as `has 3001 characters, Slack takes 3000`.
        hint: the remedy.
    """

    path: str
    told: str
    hint: str


def faults(blocks: Sequence[Mapping[str, Any]], path: str = "blocks") -> Iterator[Fault]:
    """Yield what Slack surely refuses in the blocks of one message, from the top down."""
    yield from _found(blocks, path, certain=True)


def doubts(blocks: Sequence[Mapping[str, Any]], path: str = "blocks") -> Iterator[Fault]:
    """Yield what Slack may know by now, and this release does not: it is sent all the same."""
    yield from _found(blocks, path, certain=False)


def fit(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether blocks that are put together here go into one message, with some room to spare."""
    return next(faults(blocks), None) is None and text_sum(blocks) <= SAFE_TEXT_SUM


def _found(blocks: Sequence[Mapping[str, Any]], path: str, *, certain: bool) -> Iterator[Fault]:
    for one in block_check.faults(blocks):
        if one.certain == certain:
            yield Fault(f"{path}{one.path}", one.told, one.hint)
