"""A request → what Slack shows, within its limits."""

from pathlib import Path

import pytest

from slack_wrapper.common.text_parts import MAX_TEXT, split
from slack_wrapper.errors import RequestError
from slack_wrapper.message import compose
from slack_wrapper.message.compose import Draft
from slack_wrapper.message.mentions import Unasked
from slack_wrapper.message.parameters import build
from slack_wrapper.model.request import Request


def draft(**params) -> Draft:
    request = build({"channel": "x", **params}, rule="post")
    return compose.compose(request, Unasked())


def over(**params) -> RequestError:
    with pytest.raises(RequestError) as caught:
        draft(**params)
    return caught.value


def test_a_short_message_is_one_part() -> None:
    assert draft(message="hello") == Draft(("hello",))


def test_a_long_message_is_split_and_nothing_is_lost() -> None:
    text = "\n\n".join(f"paragraph {number} " + "word " * 60 for number in range(40))
    parts = draft(message=text).parts
    assert len(parts) > 2
    assert all(len(part) <= MAX_TEXT for part in parts)
    assert " ".join(" ".join(parts).split()) == " ".join(text.split())
    assert all(part.startswith("paragraph") for part in parts)


@pytest.mark.parametrize("text", ["x" * 9001, "word " * 2000, "line\n" * 2000, "ü" * 4001])
def test_parts_fit_whatever_the_text(text: str) -> None:
    parts = list(split(text))
    assert all(0 < len(part) <= MAX_TEXT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_code_block_that_is_cut_is_closed_and_opened_again() -> None:
    parts = list(split("log:\n```\n" + "a line of the log\n" * 500 + "```\nthe end"))
    assert len(parts) > 1
    for part in parts:
        assert part.count("```") % 2 == 0
        assert len(part) <= MAX_TEXT


def test_mentions_stand_before_the_text() -> None:
    assert draft(message="look", mention=["here", "U00000ADA"]).parts == (
        "<!here> <@U00000ADA> look",
    )


def test_an_unknown_mention_is_refused() -> None:
    assert "e-mail" in over(message="look", mention="ada").hint


def test_fields_are_sections_of_ten() -> None:
    blocks = draft(message="m", fields={f"n{number}": number for number in range(12)}).blocks
    assert [len(block.get("fields", [])) for block in blocks] == [0, 10, 2]
    assert blocks[0]["text"]["text"] == "m"


def test_a_colour_makes_a_bar() -> None:
    made = draft(message="m", color="#36a64f")
    assert made.attachments[0]["color"] == "#36a64f"
    assert made.attachments[0]["fallback"] == "m"


def test_a_long_message_with_colour_keeps_its_text() -> None:
    made = draft(message="word " * 2000, color="good", fields={"a": "b"})
    assert sum(part.count("word") for part in made.parts) == 2000
    assert made.attachments[0]["blocks"][0]["fields"]


def section(length: int) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def test_a_files_comment_has_the_fields() -> None:
    made = draft(file="a.png", comment="look", fields={"NDCG": "0.87"})
    assert made.plain.parts == ("look\n*NDCG*: 0.87",)
    assert made.blocks == [
        {"type": "section", "text": {"type": "mrkdwn", "text": "look"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*NDCG*\n0.87"}]},
    ]


def test_beside_files_are_mentions_footer_and_blocks() -> None:
    made = draft(
        file="a.png", comment="look", mention="here", footer="the end", blocks=[section(1)]
    )
    assert [block["type"] for block in made.blocks] == ["section", "section", "context"]
    assert made.blocks[0]["text"]["text"] == "<!here> look"
    assert not made.later
    assert made.plain.parts == ("<!here> look\nthe end",)
    assert made.plain.later == [section(1)]


@pytest.mark.parametrize(
    ("color", "square"),
    [("good", "🟩"), ("danger", "🟥"), ("warning", "🟨"), ("#000000", "⬛"), ("#36a64f", "🟩"),
     ("#0044ff", "🟦"), ("#ffffff", "⬜")],
)  # fmt: skip
def test_beside_files_a_colour_is_a_square(color: str, square: str) -> None:
    made = draft(file="a.png", comment="look", color=color)
    assert made.parts == (f"{square} look",)
    assert made.attachments == []


@pytest.mark.parametrize(
    "block",
    [{"type": "markdown", "text": "# x"},
     {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}],
    ids=lambda block: block["type"],
)  # fmt: skip
def test_what_slack_does_not_show_beside_files_follows(block: dict) -> None:
    made = draft(file="a.png", comment="look", blocks=[block], footer="the end")
    assert [one["type"] for one in made.blocks] == ["section", "context"]
    assert made.later == [block]
    assert made.replies() == [("more to it", [block])]


def test_what_is_too_much_beside_files_follows() -> None:
    made = draft(file="a.png", comment="word " * 1500, blocks=[section(2900)] * 4)
    assert [len(part) > 3000 for part in made.parts] == [True, True] or len(made.parts) == 2
    assert len(made.blocks) == 2
    assert len(made.later) == 4


def test_a_long_text_beside_files_goes_on_in_the_thread() -> None:
    made = draft(file="a.png", comment="word " * 2000)
    assert len(made.parts) == 3
    assert [len(block["text"]["text"]) <= 3000 for block in made.blocks] == [True, True]


def test_files_alone_have_no_blocks() -> None:
    assert draft(file="a.png") == Draft(())


def test_images_are_no_option_beside_files() -> None:
    assert "images cannot be combined" in over(file="a.png", images="b.png").message


def test_a_colour_of_another_form_is_refused() -> None:
    assert "color is reddish" in over(message="m", color="reddish").message
    assert "color is reddish" in over(file="a.png", color="reddish").message


def test_files_are_split_as_those_of_a_digest() -> None:
    names = [f"{number}.png" for number in range(25)]
    made = build({"channel": "x", "file": names, "comment": "all"})
    assert [len(made.files), len(made.attached), made.max_files] == [10, 15, 10]
    made = build({"channel": "x", "file": names, "max_files": 14})
    assert [len(made.files), len(made.attached)] == [14, 11]


@pytest.mark.parametrize("most", [0, 15, 100, "many", -1])
def test_a_message_takes_14_files(most: object) -> None:
    with pytest.raises(RequestError, match="max_files is") as caught:
        build({"channel": "x", "file": "a.png", "max_files": most})
    assert "1 to 14" in caught.value.hint


@pytest.mark.parametrize("count", [14, 15])
def test_a_question_takes_14_files(count: int) -> None:
    params = {"channel": "x", "option": "approval", "message": "good?",
              "file": [f"{number}.png" for number in range(count)]}  # fmt: skip
    if count == 14:
        assert len(build(params).files) == 14
        return
    with pytest.raises(RequestError, match="15 files, Slack takes 14"):
        build(params)


@pytest.mark.parametrize(
    ("alt", "told"),
    [
        ("a line that rises", {"a.png": "a line that rises"}),
        (["a line"], {"a.png": "a line"}),
        ({"a.png": "a line"}, {"a.png": "a line"}),
        ("", {}),
    ],
)
def test_what_is_told_of_a_picture(alt: object, told: dict) -> None:
    assert build({"channel": "x", "file": "a.png", "alt": alt}).alt == told


@pytest.mark.parametrize("alt", [["a", "b"], {"b.png": "b"}, 7, [7]])
def test_what_is_told_of_no_picture_is_refused(alt: object) -> None:
    with pytest.raises(RequestError, match="alt"):
        build({"channel": "x", "file": "a.png", "alt": alt})


def test_an_image_has_its_alternative() -> None:
    made = draft(message="m", images=["plots/a.png", "b.png"], alt={"b.png": "a line"})
    assert [block.get("alt_text") for block in made.blocks][-2:] == ["a.png", "a line"]


def test_a_request_survives_json() -> None:
    import json

    request = build(
        {
            "channel": ["a", {"email": "b@c"}],
            "message": "m",
            "fields": {"x": 1},
            "mention": ["here"],
        }
    )
    assert Request.from_dict(json.loads(json.dumps(request.to_dict()))) == request


def test_a_hash_sign_is_taken_off_the_channel() -> None:
    assert build({"channel": "#librec_channel", "message": "m"}).channels == ("librec_channel",)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "12 of 12 samples"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "12 of 12 samples"}},
    ],
)
def test_the_notification_of_blocks_is_their_first_header_or_section(block: dict) -> None:
    made = draft(blocks=[{"type": "divider"}, block], fields={"ndcg": 1})
    assert made.parts == ("12 of 12 samples",)


def test_whom_slack_does_not_know_is_a_choice_of_the_step() -> None:
    request = build({"channel": "x", "message": "m", "mention": "a@b.c"})
    assert request.mention_missing == "warn"
    given = {"channel": "x", "message": "m", "mention_missing": "fail"}
    assert build(given, defaults={"mention_missing": "warn"}).mention_missing == "fail"
    assert "mention_missing" in over(message="m", mention_missing="never").message


def test_a_list_of_alt_counts_files_and_not_a_table_that_was_cut(tmp_path: Path) -> None:
    table = tmp_path / "scores.tsv"
    table.write_text("model\tndcg\n" + "boosting\t0.73\n" * 2000)
    given = {"channel": "x", "option": "digest", "file": ["a.png"], "table": str(table)}
    made = build({**given, "alt": ["rises from 0.2 to 0.8"]})
    assert made.files == (str(table), "a.png")
    assert made.alt == {"a.png": "rises from 0.2 to 0.8"}
