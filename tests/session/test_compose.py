"""A request → what Slack shows, within its limits."""

import pytest

from slack_wrapper.errors import RequestError
from slack_wrapper.session import compose
from slack_wrapper.session.compose import Draft
from slack_wrapper.session.mentions import Unasked
from slack_wrapper.session.request import Request, build
from slack_wrapper.texts import MAX_TEXT, split


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
    assert made.parts == ("look\n*NDCG*: 0.87",)


@pytest.mark.parametrize("more", [{"color": "good"}, {"blocks": [section(1)]}])
def test_what_cannot_go_with_files_is_refused(more: dict) -> None:
    assert "cannot go with option file" in over(file="a.png", **more).message


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
