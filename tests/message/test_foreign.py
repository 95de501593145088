"""What files, wildcards and names bring is text: no markup, no line of its own, nothing hidden."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from slack_wrapper.common import foreign
from slack_wrapper.message.parameters import build
from slack_wrapper.preview import preview, text
from slack_wrapper.report import failure_card
from slack_wrapper.snakemake_adapter.job import without_markup

EVIL = (
    "a\n*b* failed\r\x1b[2K\x1b]0;t\x07\x1b(B\x9b31m\u202e\u200b\u2028`c` ```d``` "
    "<!channel> <http://e|x>&"
)


def job(**values: str) -> SimpleNamespace:
    return SimpleNamespace(wildcards=values, input=["in/<b>.txt"], output=["slack/x.json"])


def test_wildcards_and_names_are_text_and_what_the_author_writes_is_not() -> None:
    params = {"message": "<!here> <!channel>\n<b>.txt", "fields": {"s <!channel>": "<!channel>"},
              "channel": "<!channel>", "blocks": [{"text": "<!channel>"}]}  # fmt: skip
    said = without_markup(params, job(sample="<!channel>"))
    assert said["message"] == "<!here> &lt;!channel&gt;\n&lt;b&gt;.txt"
    assert said["fields"] == {"s &lt;!channel&gt;": "&lt;!channel&gt;"}
    assert said["blocks"] == [{"text": "&lt;!channel&gt;"}]
    assert said["channel"] == "<!channel>"
    assert without_markup({**params, "mrkdwn": True}, job(sample="<!channel>")) == {
        **params, "mrkdwn": True}  # fmt: skip
    lines = without_markup({"message": "done: a\nforged"}, job(sample="a\nforged"))
    assert lines == {"message": "done: a forged"}


@pytest.mark.parametrize("mrkdwn", [False, True])
def test_a_message_file_mentions_nobody(tmp_path: Path, *, mrkdwn: bool) -> None:
    file = tmp_path / "result.txt"
    file.write_text("*good* <!channel> \x1b[2K\u202e&", encoding="utf-8")
    made = build({"channel": "c", "mrkdwn": mrkdwn}, message_file=str(file))
    assert ("<!channel>" in made.message) is mrkdwn
    if not mrkdwn:
        assert made.message == "*good* &lt;!channel&gt; &amp;"


def test_nothing_forges_a_line_of_a_card(tmp_path: Path) -> None:
    log = tmp_path / "a`\n*b.log"
    log.write_bytes(EVIL.encode())
    failed = failure_card.FailedJob("align", {"s": EVIL}, logs=(str(log),), command=EVIL)
    lines = failure_card.card([failed]).text().split("\n")
    said = "\n".join(lines)
    assert all(one.isprintable() for line in lines for one in line)
    assert "<" not in said
    assert lines[0].startswith("*align*: s=a *b* failed")
    assert said.count("```") == 6  # the error, the command, and the one to run again
    assert sum(line.startswith("log `") for line in lines) == 1


HIDDEN = [*range(32), *range(127, 160), 0x202E, 0x200B, 0x2066, 0xFEFF, 0x2028, 0xE0041]


@pytest.mark.parametrize("character", [*map(chr, HIDDEN)], ids=[*map(hex, HIDDEN)])
def test_no_hidden_character_is_left(character: str) -> None:
    assert foreign.one_line(f"a{character}b").isprintable()
    left = set(foreign.printable(f"a{character}b")) - set("ab")
    assert left <= {"\n", "\t", "\r"}


def test_what_people_write_stays() -> None:
    said = "Grüße, 日本語, مرحبا, 👩‍🔬 ❤️ می‌خواهم\tx"
    assert foreign.printable(said) == said


def test_the_preview_prints_no_sequence() -> None:
    shown = text.text(preview.of(build({"channel": "c", "message": f"x {EVIL}"})))
    assert all(one.isprintable() or one == "\n" for one in shown.replace("\r", "\n"))
