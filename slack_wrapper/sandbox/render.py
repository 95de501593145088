"""mrkdwn and blocks → HTML, everything escaped. https://docs.slack.dev/messaging/formatting-message-text"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

_EMOJI = {
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "tada": "🎉",
    "rocket": "🚀", "hourglass_flowing_sand": "⏳", "hourglass": "⌛", "fire": "🔥", "eyes": "👀",
    "chart_with_upwards_trend": "📈", "bar_chart": "📊", "thumbsup": "👍", "+1": "👍",
    "thumbsdown": "👎", "-1": "👎", "rotating_light": "🚨", "snake": "🐍", "trophy": "🏆",
    "no_entry": "⛔", "sparkles": "✨", "bell": "🔔", "stopwatch": "⏱️",
}  # fmt: skip
_COLORS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}
_INLINE = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<del>\1</del>"),
)
_SPECIAL = re.compile(r"&lt;([^&<>]+?(?:&amp;[^&<>]*?)*)&gt;")
_LINK = re.compile(r"https?://[^\s<>\"']+")


class Renderer:
    """Renders the messages of one workspace.

    Args:
        people: user ID → name, for mentions.
    """

    def __init__(self, people: dict[str, str]) -> None:
        self._people = people

    def text(self, text: str) -> str:
        """Return mrkdwn as HTML."""
        parts = re.split(r"```(.*?)```", text, flags=re.DOTALL)
        rendered = []
        for number, part in enumerate(parts):
            if number % 2:
                rendered.append(f"<pre>{_escape(part.strip(chr(10)))}</pre>")
            elif part:
                rendered.append(self._paragraph(part))
        return "".join(rendered)

    def _paragraph(self, text: str) -> str:
        lines = []
        for line in text.strip("\n").split("\n"):
            quote = line.startswith((">", "&gt;"))
            body = self._line(line.removeprefix("&gt;").removeprefix(">") if quote else line)
            lines.append(f"<blockquote>{body}</blockquote>" if quote else body)
        return "<br>".join(lines).replace("</blockquote><br>", "</blockquote>")

    def _line(self, line: str) -> str:
        parts = line.split("`")
        if len(parts) % 2 == 0:  # an odd backtick is a backtick
            parts[-2:] = ["`".join(parts[-2:])]
        return "".join(
            f"<code>{_escape(part)}</code>" if number % 2 else self._words(part)
            for number, part in enumerate(parts)
        )

    def _words(self, text: str) -> str:
        text = _escape(text)
        text = _SPECIAL.sub(lambda match: self._special(match[1]), text)
        for form, replacement in _INLINE:
            text = form.sub(replacement, text)
        return re.sub(r":([a-z0-9_+-]+):", lambda match: emoji(match[1]), text)

    def _special(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        if target.startswith("@"):
            name = self._people.get(target[1:], label or target[1:])
            return f'<span class="mention">@{name}</span>'
        if target.startswith("!"):
            return f'<span class="mention">@{label or target[1:].split("^")[-1]}</span>'
        if target.startswith("#"):
            return f'<span class="mention">#{label or target[1:]}</span>'
        if _LINK.fullmatch(target) or target.startswith("mailto:"):
            return f'<a href="{target}" rel="noreferrer">{label or target}</a>'
        return f"&lt;{inner}&gt;"

    def blocks(self, blocks: list[dict[str, Any]]) -> str:
        """Return Block Kit blocks as HTML; kinds without a form of their own show their text."""
        return "".join(self._block(block) for block in blocks)

    def _block(self, block: dict[str, Any]) -> str:
        kind = block.get("type")
        if kind == "divider":
            return "<hr>"
        if kind == "header":
            return f"<h3>{_escape(_text_of(block))}</h3>"
        if kind == "image":
            return f'<div class="alt">🖼 {_escape(block.get("alt_text", ""))}</div>'
        if kind == "context":
            words = (self.text(_element_text(one)) for one in block.get("elements") or [])
            return f'<div class="context">{" ".join(words)}</div>'
        fields = "".join(
            f"<div>{self.text(entry.get('text', ''))}</div>" for entry in block.get("fields") or []
        )
        body = self.text(_text_of(block))
        columns = f'<div class="fields">{fields}</div>' if fields else ""
        return f'<div class="section">{body}{columns}</div>'

    def attachment(self, attachment: dict[str, Any]) -> str:
        """Return the inside of an attachment as HTML."""
        if attachment.get("blocks"):
            return self.blocks(attachment["blocks"])
        return self.text(str(attachment.get("text") or attachment.get("fallback") or ""))


def clock(ts: str) -> str:
    """Return the time of a ts as people read it, UTC."""
    return datetime.fromtimestamp(float(ts), UTC).strftime("%d %b %H:%M")


def size(count: int) -> str:
    """Return a number of bytes in units."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def color(name: str) -> str:
    """Return a CSS colour for an attachment's bar."""
    known = _COLORS.get(name, name)
    return known if re.fullmatch(r"#[0-9A-Fa-f]{6}", known) else "#dddddd"


def emoji(name: str) -> str:
    """Return the character of an emoji name, or the name as Slack writes it."""
    return _EMOJI.get(name, f":{html.escape(name)}:")


def _escape(text: str) -> str:
    """Escape; Slack's own &amp; &lt; &gt; are characters already."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return html.escape(plain, quote=True)


def _text_of(block: dict[str, Any]) -> str:
    text = block.get("text")
    return str(text.get("text", "")) if isinstance(text, dict) else str(text or "")


def _element_text(element: dict[str, Any]) -> str:
    return str(element.get("text") or element.get("alt_text") or "")
