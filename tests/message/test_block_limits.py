"""Slack's limits on blocks: each one at the limit, which goes, and one over it, which does not."""

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.message.block_limits import MAX_BLOCKS_JSON, faults
from slack_wrapper.message.compose import compose
from slack_wrapper.message.mentions import Unasked
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.server import Sandbox


def plain(length: int) -> dict:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> dict:
    return {"type": "mrkdwn", "text": "x" * length}


def section(length: int = 1) -> dict:
    return {"type": "section", "text": mrkdwn(length)}


def button(**more) -> dict:
    return {"type": "button", "text": plain(1), **more}


def actions(*elements: dict) -> dict:
    return {"type": "actions", "elements": list(elements)}


def select(**more) -> dict:
    return actions({"type": "static_select", "options": [{"text": plain(1), "value": "v"}], **more})


def image(**more) -> dict:
    return {"type": "image", "alt_text": "a", "image_url": "https://example.org/a.png", **more}


def video(**more) -> dict:
    urls = {"thumbnail_url": "https://example.org/t", "video_url": "https://example.org/v"}
    return {"type": "video", "alt_text": "a", "title": plain(1), **urls, **more}


def question(**more) -> dict:
    return {"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}, **more}


def table(rows: int, columns: int) -> dict:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "1"}] * columns] * rows}


def option(**more) -> dict:
    return {"text": plain(1), "value": "v", **more}


CONFIRM = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)}

# path of the fault, limit, blocks of a length
LIMITS = {
    "blocks": (50, lambda n: [section()] * n),
    "blocks[0].block_id": (255, lambda n: [{**section(), "block_id": "x" * n}]),
    "blocks[0].text": (3000, lambda n: [section(n)]),
    "blocks[0].fields": (10, lambda n: [{"type": "section", "fields": [mrkdwn(1)] * n}]),
    "blocks[0].fields[0]": (2000, lambda n: [{"type": "section", "fields": [mrkdwn(n)]}]),
    "blocks[1].text": (150, lambda n: [section(), {"type": "header", "text": plain(n)}]),
    "blocks[0].elements": (10, lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}]),
    "blocks[0].elements[1].text": (
        3000,
        lambda n: [{"type": "context", "elements": [mrkdwn(1), mrkdwn(n)]}],
    ),
    "actions: blocks[0].elements": (25, lambda n: [actions(*[button()] * n)]),
    "button: blocks[0].elements[0].text": (75, lambda n: [actions(button(text=plain(n)))]),
    "blocks[0].elements[0].url": (3000, lambda n: [actions(button(url="x" * n))]),
    "blocks[0].elements[0].value": (2000, lambda n: [actions(button(value="x" * n))]),
    "blocks[0].elements[0].action_id": (255, lambda n: [actions(button(action_id="x" * n))]),
    "blocks[0].elements[0].accessibility_label": (
        75,
        lambda n: [actions(button(accessibility_label="x" * n))],
    ),
    "blocks[0].elements[0].confirm.title": (
        100,
        lambda n: [actions(button(confirm={**CONFIRM, "title": plain(n)}))],
    ),
    "blocks[0].elements[0].confirm.text": (
        300,
        lambda n: [actions(button(confirm={**CONFIRM, "text": plain(n)}))],
    ),
    "blocks[0].elements[0].confirm.deny": (
        30,
        lambda n: [actions(button(confirm={**CONFIRM, "deny": plain(n)}))],
    ),
    "blocks[0].elements[0].placeholder": (150, lambda n: [select(placeholder=plain(n))]),
    "blocks[0].elements[0].options": (100, lambda n: [select(options=[option()] * n)]),
    "blocks[0].elements[0].options[0].text": (
        75,
        lambda n: [select(options=[option(text=plain(n))])],
    ),
    "blocks[0].elements[0].options[0].value": (
        150,
        lambda n: [select(options=[option(value="x" * n)])],
    ),
    "overflow: blocks[0].elements[0].options": (
        5,
        lambda n: [actions({"type": "overflow", "options": [option()] * n})],
    ),
    "checkboxes: blocks[0].elements[0].options": (
        10,
        lambda n: [actions({"type": "checkboxes", "options": [option()] * n})],
    ),
    "radio: blocks[0].elements[0].options": (
        10,
        lambda n: [actions({"type": "radio_buttons", "options": [option()] * n})],
    ),
    "blocks[0].alt_text": (2000, lambda n: [image(alt_text="x" * n)]),
    "blocks[0].image_url": (3000, lambda n: [image(image_url="x" * n)]),
    "blocks[0].title": (2000, lambda n: [image(title=plain(n))]),
    "blocks[0].accessory.alt_text": (
        2000,
        lambda n: [{**section(), "accessory": image(alt_text="x" * n)}],
    ),
    "blocks[0].label": (2000, lambda n: [question(label=plain(n))]),
    "blocks[0].hint": (2000, lambda n: [question(hint=plain(n))]),
    "video: blocks[0].title": (200, lambda n: [video(title=plain(n))]),
    "blocks[0].author_name": (50, lambda n: [video(author_name="x" * n)]),
    "blocks[0].description": (200, lambda n: [video(description=plain(n))]),
    "markdown: blocks[0].text": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "markdown in all,": (
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * part} for part in (6000, n - 6000)],
    ),
    "blocks[0].rows": (100, lambda n: [table(n, 1)]),
    "blocks[0].rows[0]": (20, lambda n: [table(1, n)]),
    "tables: blocks": (1, lambda n: [table(1, 1)] * n),
    "alert: blocks[0].text": (200, lambda n: [{"type": "alert", "text": mrkdwn(n)}]),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_at_a_limit_and_one_over_it(name: str) -> None:
    most, made = LIMITS[name]
    path = name.rpartition(": ")[2]
    assert list(faults(made(most))) == []
    found = list(faults(made(most + 1)))
    assert found, name
    assert any(one.path.endswith(path) or path in one.path for one in found)
    assert f"has {most + 1} " in found[0].told
    assert f"Slack takes {most}" in found[0].told


