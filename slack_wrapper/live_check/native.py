"""Beliefs about native content: tables and charts that Slack itself draws."""

from __future__ import annotations

from slack_wrapper.live_check.belief import Belief, Shown
from slack_wrapper.live_check.lab import Lab, posted
from slack_wrapper.model.receipt import Receipt

_ROWS = "model\tndcg\nknn\t0.53\nforest\t0.75\n"


def table(lab: Lab) -> Shown:
    """A table is one that Slack draws, pages and sorts."""
    (lab.folder / "scores.tsv").write_text(_ROWS)
    receipt = lab.post(message="live check: a table", table="scores.tsv")
    return _drawn(lab, receipt, "table", {"data_table", "table"})


def chart(lab: Lab) -> Shown:
    """A chart is one that Slack draws."""
    (lab.folder / "scores.tsv").write_text(_ROWS)
    receipt = lab.post(
        message="live check: a chart",
        chart={"type": "bar", "x": "model", "y": "ndcg", "file": "scores.tsv"},
    )
    return _drawn(lab, receipt, "chart", {"data_visualization"})


def _drawn(lab: Lab, receipt: Receipt, what: str, kinds: set[str]) -> Shown:
    found = lab.shown(posted(receipt))
    shown = {block.get("type") for block in found.get("blocks") or []}
    return Shown(
        {"form": "native", what: True}, {"form": receipt.get("form"), what: bool(shown & kinds)}
    )


BELIEFS = (
    Belief("native table", "Slack draws tables.", "message", table),
    Belief("native chart", "Slack draws charts.", "message", chart),
)
