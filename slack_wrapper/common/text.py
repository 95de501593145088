"""Texts cut to a length where nothing in them breaks.

Slack shows the halves of these as they stand, so they are never cut in two: an entity (`&amp;`), a
link or mention (`<…>`), an emoji (`:tada:`, or a character of several code points), a code span. A
code block is closed at a cut and opened again after it. Only what is longer than the limit by
itself is cut all the same.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FENCE = "```"
_SPAN = "`"
_CLOSED = f"\n{FENCE}"  # what a cut block ends in
_OPENED = f"{FENCE}\n"  # what its rest begins with
_ENTITY = r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_LINK = r"<[@#!A-Za-z][^<>\n]*>"
_EMOJI = r":[\w+'-]{1,100}:(?::skin-tone-\d:)?"
_IN_BLOCK = re.compile(f"{_LINK}|{_ENTITY}|{_EMOJI}")
_IN_TEXT = re.compile(f"{FENCE}|`[^`\n]+`|{_LINK}|{_ENTITY}|{_EMOJI}")


def split(text: str, limit: int) -> Iterator[str]:
    """Yield `text` in parts of at most `limit` characters, cut at paragraphs, lines or words.

    A code block that is cut is closed and opened again, so that each part reads on its own. Nothing
    but white space at the cuts is left out.

    Args:
        text: mrkdwn.
        limit: characters; 16 at least.
    """
    while len(text) > limit:
        part, text = _Cut(text, limit - len(_CLOSED) if _SPAN in text[:limit] else limit).parts()
        if part.strip():
            yield part
    if text.strip():
        yield text


def shorten(text: str, limit: int, *, mark: str = "…", plain: bool = False) -> str:
    """Return `text`, or its beginning and a mark, in at most `limit` characters.

    Args:
        text: mrkdwn, or plain text.
        limit: characters.
        mark: what tells that something is missing.
        plain: whether nothing in it is markup, as in text that is escaped afterwards.
    """
    if len(text) <= limit:
        return text
    room = limit - len(mark)
    if plain or room <= 2 * len(FENCE):
        return text[: cluster_before(text, room)].rstrip() + mark
    cut = _Cut(text, room - len(FENCE) if _SPAN in text[:limit] else room)
    cut.at_any_place()
    return f"{text[: cut.at].rstrip()}{mark}{cut.open}"


def cluster_before(text: str, at: int) -> int:
    """Return the last place up to `at` that is between what people see as characters.

    https://www.unicode.org/reports/tr29/. It is `at` itself when one of them fills all of the text.
    """
    if not 0 < at < len(text) or text[at - 1 : at + 1].isascii():
        return at
    begin = at - 1
    while begin > 0 and not text[begin - 1 : begin + 1].isascii():
        begin -= 1
    from wcwidth import iter_graphemes  # spares ASCII texts its import

    place = begin
    for cluster in iter_graphemes(text[begin : at + 1]):
        if place + len(cluster) > at:
            break
        place += len(cluster)
    return place or at


@dataclass
class _Cut:
    """Where one text is cut.

    Args:
        text: longer than `room`.
        room: the last place to cut it at.
    """

    text: str
    room: int
    at: int = 0
    open: str = ""  # what is open there, a code block or span
    _whole: list[tuple[int, int]] = field(default_factory=list)  # what is not to be cut
    _blocks: list[tuple[int, int]] = field(default_factory=list)
    _least: int = 0  # the cut comes behind it, or nothing would be gained

    def __post_init__(self) -> None:
        self._scan()
        if self._blocks and self._blocks[0][0] == 0:
            begin, end = len(FENCE), self._blocks[0][1] - len(FENCE)
            blank = len(self.text[begin:end]) - len(self.text[begin:end].lstrip())
            self._least = min(begin + blank, self.room - 1)

    def _scan(self) -> None:
        """Find what is whole and what is a code block, as far as there is room."""
        text, place, end = self.text, 0, 2 * self.room + 200
        while (found := _IN_TEXT.search(text, place, end)) and found.start() < self.room:
            begin, place = found.span()
            self._whole.append((begin, place))
            if found[0] == FENCE and (close := text.find(FENCE, place)) >= 0:
                inner = _IN_BLOCK.finditer(text, place, min(close, end))
                self._whole.extend(one.span() for one in inner)
                self._whole.append((close, close + len(FENCE)))
                self._blocks.append((begin, close + len(FENCE)))
                place = close + len(FENCE)

    def parts(self) -> tuple[str, str]:
        """Return what stands before the cut and what after it, each of which reads on its own."""
        if not self.at_a_gap():
            self.at_any_place()
        text, at = self.text, self.at
        if self.open == _SPAN:
            return f"{text[:at]}{_SPAN}", f"{_SPAN}{text[at:]}"
        block = self._block()
        if block is None:
            rest = text[at:]
            return text[:at].rstrip(), rest.lstrip("\n" if rest.startswith("\n") else " ")
        begin, end = block
        if begin and not text[begin + len(FENCE) : at].strip():  # nothing of the block is before it
            return text[:begin].rstrip(), text[begin:]
        before = text[:at].rstrip("\n") + _CLOSED
        if not text[at : end - len(FENCE)].strip():  # nor after it
            return before, text[end:].lstrip("\n ")
        return before, _OPENED + text[at:].removeprefix("\n")

    def at_a_gap(self) -> bool:
        """Cut between paragraphs, lines or words, late rather than early; whether that went."""
        for least in (max(self.room // 2, self._least), self._least):
            for gap in ("\n\n", "\n", " "):
                at = self.text.rfind(gap, least + 1, self.room + len(gap))
                while at > least and self._inside(at):
                    at = self.text.rfind(gap, least + 1, at + len(gap) - 1)
                if at > least and self.text[:at].strip():
                    self.at = at
                    return True
        return False

    def at_any_place(self) -> None:
        """Cut as late as can be."""
        at, least = self.room, self._least
        while (one := self._inside(at)) or cluster_before(self.text, at) != at:
            earlier = one[0] if one else cluster_before(self.text, at)
            if earlier <= least:  # longer than all the room
                break
            at = earlier
        if one and one[0] <= least:
            at = self._within(one, at)
        self.at = max(at, least + 1)
        if not self.open and self._block():
            self.open = FENCE

    def _within(self, whole: tuple[int, int], at: int) -> int:
        """Return where to cut what cannot stay whole; a code span is to be closed there."""
        begin, end = whole
        for inner in _IN_BLOCK.finditer(self.text, begin + 1, end):
            if begin + 1 < inner.start() < at < inner.end():
                at = inner.start()
        at = max(cluster_before(self.text, at), begin + 2)
        if self.text[begin] == _SPAN and self.text[begin : begin + len(FENCE)] != FENCE:
            self.open = _SPAN
        return at

    def _inside(self, at: int) -> tuple[int, int] | None:
        return next((one for one in self._whole if one[0] < at < one[1]), None)

    def _block(self) -> tuple[int, int] | None:
        edge = len(FENCE)
        return next(
            (one for one in self._blocks if one[0] + edge <= self.at <= one[1] - edge), None
        )


def counted(number: int, thing: str) -> str:
    """Return a number with the word for it, such as `1 post` and `2 posts`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def readers_time(moment: int, plain: str) -> str:
    """Return a moment in mrkdwn, which each reader sees in their own time zone.

    Args:
        moment: seconds since the epoch.
        plain: what is shown where Slack cannot.

    https://docs.slack.dev/messaging/formatting-message-text/#date-formatting
    """
    return f"<!date^{moment}^{{date_short_pretty}} {{time}}|{plain}>"
