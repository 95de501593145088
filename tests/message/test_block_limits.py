"""Slack's limits on blocks: each one at the limit, which goes, and one over it, which does not."""

from pathlib import Path

import pytest

from slack_wrapper.errors import RequestError, SlackRefused
from slack_wrapper.message.block_limits import MAX_TEXT_SUM, doubts, faults, fit
from slack_wrapper.message.compose import compose
from slack_wrapper.message.mentions import Unasked
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session.factory import open_local


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
    "blocks[0].image_url": (3000, lambda n: [image(image_url="https://a.org/" + "x" * (n - 14))]),
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
    "markdown in all: blocks": (
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * part} for part in (6000, n - 6000)],
    ),
    "blocks[0].rows": (100, lambda n: [table(n, 1)]),
    "blocks[0].rows[0]": (20, lambda n: [table(1, n)]),
    "tables: blocks": (1, lambda n: [table(1, 1)] * n),
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
    """Return blocks with texts of so many characters in all."""
    return [*[section(3000)] * 4, section(size - 12_000)]


def test_a_whole_message_at_its_limit_and_one_over_it() -> None:
    """The characters of the texts count, as Slack's people say, and not those of the JSON."""
    assert list(faults(whole(MAX_TEXT_SUM))) == []
    assert "characters in all, Slack takes 13200" in next(faults(whole(MAX_TEXT_SUM + 1))).told
    assert fit(whole(12_001)) is False  # what is put together here has some room to spare


def cells(*texts: str) -> list[dict]:
    return [{"type": "raw_text", "text": text} for text in texts]


def of_rows(rows: list, **more) -> dict:
    return {"type": "table", "rows": rows, **more}


def data_table(rows: list, **more) -> dict:
    return {"type": "data_table", "caption": "c", "rows": rows, **more}


def chart(**more) -> dict:
    series = [{"name": "a", "data": [{"label": "x", "value": 1}]}]
    inner = {"type": "bar", "series": series, "axis_config": {"categories": ["x"]}, **more}
    return {"type": "data_visualization", "title": "t", "chart": inner}


def pie(*values: float) -> dict:
    segments = [{"label": f"s{number}", "value": value} for number, value in enumerate(values)]
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": segments},
    }


def test_tables_count_the_text_of_their_cells_and_not_the_json() -> None:
    """100 rows of four short cells, 24,000 characters of JSON, were refused once."""
    assert list(faults([of_rows([cells("a", "b", "c", "d")] * 100)])) == []
    assert list(faults([of_rows([cells("x" * 100)] * 100)])) == []
    over = next(faults([of_rows([cells("x" * 101), *[cells("x" * 100)] * 99])]))
    assert "has 10001 characters in the cells of its tables, Slack takes 10000" in over.told
    large = [cells("head"), *[cells("x" * 99)] * 200]
    assert list(faults([data_table(large)])) == []
    assert "Slack takes 20000" in next(faults([data_table([*large[:-1], cells("x" * 300)])])).told


@pytest.mark.parametrize(
    ("block", "path", "told"),
    [
        (of_rows([cells("a", "b"), cells("a")]), "blocks[0].rows[1]", "has 1 columns, the first"),
        (of_rows([cells("")]), "blocks[0].rows[0][0]", "has no text"),
        (of_rows(cells("a")), "blocks[0].rows", "is not a list of lists"),
        (of_rows([[{"type": "mrkdwn", "text": "x"}]]), "blocks[0].rows[0][0].type", "is mrkdwn"),
        (data_table([cells("a")]), "blocks[0].rows", "has 1 rows, Slack wants 2"),
        (data_table([cells("a")] * 202), "blocks[0].rows", "has 202 rows, Slack takes 201"),
        (data_table([cells("a")] * 2, caption=""), "blocks[0]", "has no caption"),
        (data_table([cells("a")] * 2, page_size=0), "blocks[0].page_size", "is 0, Slack takes 1"),
        (data_table([cells("a")] * 2, page_size=101), "blocks[0].page_size", "is 101"),
        (chart(axis_config={"categories": ["y"]}), "blocks[0].chart.series[0].data", "has other"),
        (chart(series=[]), "blocks[0].chart", "has no series"),
        (pie(1, 0), "blocks[0].chart.segments[1].value", "is 0, Slack takes more than 0"),
        (pie(1, float("nan")), "blocks[0].chart.segments[1].value", "is not a number"),
        (pie(*range(1, 14)), "blocks[0].chart.segments", "has 13 segments, Slack takes 12"),
        ({**pie(1), "title": "x" * 51}, "blocks[0].title", "has 51 characters, Slack takes 50"),
        ({"type": "alert", "text": mrkdwn(1)}, "blocks[0].type", "modals take and messages"),
        ({"type": "file", "source": "remote"}, "blocks[0].type", "Slack makes itself"),
        ({"type": "card"}, "blocks[0]", "has no hero_image and no title and no actions"),
        ({"type": "card", "body": mrkdwn(201)}, "blocks[0].body", "has 201 characters"),
        ({"type": "container", "child_blocks": [section()]}, "blocks[0]", "has no title"),
        (
            {"type": "container", "title": plain(1), "child_blocks": [section()] * 11},
            "blocks[0].child_blocks",
            "has 11 child_blocks, Slack takes 10",
        ),
        (
            {"type": "container", "title": plain(1), "child_blocks": [{"type": "section"}]},
            "blocks[0].child_blocks[0]",
            "has no text and no fields",
        ),
        ({"type": "plan", "title": "t", "tasks": [{}] * 51}, "blocks[0].tasks", "has 51 tasks"),
        ({"type": "task_card", "title": "t"}, "blocks[0]", "has no task_id"),
        (image(image_url="no address"), "blocks[0].image_url", "is not a URL"),
        (image(image_url="results/plot.png"), "blocks[0].image_url", "is not a URL"),
        (image(slack_file={"id": "F1"}), "blocks[0]", "has image_url and slack_file"),
        (section(0), "blocks[0].text", "is empty"),
        ({"type": "header", "text": plain(0)}, "blocks[0].text", "is empty"),
        ({**section(), "accessory": mrkdwn(1)}, "blocks[0].accessory.type", "is mrkdwn"),
        (actions(mrkdwn(1)), "blocks[0].elements[0].type", "is mrkdwn, which cannot stand there"),
        (actions(button(action_id="a"), button(action_id="a")), "blocks[0].elements[1].action_id",
         "is a, as another one's is"),
        ({"type": "context", "elements": [button()]}, "blocks[0].elements[0].type", "is button"),
        (question(element={"type": "file_input"}), "blocks[0].element.type", "is file_input"),
        (select(options=[option(type="o")]), "blocks[0].elements[0].options[0].type", "no type"),
        (select(options=[option()], option_groups=[{}]), "blocks[0].elements[0]", "has options"),
        ({"type": "actions", "elements": []}, "blocks[0]", "has no elements"),
        ({"type": "actions", "elements": "x"}, "blocks[0].elements", "is not a list"),
        ({"type": "actions", "elements": [1]}, "blocks[0].elements[0]", "is not a mapping"),
    ],
)  # fmt: skip
def test_what_slack_surely_refuses(block: dict, path: str, told: str) -> None:
    found = list(faults([block]))
    assert any(one.path == path and told in one.told for one in found), found
    assert all(one.hint for one in found)


