"""The parts of Slack's blocks: elements, cells, texts, options, and what charts are made of.

Sources: see `block_types`. Names with a space are of objects that have no type of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

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
from slack_wrapper.model.block_types import (
    BLOCKS,
    MAX_AXIS_LABEL,
    MAX_CATEGORIES,
    MAX_CHART_LABEL,
    MAX_SECTION_TEXT,
    MAX_SEGMENTS,
    MAX_SERIES,
    MOST,
    MULTI_SELECTS,
    SELECTS,
    Kind,
    needed,
)

_CHOICES: dict[str, Rule] = {"placeholder": Text(150, PLAIN), "confirm": Object(("confirm",))}
_OPTIONS: dict[str, Rule] = {
    "options": Each(1, 100, Object(("option",))),
    "option_groups": Each(1, 100, Object(("option_group",))),
}
_STATIC = Kind(
    {**_CHOICES, **_OPTIONS},
    needs=(("options", "option_groups"),),
    one_of=(("options", "option_groups"),),
)
_TEN = Kind({**_CHOICES, "options": Each(1, 10, Object(("option",)))}, needs=needed("options"))
_MENU = Kind(_CHOICES)
_POINT = Object(("data point",))
_AXES = Kind(
    {
        "axis_config": Object(("axis config",)),
        "series": Each(1, MAX_SERIES, Object(("data series",))),
    },
    needs=needed("series"),
)
_LABEL = String(MAX_CHART_LABEL, 1)
# The name of a series is to have 20 characters too; an example on Slack's own page has 31.
_RICH = Kind({"elements": Each(0, MOST, Object())}, needed("elements"))

# Objects without a type: Slack refuses them with one (CopilotKit/CopilotKit#6454, tried there).
UNTYPED = ("axis config", "confirm", "data point", "data series", "option", "option_group",
           "segment", "slack_file")  # fmt: skip

ELEMENTS: Mapping[str, Kind] = {
    "action_cell": Kind(),
    "area": _AXES,
    "axis config": Kind(
        {
            "categories": Each(1, MAX_CATEGORIES, _LABEL),
            "x_label": String(MAX_AXIS_LABEL),
            "y_label": String(MAX_AXIS_LABEL),
        },
        needs=needed("categories"),
    ),
    "bar": _AXES,
    "button": Kind(
        {
            "accessibility_label": String(75),
            "confirm": Object(("confirm",)),
            "style": OneOf(("primary", "danger", "default")),
            "text": Text(75, PLAIN),
            "url": String(3000),
            "value": String(2000),
        },
        needs=needed("text"),
    ),
    "checkboxes": _TEN,
    "confirm": Kind({"confirm": Text(30), "deny": Text(30), "text": Text(300), "title": Text(100)}),
    "data point": Kind({"label": _LABEL, "value": Number()}, needed("label", "value")),
    "data series": Kind(
        {"data": Each(1, MAX_CATEGORIES, _POINT), "name": String(fewest=1)}, needed("name", "data")
    ),
    "datepicker": _MENU,
    "datetimepicker": _MENU,
    "email_text_input": _MENU,
    "feedback_buttons": Kind(needs=needed("positive_button", "negative_button")),
    "file_input": _MENU,
    "icon_button": Kind({"text": Text(75, PLAIN)}, needed("icon", "text")),
    "image": BLOCKS["image"],
    "line": _AXES,
    "link": Kind(needs=needed("url")),
    "mrkdwn": Kind({"text": String(MAX_SECTION_TEXT, 1)}, needed("text")),
    "number_input": _MENU,
    "option": Kind(
        {"description": Text(75), "text": Text(75), "url": String(3000), "value": String(150)},
        needs=needed("text", "value"),
    ),
    "option_group": Kind(
        {"label": Text(75, PLAIN), "options": Each(1, 100, Object(("option",)))},
        needs=needed("label", "options"),
    ),
    "overflow": Kind(
        {"confirm": Object(("confirm",)), "options": Each(1, 5, Object(("option",)))},
        needs=needed("options"),
    ),
    "pie": Kind({"segments": Each(1, MAX_SEGMENTS, Object(("segment",)))}, needed("segments")),
    "plain_text": Kind({"text": String(MAX_SECTION_TEXT, 1)}, needed("text")),
    "plain_text_input": _MENU,
    "radio_buttons": _TEN,
    "raw_number": Kind({"text": String(fewest=1), "value": Number()}, needed("value", "text")),
    "raw_text": Kind({"text": String(fewest=1)}, needed("text")),
    "rich_text": BLOCKS["rich_text"],
    "rich_text_input": _MENU,
    "rich_text_list": Kind(
        {
            "elements": Each(0, MOST, Object(("rich_text_section",))),
            "indent": Number(0, 8, whole=True),
            "style": OneOf(("bullet", "ordered")),
        },
        needs=needed("elements"),
    ),
    "rich_text_preformatted": _RICH,
    "rich_text_quote": _RICH,
    "rich_text_section": _RICH,
    "segment": Kind({"label": _LABEL, "value": Number(above=0)}, needed("label", "value")),
    "slack_file": Kind({"id": String(fewest=1), "url": Url()}, (("id", "url"),), (("id", "url"),)),
    "text": Kind({"text": String(fewest=1)}, needed("text")),
    "timepicker": _MENU,
    "url_text_input": _MENU,
    "workflow_button": Kind({"text": Text(75, PLAIN)}, needed("text", "workflow")),
    **dict.fromkeys(SELECTS, _MENU),
    **dict.fromkeys(MULTI_SELECTS, _MENU),
    "static_select": _STATIC,
    "multi_static_select": _STATIC,
}
