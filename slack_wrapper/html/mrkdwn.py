"""mrkdwn → HTML, everything escaped. https://docs.slack.dev/messaging/formatting-message-text"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_EMOJI = {
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "tada": "🎉",
    "rocket": "🚀", "hourglass_flowing_sand": "⏳", "hourglass": "⌛", "fire": "🔥", "eyes": "👀",
    "chart_with_upwards_trend": "📈", "chart_with_downwards_trend": "📉", "bar_chart": "📊",
    "thumbsup": "👍", "+1": "👍", "thumbsdown": "👎", "-1": "👎", "rotating_light": "🚨",
    "snake": "🐍", "trophy": "🏆", "no_entry": "⛔", "sparkles": "✨", "bell": "🔔",
    "stopwatch": "⏱️", "page_facing_up": "📄", "paperclip": "📎", "mag": "🔍", "bug": "🐛",
    "dna": "🧬", "microscope": "🔬", "test_tube": "🧪", "package": "📦", "arrows_counterclockwise":
    "🔄", "information_source": "ℹ️", "question": "❓", "exclamation": "❗", "wave": "👋",
    "clap": "👏", "raised_hands": "🙌", "pray": "🙏", "heart": "❤️", "star": "⭐", "smile": "😄",
    "slightly_smiling_face": "🙂", "thinking_face": "🤔", "robot_face": "🤖", "lock": "🔒", "key":
    "🔑", "red_circle": "🔴", "large_green_circle": "🟢", "large_yellow_circle": "🟡",
    "large_blue_circle": "🔵", "1st_place_medal": "🥇", "2nd_place_medal": "🥈", "3rd_place_medal":
    "🥉", "skull": "💀", "checkered_flag": "🏁", "construction": "🚧", "inbox_tray": "📥",
}  # fmt: skip
_INLINE = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<del>\1</del>"),
)
# What stands as it is: code, and Slack's own <…>. The sender's "<" arrives as &lt;, so it is never
# taken for one.
_ATOM = re.compile(r"`([^`\n]+)`|<([^<>\n]+)>")
_URL = re.compile(r"(https?://|mailto:)[^\s<>\"']+")
_LIST = re.compile(r"^(\s*)(?:[•◦▪‣-]|(\d+)[.)])\s+")
# Markdown → mrkdwn, in this order: italics before bold, which has one star afterwards. No form can
# run past the next mark of its kind, so that the time grows with the text and not with its square.
_MARKDOWN: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"^([ \t]*)\*[ \t]+", re.MULTILINE), r"\1• "),
    (re.compile(r"(?<!\*)\*(?!\*)(\S(?:[^*\n]*\S)?)\*(?!\*)"), r"_\1_"),
    (re.compile(r"\*\*(?=\S)((?:(?!\*\*)[^\n])+)(?<=\S)\*\*"), r"*\1*"),
    (re.compile(r"__(?=\S)((?:(?!__)[^\n])+)(?<=\S)__"), r"*\1*"),
    (re.compile(r"^#{1,6}[ \t]+(\S.*)$", re.MULTILINE), lambda match: f"*{match[1].rstrip('# ')}*"),
    (re.compile(r"~~(?=\S)((?:(?!~~)[^\n])+)(?<=\S)~~"), r"~\1~"),
    (re.compile(r"!?\[([^\[\]\n]+)\]\((https?://[^\s)\[]+)\)"), r"<\2|\1>"),
)


class Text:
    """Renders the texts of one workspace.

    Args:
        people: user ID → name, for mentions.
        channels: channel ID → name.
    """

    def __init__(self, people: dict[str, str], channels: dict[str, str]) -> None:
        self._people, self._channels = people, channels

    def mrkdwn(self, text: str) -> str:
        """Return Slack's own markup as HTML."""
        return self._outside_pre(text, lambda part: part)

    def markdown(self, text: str) -> str:
        """Return the usual Markdown, as far as Slack's markdown block is used here, as HTML."""
        return self._outside_pre(text, _to_mrkdwn)

    def plain(self, text: str) -> str:
        """Return plain text, with its emoji, as HTML."""
        return _emojis(escape(text)).replace("\n", "<br>")

    def _outside_pre(self, text: str, convert: Callable[[str], str]) -> str:
        rendered = []
        for number, part in enumerate(re.split(r"```(.*?)```", text, flags=re.DOTALL)):
            if number % 2:
                rendered.append(f"<pre>{escape(part.strip(chr(10)))}</pre>")
            elif part.strip("\n"):
                rendered.append(self._lines(convert(part)))
        return "".join(rendered)

    def _lines(self, text: str) -> str:
        rendered: list[str] = []
        for line in text.strip("\n").split("\n"):
            quoted = line.startswith((">", "&gt;"))
            body = line.removeprefix("&gt;").removeprefix(">").lstrip() if quoted else line
            item = _LIST.match(body)
            if item:
                depth, mark = len(item[1]) // 2, f"{item[2]}." if item[2] else "•"
                inner = self._line(body[item.end() :])
                body = f'<div class="item" style="--d:{depth}"><i>{mark}</i>{inner}</div>'
            else:
                body = self._line(body)
            rendered.append(f"<blockquote>{body}</blockquote>" if quoted else body)
        joined = "<br>".join(rendered)
        for block in ("</blockquote>", "</div>"):
            joined = joined.replace(f"{block}<br>", block)
        return joined.replace("</blockquote><blockquote>", "<br>").replace(
            '<br><div class="item"', '<div class="item"'
        )

    def _line(self, line: str) -> str:
        """Render one line; atoms are set aside, so that no markup reaches into them."""
        atoms: list[str] = []

        def aside(match: re.Match[str]) -> str:
            code, special = match[1], match[2]
            atoms.append(f"<code>{escape(code)}</code>" if code else self._special(special))
            return f"\0{len(atoms) - 1}\0"

        # Emoji first: a name such as :white_check_mark: has marks of italics in it.
        text = _emojis(escape(_ATOM.sub(aside, line.replace("\0", ""))))
        for form, replacement in _INLINE:
            text = form.sub(replacement, text)
        return re.sub("\0(\\d+)\0", lambda match: atoms[int(match[1])], text)

    def _special(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        if target.startswith("@"):
            return _mention("@" + self._people.get(target[1:], label or target[1:]))
        if target.startswith("#"):
            return _mention("#" + self._channels.get(target[1:], label or target[1:]))
        if target.startswith("!date^"):  # Slack shows a reader's own time; we, what was meant
            return escape(label)
        if target.startswith("!"):
            return _mention("@" + (label.removeprefix("@") or target[1:].split("^")[-1]))
        if _URL.fullmatch(target):
            words = self._line(label) if label else escape(target)
            return f'<a href="{escape(target)}" rel="noreferrer">{words}</a>'
        return escape(f"<{inner}>")


def emoji(name: str) -> str:
    """Return the character of an emoji name, or the name as Slack writes it."""
    return _EMOJI.get(name, f":{html.escape(name)}:")


def is_drawn(name: str) -> bool:
    """Whether the page has a character for an emoji name."""
    return name in _EMOJI


def escape(text: str) -> str:
    """Escape; Slack's own &amp; &lt; &gt; are characters already."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(plain, quote=True)


def _emojis(text: str) -> str:
    return re.sub(r":([a-z0-9_+-]+):", lambda match: emoji(match[1]), text)


def _mention(words: str) -> str:
    return f'<span class="mention">{escape(words)}</span>'


def _to_mrkdwn(text: str) -> str:
    parts = re.split(r"(`[^`\n]+`)", text)
    for form, replacement in _MARKDOWN:
        parts[::2] = [form.sub(replacement, part) for part in parts[::2]]
    return "".join(parts)
