"""Would Slack take the blocks of a config's posts? blocks.validate is asked, without a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_wrapper.client import block_validation
from slack_wrapper.errors import RequestError
from slack_wrapper.message.charts import VISUALIZATION
from slack_wrapper.message.native_tables import DATA_TABLE
from slack_wrapper.message.parameters import build
from slack_wrapper.preflight.findings import Finding

_CELL = {"type": "raw_text", "text": "x"}
# What stands for all blocks of a kind that a post will have once its data are there.
_SAMPLES: Mapping[str, dict[str, Any]] = {
    DATA_TABLE: {"type": DATA_TABLE, "caption": "x", "rows": [[_CELL], [_CELL]]},
    VISUALIZATION: {
        "type": VISUALIZATION,
        "title": "x",
        "chart": {"type": "pie", "segments": [{"label": "x", "value": 1}]},
    },
}
_DRAWN = {"table": DATA_TABLE, "chart": VISUALIZATION}


def check_blocks(base_url: str, posts: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield what Slack says of the blocks, tables and charts of declared posts.

    Args:
        base_url: address of the Web API.
        posts: `slack.posts`.
    """
    for name, post in posts.items():
        if post.get("blocks"):
            yield _of_post(base_url, name, post["blocks"])
    for key, kind in _DRAWN.items():
        if any(post.get(key) for post in posts.values()):
            yield _drawn(base_url, key, kind)


def _of_post(base_url: str, name: str, blocks: Any) -> Finding:
    what = f"blocks of post {name}"
    try:
        request = build({"channel": "x", "message": "x", "blocks": blocks})
    except RequestError as error:  # a file that a job makes, or a template
        return Finding(what, True, f"not known before the run: {error.message}")
    verdict = block_validation.validate(base_url, request.blocks)
    if verdict.unasked:
        return Finding(what, True, f"Slack was not asked: {verdict.unasked}")
    if not verdict.problems:
        return Finding(what, True, "Slack takes them")
    told = "; ".join(f"{one.path} {one.told}" for one in verdict.problems)
    return Finding(what, False, f"Slack refuses {told}", "check them in Slack's Block Kit Builder")


def _drawn(base_url: str, key: str, kind: str) -> Finding:
    verdict = block_validation.validate(base_url, [_SAMPLES[kind]])
    if verdict.unasked:
        return Finding(f"{key}s", True, f"Slack was not asked: {verdict.unasked}")
    if verdict.problems:
        return Finding(f"{key}s", True, f"shown as text, Slack does not take {kind} here")
    return Finding(f"{key}s", True, f"Slack draws them: {kind}")