def test_a_name_of_a_series_that_is_longer_than_slacks_page_says() -> None:
    """An example of that very page has 31 characters: what is not certain is not refused."""
    point = {"label": "x", "value": 1}
    assert list(faults([chart(series=[{"name": "x" * 31, "data": [point]}])])) == []


def test_two_blocks_of_one_id_and_three_charts() -> None:
    twice = next(faults([{**section(), "block_id": "b"}, {**section(), "block_id": "b"}]))
    assert (twice.path, twice.told) == ("blocks[1].block_id", "is b, as another block's is")
    assert list(faults([pie(1), pie(1)])) == []
    assert next(faults([pie(1)] * 3)).told == "has 3 charts, Slack takes 2"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "sparkline", "values": [1]},
        actions({"type": "hologram"}),
        {"type": "context", "elements": [{"type": "hologram"}]},
        of_rows([[{"type": "raw_hologram"}]]),
        chart(type="donut"),
    ],
)
def test_a_type_that_is_not_known_is_in_doubt_and_not_refused(block: dict) -> None:
    assert list(faults([block])) == []
    assert "does not know; it is sent as it is" in next(doubts([block])).told


@pytest.mark.parametrize(
    ("block", "path", "told"),
    [
        ({"type": "image", "image_url": "u"}, "blocks[0]", "has no alt_text"),
        ({"type": "image", "alt_text": "a"}, "blocks[0]", "has no image_url and no slack_file"),
        ({"type": "section"}, "blocks[0]", "has no text and no fields"),
        ({"type": "header"}, "blocks[0]", "has no text"),
        ({"type": "context", "elements": []}, "blocks[0]", "has no elements"),
        ({"type": "section", "text": "hello"}, "blocks[0].text", "is not a text object"),
        (
            {"type": "header", "text": mrkdwn(1)},
            "blocks[0].text",
            "is not a text object of the type",
        ),
        ({"type": "section", "text": {"type": "mrkdwn"}}, "blocks[0].text", "is not a text object"),
        ({"text": plain(1)}, "blocks[0].type", "is missing"),
    ],
)
def test_what_is_missing(block: dict, path: str, told: str) -> None:
    found = next(faults([block]))
    assert found.path == path
    assert told in found.told
    assert found.hint


def test_the_near_type_is_suggested() -> None:
    assert next(doubts([{"type": "sectoin"}])).hint == "did you mean section?"


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


def test_a_step_with_a_type_that_is_not_known_is_sent_and_warned_of(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """The sandbox refuses it as Slack does what it does not know; nobody else is in the way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", sandbox.token)
    block = {"type": "sectoin", "text": plain(1)}
    request = build({"channel": "librec_channel", "blocks": [block], "on_failure": "fail"})
    with pytest.raises(SlackRefused, match=r"invalid_blocks .*unsupported type: sectoin"):
        open_local({}).post(request)
    assert sandbox.calls("chat.postMessage")[0]["args"]["blocks"] == [block]
    assert (
        "blocks[0].type is sectoin, a type that this release does not know; it is sent as it is "
        "(did you mean section?)"
    ) in capfd.readouterr().err
