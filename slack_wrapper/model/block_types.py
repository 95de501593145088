"""The one table of Slack's blocks: types, elements, required fields, limits, which go where.

Sources, read in November 2026: https://docs.slack.dev/reference/block-kit/blocks,
…/block-elements and …/composition-objects; @slack/types 3.2.0; slack_sdk 3.48.0 (models/blocks);
the corpus of nicklambourne/slackblocks (spec/limits.json 1.0.1, 96 cases that Slack has taken). Of
`data_visualization`: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block;
that a message takes two is told by vercel/chat#696, which tried it. Surfaces (`alert` for modals
only, inputs that messages do not take) are those of https://docs.slack.dev/blocks.json.

What these sources disagree on is left open: Slack itself is asked. `Kind.fields` names what is
checked and not all there is, since fields are added all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slack_wrapper.model.block_rules import (
    PLAIN,
    Each,
    Number,
    Object,
    OneOf,
    Rule,
    String,
    Text,
    Url,
)

MOST = 10_000  # entries of a list of which no limit is known
MAX_BLOCKS = 50
MAX_SECTION_TEXT = 3000
MAX_SECTION_FIELDS = 10
MAX_FIELD_TEXT = 2000
MAX_HEADER_TEXT = 150
MAX_MARKDOWN = 12_000  # of all markdown blocks of a message together
# Of all texts of a message's blocks, without the cells of tables. Slack says `msg_blocks_too_long`
# by a sum that it does not publish: 12,000 with some room (slackapi/bolt-js#2509, where 13,297
# were the edge).
MAX_TEXT_SUM = 13_200
# 11,341 characters in many small texts were refused once (slackapi/bolt-js#2867).
SAFE_TEXT_SUM = 11_000

MAX_TABLES = 1  # blocks `table` in a message; more are `invalid_attachments`
MAX_TABLE_ROWS = 100  # the header is one
MAX_COLUMNS = 20
MAX_TABLE_CELLS = 10_000  # characters in all cells of a message's tables
MAX_DATA_TABLE_ROWS = 201  # the header is one
MAX_DATA_TABLE_CELLS = 20_000  # characters in all cells of a message's data tables
MAX_PAGE_SIZE = 100

MAX_CHARTS = 2  # in a message
MAX_CHART_TITLE = 50
MAX_SEGMENTS = 12  # of a pie
MAX_SERIES = 12
MAX_CATEGORIES = 20
MAX_CHART_LABEL = 20  # characters of a segment, series or category
MAX_AXIS_LABEL = 50


@dataclass(frozen=True)
class Kind:
    """One kind of block, element or object.

    Args:
        fields: those that are checked, each with what it may hold.
        needs: groups of fields; of each group one at least has to be there.
        one_of: groups of fields of which no two may be there.
        why_not: why it cannot stand in a message that an app posts; empty when it can.
        hint: what helps then.
    """

    fields: Mapping[str, Rule] = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    why_not: str = ""
    hint: str = ""


def needed(*names: str) -> tuple[tuple[str, ...], ...]:
    """Return groups of one field each: all of them have to be there."""
    return tuple((name,) for name in names)


SELECTS = ("channels_select", "conversations_select", "external_select", "static_select",
           "users_select")  # fmt: skip
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
_PICKED = ("button", "checkboxes", "datepicker", "overflow", "radio_buttons", "timepicker",
           "workflow_button", *SELECTS, *MULTI_SELECTS)  # fmt: skip
ACTIONS = ("datetimepicker", "rich_text_input", *_PICKED)
ACCESSORIES = ("image", *_PICKED)
CONTEXT = ("image", "mrkdwn", "plain_text")
CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")
# Inputs that modals take too are: email_text_input, file_input, number_input, rich_text_input,
# url_text_input.
INPUTS = ("checkboxes", "datepicker", "datetimepicker", "plain_text_input", "radio_buttons",
          "timepicker", *SELECTS, *MULTI_SELECTS)  # fmt: skip
CHILDREN = ("actions", "context", "divider", "file", "header", "image", "input", "rich_text",
            "section", "table", "video")  # fmt: skip
RICH_TEXT = ("rich_text_list", "rich_text_preformatted", "rich_text_quote", "rich_text_section")
TABLE_CELLS = ("raw_number", "raw_text", "rich_text")
DATA_TABLE_CELLS = ("action_cell", *TABLE_CELLS)

_IMAGE = Kind(
    {
        "alt_text": String(2000),
        "image_url": Url(),
        "slack_file": Object(("slack_file",)),
        "title": Text(2000, PLAIN),
    },
    needs=(("alt_text",), ("image_url", "slack_file")),
    one_of=(("image_url", "slack_file"),),
)
_MODALS = "is alert, which modals take and messages do not"

# What may stand in the list of a message's blocks, and what may not though Slack knows it.
BLOCKS: Mapping[str, Kind] = {
    "actions": Kind({"elements": Each(1, 25, Object(ACTIONS))}, needed("elements")),
    "alert": Kind(why_not=_MODALS, hint="use a section, or a context"),
    "call": Kind({"call_id": String(fewest=1)}, needed("call_id")),
    "card": Kind(
        {
            "actions": Each(0, 3, Object()),
            "body": Text(200),
            "hero_image": Object(("image",)),
            "icon": Object(("image",)),
            "subtext": Text(200),
            "subtitle": Text(150),
            "title": Text(150),
        },
        needs=(("hero_image", "title", "actions", "body"),),
    ),
    "carousel": Kind({"elements": Each(1, 10, Object(("card",)))}, needed("elements")),
    "container": Kind(
        {
            "child_blocks": Each(1, 10, Object(CHILDREN)),
            "icon": Object(("image",)),
            "rich_text_title": Object(("rich_text",)),
            "subtitle": Text(150),
            "title": Text(150, PLAIN),
            "width": OneOf(("narrow", "standard", "wide", "full")),
        },
        needs=(("child_blocks",), ("title", "rich_text_title")),
    ),
    "context": Kind({"elements": Each(1, 10, Object(CONTEXT))}, needed("elements")),
    "context_actions": Kind({"elements": Each(1, 5, Object(CONTEXT_ACTIONS))}, needed("elements")),
    "data_table": Kind(
        {
            "caption": String(fewest=1),
            "page_size": Number(1, MAX_PAGE_SIZE, whole=True),
            "row_header_column_index": Number(0, MAX_COLUMNS - 1, whole=True),
        },
        needs=needed("caption", "rows"),
    ),
    "data_visualization": Kind(
        {
            "chart": Object(("area", "bar", "line", "pie")),
            "title": String(MAX_CHART_TITLE, 1),
        },
        needs=needed("title", "chart"),
    ),
    "divider": Kind(),
    "file": Kind(
        why_not="is file, which Slack makes itself and takes from nobody",
        hint="post the file by a step of its own: option: file",
    ),
    "header": Kind({"text": Text(MAX_HEADER_TEXT, PLAIN)}, needed("text")),
    "image": _IMAGE,
    "input": Kind(
        {"element": Object(INPUTS), "hint": Text(2000, PLAIN), "label": Text(2000, PLAIN)},
        needs=needed("label", "element"),
    ),
    "markdown": Kind({"text": String(MAX_MARKDOWN, 1)}, needed("text")),
    "plan": Kind(
        {"tasks": Each(0, 50, Object()), "title": String(fewest=1)},
        needs=needed("title"),
    ),
    "rich_text": Kind({"elements": Each(1, MOST, Object(RICH_TEXT))}, needed("elements")),
    "section": Kind(
        {
            "accessory": Object(ACCESSORIES),
            "fields": Each(1, MAX_SECTION_FIELDS, Text(MAX_FIELD_TEXT)),
            "text": Text(MAX_SECTION_TEXT),
        },
        needs=(("text", "fields"),),
    ),
    "table": Kind({"column_settings": Each(0, MAX_COLUMNS, Object())}, needed("rows")),
    "task_card": Kind(
        {
            "details": Object(("rich_text",)),
            "output": Object(("rich_text",)),
            "status": OneOf(("pending", "in_progress", "complete", "error")),
            "task_id": String(fewest=1),
            "title": String(fewest=1),
        },
        needs=needed("task_id", "title"),
    ),
    "video": Kind(
        {
            "alt_text": String(2000),
            "author_name": String(50),
            "description": Text(200, PLAIN),
            "thumbnail_url": Url(),
            "title": Text(200, PLAIN),
            "title_url": Url(),
            "video_url": Url(),
        },
        needs=needed("alt_text", "title", "thumbnail_url", "video_url"),
    ),
}
