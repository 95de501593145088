"""Markdown → Slack's mrkdwn, by the tree that markdown-it-py makes of it.

Everything that is text is escaped, so that no text of a result can mention anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from slack_wrapper.common.foreign import escape
from slack_wrapper.common.text import split
from slack_wrapper.message import tables

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.tree import SyntaxTreeNode

SUFFIXES = (".md", ".markdown")
_MARKS = {"strong": "*", "em": "_", "s": "~"}
_BULLETS = "•◦▪"
_RULE = "―" * 20
_TASK = re.compile(r"^\[([ xX])\] ")
_BREAK = re.compile(r"<br\s*/?>", re.I)
_PIECE = 2000  # characters of a block whose marks are looked for at once
_MARKS_AT_MOST = 300  # of them, in a piece that somebody has written
_ZERO = "\u200b"  # between a word and a mark: Slack knows marks only at the ends of words


def is_markdown(name: str) -> bool:
    """Whether a file's name says that it is Markdown, also as a template: `summary.md.j2`."""
    bare = name.lower()
    for suffix in (".j2", ".jinja", ".jinja2"):
        bare = bare.removesuffix(suffix)
    return bare.endswith(SUFFIXES)


def to_mrkdwn(text: str) -> str:
    """Return Markdown as mrkdwn: headings are bold, tables are aligned code blocks."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.core.ruler.at("inline", _parse_inline)
    return _blocks(SyntaxTreeNode(parser.parse(text)).children)


def _parse_inline(state: StateCore) -> None:
    """Parse the text of blocks: a long one in pieces, and one that is full of marks as it stands.

    The parser looks from each mark for its end, which takes seconds where there is none.
    """
    from markdown_it.token import Token

    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        for piece in split(token.content, _PIECE):
            found: list[Token] = []
            if sum(map(piece.count, "[*_~")) > _MARKS_AT_MOST:
                found = [Token("text", "", 0, content=piece)]
            else:
                state.md.inline.parse(piece, state.md, state.env, found)
            if token.children and found:
                token.children.append(Token("softbreak", "br", 0))
            token.children += found


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    form = _FORMS.get(node.type)
    return form(node) if form else "".join(map(_inline, node.children))


def _heading(node: SyntaxTreeNode) -> str:
    text = "".join(map(_inline, node.children)).replace("*", "")
    return f"*{text}*" if text else ""


def _code(node: SyntaxTreeNode) -> str:
    code = escape(node.content.rstrip("\n")).replace("```", "'''")
    return f"```\n{code}\n```"


def _list(node: SyntaxTreeNode) -> str:
    return "\n".join(_items(node, 0))


def _quote(node: SyntaxTreeNode) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _blocks(node.children).split("\n"))


def _items(node: SyntaxTreeNode, depth: int) -> list[str]:
    lines: list[str] = []
    first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else 0
    for number, item in enumerate(node.children):
        mark = f"{first + number}." if first or node.type == "ordered_list" else _bullet(depth)
        indent, opened = "    " * depth, False
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                lines += _items(child, depth + 1)
                continue
            text = _block(child)
            task = _TASK.match(text)
            if task and not opened:
                box = "☐" if task[1] == " " else "☑"
                text = f"{box} {text[task.end() :]}"
            for line in text.split("\n"):
                lines.append(f"{indent}{'  ' if opened else mark} {line}".rstrip())
                opened = True
        if not item.children:
            lines.append(f"{indent}{mark}")
    return lines


def _bullet(depth: int) -> str:
    return _BULLETS[min(depth, len(_BULLETS) - 1)]


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        tuple(_plain(cell) for cell in row.children)
        for part in node.children
        for row in part.children
    ]
    return tables.show(tables.Table(rows[0], tuple(rows[1:]))).text


def _inline(node: SyntaxTreeNode) -> str:
    """Return the text of a node, with marks that Slack shows."""
    form = _INLINE.get(node.type)
    if form:
        return form(node)
    inner = _joined(node.children)
    if node.type == "link":
        return _link(str(node.attrs.get("href", "")), inner)
    mark = _MARKS.get(node.type, "")
    return f"{mark}{inner}{mark}" if inner else ""


def _joined(nodes: Sequence[SyntaxTreeNode]) -> str:
    """Put inline parts side by side so that Slack still knows the marks between them."""
    said = ""
    marked = False
    for node in nodes:
        part, marks = _inline(node), node.type in _MARKS
        if (
            part
            and said
            and (marks or marked)
            and _word(said[-1]) + _word(part[0]) == 1
            and (_word(said[-1] if marks else part[0]))
        ):
            said += _ZERO
        said, marked = said + part, marks
    return said


def _word(character: str) -> bool:
    return character.isalnum()


def _link(address: str, text: str) -> str:
    """Return a link; what is no address of the web, such as a file, is only named."""
    label = re.sub(r"[|\n]", " ", text)
    if not re.match(r"(https?|mailto):", address):
        return label
    safe = address.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C").replace("&", "&amp;")
    return f"<{safe}>" if not label or label == safe else f"<{safe}|{label}>"


def _html(text: str) -> str:
    """Return HTML as it stands; comments are not shown."""
    if text.startswith("<!--"):
        return ""
    return "\n" if _BREAK.fullmatch(text) else escape(text)


def _plain(node: SyntaxTreeNode) -> str:
    """Return the text of a node without marks, as for a cell of a table."""
    if node.children:
        return "".join(map(_plain, node.children))
    if node.type in ("softbreak", "hardbreak"):
        return " "
    if node.type == "html_inline":  # `<unk>` is a word of a result, and no markup
        comment, newline = node.content.startswith("<!--"), _BREAK.fullmatch(node.content)
        return "" if comment else " " if newline else node.content
    return node.content


_Form = Callable[["SyntaxTreeNode"], str]
_FORMS: dict[str, _Form] = {
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "hr": lambda node: _RULE,
    "table": _table,
    "html_block": lambda node: _html(node.content.strip()),
}
_INLINE: dict[str, _Form] = {
    "text": lambda node: escape(node.content),
    "softbreak": lambda node: "\n",
    "hardbreak": lambda node: "\n",
    "code_inline": lambda node: f"`{escape(node.content).replace('`', chr(39))}`",
    "html_inline": lambda node: _html(node.content),
    "image": lambda node: _link(str(node.attrs.get("src", "")), escape(node.content) or "image"),
}
