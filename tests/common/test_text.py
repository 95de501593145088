"""Texts are cut where nothing breaks, whatever they hold and however little room there is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from slack_wrapper.common.foreign import escape
from slack_wrapper.common.text import FENCE, cluster_before, shorten, split

FAMILY, FLAG, KEYCAP, THUMB = "👩‍👩‍👧‍👦", "🇩🇪", "1️⃣", "👍🏽"
WHOLE = ["&amp;", "&lt;", "<@U00000ADA>", "<https://lab.org/a?b=1&amp;c=2|the run>", "<!here>",
         ":white_check_mark:", ":thumbsup::skin-tone-3:", "`code span`", FAMILY, FLAG, KEYCAP,
         THUMB, "é"]  # fmt: skip
words = st.text("abcxyz09.,äж日", min_size=1, max_size=60)
gaps = st.sampled_from(["", " ", "  ", "\n", "\n\n", "\n  "])
pieces = st.one_of(words, st.sampled_from(WHOLE))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a mrkdwn text, with code blocks."""
    made = ""
    for _ in range(draw(st.integers(1, 12))):
        run = "".join(draw(pieces) + draw(gaps) for _ in range(draw(st.integers(1, 8))))
        if draw(st.integers(0, 3)) == 0:
            inner = run.replace("`", "").strip() or "x"
            made += f"\n{FENCE}\n{inner}\n{FENCE}\n"
        else:
            made += run
    return made


def bare(text: str) -> str:
    """Return what a text says, without white space and marks of code."""
    return re.sub(r"[\s`]+", "", text)


def broken(part: str) -> list[str]:
    """Return what of a part reads otherwise than in a whole text."""
    blocks = part.split(FENCE)
    outside = "".join(blocks[::2])
    halves = [r"&(?![a-z]+;)", r"(?<![a-z&])(amp|lt);", r"<[^>]*$", r"^[^<]*>"]
    found = [form for form in halves if re.search(form, part)]
    found += ["block"] if len(blocks) % 2 == 0 else []
    found += ["span"] if outside.count("`") % 2 else []
    rest = re.sub(r":(white_check_mark|thumbsup::skin-tone-3):", "", part.replace("https:", ""))
    found += ["emoji"] if ":" in rest else []
    return found


@given(texts(), st.integers(64, 200))
def test_parts_fit_and_nothing_is_broken_or_lost(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert all(len(part) <= limit for part in parts)
    assert [found for part in parts for found in broken(part)] == []
    assert bare("".join(parts)) == bare(text)
    assert bare("".join(parts)).count(FAMILY) == sum(part.count(FAMILY) for part in parts)
    whole = [cluster for cluster in iter_graphemes(text) if not cluster.isspace()]
    after = [cluster for part in parts for cluster in iter_graphemes(part)]
    assert [one for one in after if len(one) > 1] == [one for one in whole if len(one) > 1]


@given(texts(), st.integers(64, 200))
def test_a_shortened_text_fits_and_is_not_broken(text: str, limit: int) -> None:
    made = shorten(text, limit)
    assert len(made) <= limit
    if made != text:
        assert broken(made.replace("…", "")) == []
        assert text.startswith(made.partition("…")[0])


@given(st.text(max_size=300), st.integers(16, 60))
def test_any_text_fits_and_ends(text: str, limit: int) -> None:
    assert all(0 < len(part) <= limit for part in split(text, limit))
    assert len(shorten(text, limit)) <= limit
    assert len(shorten(text, limit, plain=True)) <= limit


@given(st.text("`\n <>&;:ab👩\u200d🇩", max_size=400), st.integers(16, 60))
def test_any_markup_fits_and_ends(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert all(0 < len(part) <= limit for part in parts)
    assert re.sub(r"[\s`]", "", "".join(parts)) == re.sub(r"[\s`]", "", text)


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("before", range(80, 100))
def test_each_stays_whole_wherever_the_cut_would_be(whole: str, before: int) -> None:
    text = "x" * before + whole + "y" * 80
    assert sum(part.count(whole) for part in split(text, 100)) == 1
    assert shorten(text, 100).count(whole) + (whole not in shorten(text, 100)) == 1


def test_a_cluster_longer_than_all_room_is_cut() -> None:
    text = "e" + "\u0301" * 200
    assert "".join(split(text, 50)) == text
    assert cluster_before(text, 50) == 50


def test_a_code_span_longer_than_all_room_is_closed_and_opened() -> None:
    for part in split(f"`{'a&amp;' * 20}`", 50):
        assert part.count("`") == 2
        assert re.sub("(a|&amp;)", "", part) == "``"


def test_a_long_line_in_a_code_block_ends() -> None:
    parts = list(split(f"{FENCE}\n{'x' * 9000}\n{FENCE}", 4000))
    assert [part.count(FENCE) for part in parts] == [2, 2, 2]
    assert sum(part.count("x") for part in parts) == 9000


def test_the_indentation_of_a_code_block_is_kept() -> None:
    text = f"{FENCE}\n" + "\n".join(f"    line {number}" for number in range(40)) + f"\n{FENCE}"
    for part in split(text, 100):
        assert all(line.startswith("    line") for line in part.split("\n")[1:-1])


def test_a_cut_at_the_end_of_a_code_block_leaves_no_empty_one() -> None:
    text = f"{FENCE}\n" + "a line of it\n" * 7 + f"{FENCE}\nthe end of the text"
    parts = list(split(text, 100))
    assert parts[-1] == "the end of the text"


def test_what_is_not_markup_is_escaped_once() -> None:
    assert escape("a & b < c > d &amp;") == "a &amp; b &lt; c &gt; d &amp;amp;"