def whole(size: int) -> list[dict]:
    """Return blocks of so many characters in all."""
    blocks = [section(3000), section(3000), section(3000), section(3000), section(1)]
    import json

    blocks[-1] = section(1 + size - len(json.dumps(blocks)))
    return blocks


def test_a_whole_message_at_its_limit_and_one_over_it() -> None:
    assert list(faults(whole(MAX_BLOCKS_JSON))) == []
    assert "characters in all, Slack takes 13200" in next(faults(whole(MAX_BLOCKS_JSON + 1))).told


@pytest.mark.parametrize(
    ("block", "path", "told"),
    [
        ({"type": "image", "image_url": "u"}, "blocks[0]", "has no alt_text"),
        ({"type": "image", "alt_text": "a"}, "blocks[0]", "has no image_url and no slack_file"),
        ({"type": "section"}, "blocks[0]", "has no text and no fields"),
        ({"type": "header"}, "blocks[0]", "has no text"),
        ({"type": "context", "elements": []}, "blocks[0]", "has no elements"),
        ({"type": "section", "text": "hello"}, "blocks[0].text", "is no text object"),
        ({"type": "header", "text": mrkdwn(1)}, "blocks[0].text", "is no text object of the type"),
        ({"type": "section", "text": {"type": "mrkdwn"}}, "blocks[0].text", "is no text object"),
        ({"type": "sektion", "text": plain(1)}, "blocks[0].type", "is sektion"),
        ({"text": plain(1)}, "blocks[0].type", "is None"),
    ],
)
def test_what_is_missing_or_unknown(block: dict, path: str, told: str) -> None:
    found = next(faults([block]))
    assert found.path == path
    assert told in found.told
    assert found.hint


def test_the_near_type_is_suggested() -> None:
    assert next(faults([{"type": "sectoin"}])).hint == "did you mean section?"


def test_a_step_is_told_the_path_and_nothing_is_sent(sandbox: Sandbox) -> None:
    request = build({"channel": "x", "blocks": [section(), section(3001)]}, rule="post")
    with pytest.raises(RequestError) as caught:
        compose(request, Unasked())
    assert str(caught.value) == (
        "step post: blocks[1].text has 3001 characters, Slack takes 3000\n"
        "hint: shorten it, or post it as a file"
    )
    assert sandbox.store.calls == []


def test_a_text_beside_as_many_blocks_as_there_may_be_goes_on_top_of_them() -> None:
    made = compose(build({"channel": "x", "message": "m", "blocks": [section()] * 50}), Unasked())
    assert made.parts == ("m",)
    assert made.blocks == []
    assert len(made.attachments[0]["blocks"]) == 50


@pytest.mark.parametrize("length", [40_000, 40_001, 100_000])
def test_a_text_of_any_length_is_cut_below_slacks_limit(length: int) -> None:
    """40,000 characters are where Slack cuts a text without a word."""
    parts = compose(build({"channel": "x", "message": "x" * length}), Unasked()).parts
    assert max(map(len, parts)) <= 4000
    assert sum(map(len, parts)) == length
