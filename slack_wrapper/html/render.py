"""Block Kit and attachments → HTML. https://docs.slack.dev/reference/block-kit/blocks"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from slack_wrapper.html import charts
from slack_wrapper.html.mrkdwn import Text, emoji, escape

_COLORS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}


class Renderer:
    """Renders the messages of one workspace.

    Args:
        people: user ID → name, for mentions.
        channels: channel ID → name.
        files: file ID → its address on the page, for images in blocks.
    """

    def __init__(
        self,
        people: dict[str, str],
        channels: dict[str, str] | None = None,
        files: dict[str, str] | None = None,
    ) -> None:
        self._files = files if files is not None else {}
        self._text = Text(people, channels or {})
        self._people = people

    def text(self, text: str) -> str:
        """Return mrkdwn as HTML."""
        return self._text.mrkdwn(text)

    def blocks(self, blocks: list[dict[str, Any]]) -> str:
        """Return Block Kit blocks as HTML; kinds without a form of their own show their text."""
        return "".join(self._block(block) for block in blocks)

    def attachment(self, attachment: dict[str, Any]) -> str:
        """Return the inside of an attachment as HTML."""
        parts = [self.text(str(attachment.get("pretext") or ""))]
        if attachment.get("title"):
            parts.append(f"<strong>{self._text.plain(str(attachment['title']))}</strong><br>")
        if attachment.get("blocks"):
            parts.append(self.blocks(attachment["blocks"]))
        else:
            parts.append(self.text(str(attachment.get("text") or attachment.get("fallback") or "")))
        fields = "".join(
            f"<div><strong>{self._text.plain(str(one.get('title', '')))}</strong><br>"
            f"{self.text(str(one.get('value', '')))}</div>"
            for one in attachment.get("fields") or []
        )
        parts.append(f'<div class="fields">{fields}</div>' if fields else "")
        if attachment.get("footer"):
            parts.append(f'<div class="context">{escape(str(attachment["footer"]))}</div>')
        return "".join(parts)

    def _block(self, block: dict[str, Any]) -> str:
        form = getattr(self, f"_block_{block.get('type')}", None)
        return str(form(block)) if form else f"<div>{self._object(block.get('text'))}</div>"

    def _block_divider(self, _: dict[str, Any]) -> str:
        return "<hr>"

    def _block_header(self, block: dict[str, Any]) -> str:
        return f"<h3>{self._object(block.get('text'))}</h3>"

    def _block_markdown(self, block: dict[str, Any]) -> str:
        return f'<div class="section">{self._text.markdown(str(block.get("text", "")))}</div>'

    def _block_section(self, block: dict[str, Any]) -> str:
        fields = "".join(f"<div>{self._object(one)}</div>" for one in block.get("fields") or [])
        columns = f'<div class="fields">{fields}</div>' if fields else ""
        return f'<div class="section">{self._object(block.get("text"))}{columns}</div>'

    def _block_context(self, block: dict[str, Any]) -> str:
        words = (self._element(one) for one in block.get("elements") or [])
        return f'<div class="context">{" &nbsp; ".join(words)}</div>'

    def _block_container(self, block: dict[str, Any]) -> str:
        """Return blocks below a title, which folds them if it may."""
        title = block.get("title")
        rich = block.get("rich_text_title")
        named = self._block_rich_text(rich) if isinstance(rich, dict) else self._object(title)
        inner = self.blocks(
            [one for one in block.get("child_blocks") or [] if isinstance(one, dict)]
        )
        if not block.get("is_collapsible"):
            return f'<div class="fold"><strong>{named}</strong>{inner}</div>'
        opened = "" if block.get("default_collapsed") else " open"
        return f'<details class="fold"{opened}><summary>{named}</summary>{inner}</details>'

    def _block_image(self, block: dict[str, Any]) -> str:
        title, alt = self._object(block.get("title")), escape(str(block.get("alt_text", "")))
        source = block.get("slack_file")
        link = self._files.get(str(source.get("id"))) if isinstance(source, dict) else None
        if link and link != "#":
            picture = f'<img src="{escape(link)}" alt="{alt}">'
            return f'<div class="file"><span class="size">{title or alt}</span>{picture}</div>'
        # Others are never loaded: the page asks no other host for anything.
        return f'<div class="alt">{title} 🖼 {alt}</div>'

    def _block_actions(self, block: dict[str, Any]) -> str:
        buttons = (
            f'<span class="button">{self._object(one.get("text"))}</span>'
            for one in block.get("elements") or []
        )
        return f'<div class="actions">{"".join(buttons)}</div>'

    def _block_data_visualization(self, block: dict[str, Any]) -> str:
        return charts.chart(block)

    def _block_table(self, block: dict[str, Any]) -> str:
        settings = block.get("column_settings") or []
        right = {n for n, one in enumerate(settings)
                 if isinstance(one, dict) and one.get("align") == "right"}  # fmt: skip
        return self._table(block.get("rows") or [], right)

    def _block_data_table(self, block: dict[str, Any]) -> str:
        """Return the first page of a data table; Slack lets a reader sort it and turn its pages."""
        header, *rows = block.get("rows") or [[]]
        size = int(block.get("page_size") or 5)
        right = {n for row in rows for n, cell in enumerate(row)
                 if isinstance(cell, dict) and cell.get("type") == "raw_number"}  # fmt: skip
        pages = f"1–{min(size, len(rows))} of {len(rows)} rows" if len(rows) > size else ""
        caption = self._text.plain(str(block.get("caption") or ""))
        below = f'<div class="size">{pages}</div>' if pages else ""
        return self._table([header, *rows[:size]], right, caption, " ⇅") + below

    def _table(self, rows: list[Any], right: set[int], caption: str = "", mark: str = "") -> str:
        parts = [f"<caption>{caption}</caption>" if caption else ""]
        for number, row in enumerate(rows):
            tag, sign = ("th", mark) if number == 0 else ("td", "")
            cells = (
                f"<{tag}{' class=right' if n in right else ''}>{self._cell(cell)}{sign}</{tag}>"
                for n, cell in enumerate(row)
            )
            parts.append(f"<tr>{''.join(cells)}</tr>")
        return f'<div class="scroll"><table>{"".join(parts)}</table></div>'

    def _cell(self, cell: Any) -> str:
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            return self._block_rich_text(cell)
        return self._text.plain(str(cell.get("text", "")) if isinstance(cell, dict) else "")

    def _block_rich_text(self, block: dict[str, Any]) -> str:
        return "".join(self._rich(one) for one in block.get("elements") or [])

    def _rich(self, part: dict[str, Any]) -> str:
        elements, kind = part.get("elements") or [], part.get("type")
        if kind == "rich_text_list":
            tag = "ol" if part.get("style") == "ordered" else "ul"
            return f"<{tag}>{''.join(f'<li>{self._rich(one)}</li>' for one in elements)}</{tag}>"
        inner = "".join(self._rich_element(one) for one in elements)
        tag = {"rich_text_preformatted": "pre", "rich_text_quote": "blockquote"}.get(
            str(kind), "div"
        )
        return f"<{tag}>{inner}</{tag}>"

    def _rich_element(self, element: dict[str, Any]) -> str:
        kind = element.get("type")
        if kind == "emoji":
            return emoji(str(element.get("name", "")))
        if kind == "user":
            identifier = str(element.get("user_id", ""))
            return (
                f'<span class="mention">@{escape(self._people.get(identifier, identifier))}</span>'
            )
        text = str(element.get("text") or element.get("url") or "")
        inner = escape(text).replace("\n", "<br>")
        if kind == "link":
            return self.text(f"<{element.get('url', '')}|{text}>")
        style = element.get("style")
        style = style if isinstance(style, dict) else {}
        marks = {"bold": "strong", "italic": "em", "strike": "del", "code": "code"}
        for name, tag in marks.items():
            inner = f"<{tag}>{inner}</{tag}>" if style.get(name) else inner
        return inner

    def _object(self, text: Any) -> str:
        """Render a text object."""
        if not isinstance(text, dict):
            return self._text.plain(str(text or ""))
        words = str(text.get("text", ""))
        return self._text.plain(words) if text.get("type") == "plain_text" else self.text(words)

    def _element(self, element: dict[str, Any]) -> str:
        if element.get("type") == "image":
            return f"🖼 {escape(str(element.get('alt_text', '')))}"
        return self._object(element)


def clock(ts: str) -> str:
    """Return the time of day of a ts, UTC."""
    return datetime.fromtimestamp(float(ts), UTC).strftime("%H:%M")


def day(ts: str) -> str:
    """Return the day of a ts as people read it, UTC."""
    return datetime.fromtimestamp(float(ts), UTC).strftime("%A, %-d %B %Y")


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
    known = _COLORS.get(name, name if name.startswith("#") else f"#{name}")
    return known if re.fullmatch(r"#[0-9A-Fa-f]{6}", known) else "#dddddd"
