"""Beliefs about native content: tables and charts that Slack itself draws."""

from __future__ import annotations

from typing import Any

from slack_wrapper.live_check.belief import Belief, Shown
from slack_wrapper.live_check.lab import Lab, posted

_ROWS = "model\tndcg\nknn\t0.53\nforest\t0.75\n"


def table(lab: Lab) -> Shown:
    """A table is one that Slack draws, pages and sorts."""
    (lab.folder / "scores.tsv").write_text(_ROWS)
    receipt = lab.post(message="live check: a table", table="scores.tsv")
    return Shown({"form": "native", "table": True}, _said(lab, receipt, {"data_table", "table"}))


def chart(lab: Lab) -> Shown:
    """A chart is one that Slack draws."""
    (lab.folder / "scores.tsv").write_text(_ROWS)
    receipt = lab.post(
        message="live check: a chart",
        chart={"type": "bar", "x": "model", "y": "ndcg", "file": "scores.tsv"},
    )
    said = _said(lab, receipt, {"data_visualization"})
    return Shown({"form": "native", "chart": True}, {"form": said["form"], "chart": said["table"]})


def _said(lab: Lab, receipt: dict[str, Any], kinds: set[str]) -> dict[str, Any]:
    found = lab.shown(posted(receipt))
    shown = {block.get("type") for block in found.get("blocks") or []}
    return {"form": receipt.get("form"), "table": bool(shown & kinds)}


BELIEFS = (
    Belief("native table", "Slack draws tables.", "message", table),
    Belief("native chart", "Slack draws charts.", "message", chart),
)
