"""Tables and charts on the page: drawn, escaped, and refused by a workspace without them."""

import json
import re
import urllib.request

import pytest
from slack_sdk import WebClient

from slack_wrapper.html.charts import chart
from slack_wrapper.html.render import Renderer
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sandbox.store import check_seed
from tests.sandbox.conftest import MEMBER, refusal

EVIL = "<script>alert(1)</script>\"'&"


def cell(text: str) -> dict:
    return {"type": "raw_text", "text": text}


def data_table(rows: int = 12, **more: object) -> dict:
    body = [
        [cell(f"r{n}"), {"type": "raw_number", "value": n, "text": str(n)}] for n in range(rows)
    ]
    header = [cell("name"), cell("n")]
    return {"type": "data_table", "caption": "c", "rows": [header, *body], "page_size": 10, **more}


def axes(kind: str, *values: float, label: str = "x", name: str = "a") -> dict:
    points = [{"label": f"{label}{n}", "value": value} for n, value in enumerate(values)]
    axis = {"categories": [one["label"] for one in points], "x_label": label, "y_label": name}
    inner = {"type": kind, "series": [{"name": name, "data": points}], "axis_config": axis}
    return {"type": "data_visualization", "title": label, "chart": inner}


def pie(*values: float, label: str = "x") -> dict:
    segments = [{"label": f"{label}{n}", "value": value} for n, value in enumerate(values)]
    return {
        "type": "data_visualization",
        "title": label,
        "chart": {"type": "pie", "segments": segments},
    }


def test_they_are_drawn_on_the_page(box: Sandbox, web: WebClient) -> None:
    blocks = [data_table(), axes("bar", 1, -2), pie(1, 3)]
    web.chat_postMessage(channel=MEMBER, text="x", blocks=blocks)
    request = urllib.request.Request(box.url, headers={"X-Sandbox-Key": box.key})
    with urllib.request.urlopen(request, timeout=5) as answer:
        shown = answer.read().decode()
    assert "<caption>c</caption>" in shown
    assert "<th>name ⇅</th><th class=right>n ⇅</th>" in shown
    assert "1–10 of 12 rows" in shown
    assert shown.count("<svg") == 3  # the avatar's too
    assert "x1 75%" in shown


@pytest.mark.parametrize("kind", ["bar", "line", "area"])
@pytest.mark.parametrize(
    "values", [[1], [0], [-1, -2], [1e-12, 2e-12], [1e300, -1e300], [1, 2] * 10, [5e-324], [3, 3]]
)
def test_any_values_make_a_picture(kind: str, values: list[float]) -> None:
    drawn = chart(axes(kind, *values))
    assert "nan" not in drawn
    assert "inf" not in drawn
    for x, y in re.findall(r'c?x="(-?[\d.]+)" c?y="(-?[\d.]+)"', drawn):
        assert -10 < float(x) < 570
        assert -10 < float(y) < 250


@pytest.mark.parametrize("values", [[1], [1, 1], [1e-9, 1], [1e300, 1e300], list(range(1, 13))])
def test_any_pie_makes_a_picture(values: list[float]) -> None:
    drawn = chart(pie(*values))
    assert drawn.count("<path") + drawn.count("<circle") == len(values)
    assert "nan" not in drawn


@pytest.mark.parametrize(
    "block",
    [
        axes("bar", 1, 2, label=EVIL, name=EVIL),
        axes("line", 1, 2, label=EVIL, name=EVIL),
        pie(1, 2, label=EVIL),
        data_table(caption=EVIL),
        {
            "type": "table",
            "rows": [[cell(EVIL)], [cell(EVIL)]],
            "column_settings": [{"align": EVIL}],
        },
    ],
)
def test_nothing_in_them_is_markup(block: dict) -> None:
    shown = Renderer({}).blocks([block])
    assert "<script" not in shown
    assert "\"'" not in shown


@pytest.mark.parametrize(
    "block",
    [
        {"type": "data_visualization"},
        {"type": "data_visualization", "chart": {"type": "bar", "series": [{}], "axis_config": 5}},
        {"type": "data_visualization", "chart": {"type": "pie", "segments": [{"value": "x"}]}},
        {"type": "data_table"},
        {"type": "table", "rows": [["x"], [5]]},
    ],
)
def test_what_is_of_another_form_does_not_break_the_page(block: dict) -> None:
    assert Renderer({}).blocks([block]) is not None


@pytest.mark.parametrize(
    ("more", "start"),
    [
        ({}, '<div class="fold">'),
        ({"is_collapsible": True}, '<details class="fold" open>'),
        ({"is_collapsible": True, "default_collapsed": True}, '<details class="fold">'),
    ],
)
def test_what_a_container_holds_is_on_the_page(more: dict, start: str) -> None:
    inner = {"type": "section", "text": {"type": "mrkdwn", "text": f"inside {EVIL}"}}
    title = {"type": "plain_text", "text": "Details"}
    shown = Renderer({}).blocks(
        [{"type": "container", "title": title, "child_blocks": [inner], **more}]
    )
    assert shown.startswith(start)
    assert "Details" in shown
    assert "inside" in shown
    assert "<script" not in shown


def test_a_workspace_without_them_says_so(box: Sandbox, web: WebClient) -> None:
    with box.store.change() as data:
        data["refused_blocks"] = ["data_table"]
    blocks = [{"type": "divider"}, data_table()]
    answer = refusal(web.chat_postMessage, channel=MEMBER, text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == ["unsupported type: data_table [json-pointer:/blocks/1/type]"]
    assert web.chat_postMessage(channel=MEMBER, text="x", blocks=[pie(1)])["ok"]


def test_it_can_be_so_from_the_start_and_be_changed(box: Sandbox) -> None:
    check_seed({"channels": [{"id": "C1", "name": "x"}], "refused_blocks": ["table"]})
    body = json.dumps({"refused_blocks": ["table"]}).encode()
    headers = {"X-Sandbox-Key": box.key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{box.url}/sandbox/workspace", body, headers)
    urllib.request.urlopen(request, timeout=5).close()
    assert box.store.data["refused_blocks"] == ["table"]


def test_a_second_table_is_an_invalid_attachment(web: WebClient) -> None:
    table = {"type": "table", "rows": [[cell("x")]]}
    answer = refusal(web.chat_postMessage, channel=MEMBER, text="x", blocks=[table, table])
    assert answer["error"] == "invalid_attachments"
