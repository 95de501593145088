"""Markdown → mrkdwn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_wrapper.message.markdown import is_markdown, to_mrkdwn


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("# All *well*", "*All _well_*"),
        ("## **Bold** head", "*Bold head*"),
        ("some **bold**, *italic*, ~~gone~~", "some *bold*, _italic_, ~gone~"),
        ("***both***", "_*both*_"),
        ("a**b**c", "a\u200b*b*\u200bc"),
        ("`code < 1`", "`code &lt; 1`"),
        ("[a link](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|a link>"),
        ("[a|b](https://example.org/|)", "<https://example.org/%7C|a b>"),
        ("<https://example.org>", "<https://example.org>"),
        ("[file](results/a.md)", "file"),
        ("![a plot](plot.png)", "a plot"),
        ("![a plot](https://example.org/p.png)", "<https://example.org/p.png|a plot>"),
        ("- one\n- two\n  - three\n    - four", "• one\n• two\n    ◦ three\n        ▪ four"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- [ ] open\n- [x] done", "• ☐ open\n• ☑ done"),
        ("> a quote\n> of two lines", "> a quote\n> of two lines"),
        ("```python\nx < 1\n```", "```\nx &lt; 1\n```"),
        ("    indented", "```\nindented\n```"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("---", "―" * 20),
        ("a <!-- hidden --> b<br>c", "a  b\nc"),
        ("<!-- all hidden -->", ""),
        ("| a | b |\n|---|---|\n| x | 1.5 |\n| yy | 22 |", "```\na     b\nx   1.5\nyy   22\n```"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ],
)
def test_what_becomes_of_it(markdown: str, mrkdwn: str) -> None:
    assert to_mrkdwn(markdown) == mrkdwn


@pytest.mark.parametrize(
    "text", ["<!channel>", "<@U00000ADA>", "# <!here>", "`<!here>`", "- <!here>"]
)
def test_no_text_mentions_anybody(text: str) -> None:
    made = to_mrkdwn(text)
    assert "<!" not in made
    assert "<@" not in made


@given(st.text(alphabet="ab *_~`#>|-[]()<!@\n1.", max_size=80))
def test_any_text_is_converted_and_mentions_nobody(text: str) -> None:
    made = to_mrkdwn(text)
    assert "<!" not in made
    assert "<@" not in made


@pytest.mark.parametrize(
    ("name", "is_it"),
    [("a.md", True), ("A.MD", True), ("a.markdown", True), ("a.md.j2", True), ("a.txt", False),
     ("a.j2", False), ("md", False)],
)  # fmt: skip
def test_a_name_says_whether_it_is_markdown(name: str, is_it: bool) -> None:
    assert is_markdown(name) is is_it


def test_a_table_keeps_all_cells() -> None:
    said = to_mrkdwn("|a|b|\n|-|-|\n|<unk>|a<br>b|\n|`x`|**y** <!-- no -->z|\n")
    assert "&lt;unk&gt;  a b" in said
    assert "y z" in said
    assert "no" not in said


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "part", ["[", "![", "[a](", "[a][", "*", "_", "`", "> ", "**a", "~~a", "<"]
)
def test_no_text_is_worth_seconds(part: str) -> None:
    assert to_mrkdwn(part * (60_000 // len(part))) is not None


def test_a_long_paragraph_is_converted_throughout() -> None:
    said = to_mrkdwn("word **bold** [a](https://example.org) " * 300)
    assert said.count("*bold*") > 290
    assert said.count("<https://example.org|a>") > 290
