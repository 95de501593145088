"""What a step says, from its parameters and inputs: text, template, Markdown, tables, blocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slack_wrapper.errors import RequestError, os_reason

if TYPE_CHECKING:
    from slack_wrapper.message.templates import Escaped

INPUTS = (
    "template",
    "table",
    "chart",
    "blocks",
    "images",
)  # inputs that are said, beside file and message
GENERATED = ".snakemake/slack/tables"  # where tables lie that were put together from several files
_BLOCKS_HINT = (
    "give a list of objects, a JSON or YAML file, or a JSON text as Slack's Block Kit Builder "
    "makes it"
)

Context = Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, repr=False, eq=False)  # which spares a step 0.2 ms each
class Sources:
    """Where a step's content comes from.

    Args:
        params: the step's parameters.
        message_file: its `input.message`.
        inputs: its inputs of the names `INPUTS`, paths each.
        context: gives what a template may use.
        receipt: the step's output.
        rule: the step's rule.
    """

    params: Mapping[str, Any]
    message_file: str | None = None
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    context: Context = dict
    receipt: str = ""
    rule: str = ""

    @property
    def step(self) -> str:
        """The step, for errors."""
        return f"step {self.rule}" if self.rule else "the post"

    @property
    def opens_mrkdwn(self) -> bool:
        """Whether what files and wildcards bring is mrkdwn too."""
        return bool(self.params.get("mrkdwn"))

    def paths(self, name: str) -> tuple[str, ...]:
        """Return the files of an input, else of the parameter of that name."""
        given = self.inputs.get(name) or self.params.get(name) or ()
        return (given,) if isinstance(given, str) else tuple(str(path) for path in given)


@dataclass(frozen=True, repr=False, eq=False)
class Said:
    """What a step says.

    Args:
        text: mrkdwn.
        attached: files that hold in full what the text shows a part of.
        native: the same with what Slack draws itself, see `native_forms`.
    """

    text: str
    attached: tuple[str, ...] = ()
    native: Mapping[str, Any] = field(default_factory=dict)


def said(sources: Sources, message: str) -> Said:
    """Return the text of a step: message, template, message file, table and chart, in this order.

    Raises:
        RequestError: a file, a template or a table is not valid.
    """
    texts = [_converted(sources, message, ""), _template(sources), _file(sources)]
    text = "\n".join(part for part in texts if part)
    if not (sources.paths("table") or sources.params.get("chart") or sources.inputs.get("chart")):
        return Said(text)
    from slack_wrapper.message import drawings  # spares other steps what it imports

    drawn = drawings.of(
        sources.params, sources.paths("table"), sources.inputs.get("chart", ()), text, sources.step
    )
    attached = drawn.paths
    if drawn.together:
        attached = (_put_together(sources, drawn.together), *attached)
    return Said(drawn.text, attached, drawn.native)


def blocks(sources: Sources) -> tuple[dict[str, Any], ...]:
    """Return the Block Kit blocks of a step: a list, JSON or YAML, as a text or a file.

    Raises:
        RequestError: they are none.
    """
    value = sources.params.get("blocks")
    named = [*sources.inputs.get("blocks", ())]
    if not named and isinstance(value, str) and is_block_file(value):
        named = [value]
    if named:
        value = _read_blocks(sources, named[0])
    elif isinstance(value, str) and value.strip():
        value = _parsed(sources, value, ".json" if value.lstrip()[0] in "[{" else ".yaml", "blocks")
    if not value:
        return ()
    if isinstance(value, Mapping):
        value = value.get("blocks")
    if isinstance(value, (list, tuple)) and all(isinstance(block, Mapping) for block in value):
        return tuple(dict(block) for block in value)
    raise RequestError(
        f"{sources.step}: blocks is not a list of Block Kit blocks", hint=_BLOCKS_HINT
    )


def footer(sources: Sources) -> str:
    """Return the last line of a message: the text that is given, or the facts of the run."""
    value = sources.params.get("footer")
    if value is True or str(value).lower() == "true":
        from slack_wrapper.message import run_facts

        return run_facts.footer(sources.rule)
    return str(value) if value and str(value).lower() != "false" else ""


def _converted(sources: Sources, text: str, name: str) -> str:
    """Return a text as mrkdwn: `markdown` says whether it is Markdown, else its file's name."""
    wanted = sources.params.get("markdown")
    if not text or not (name or wanted):
        return text
    from slack_wrapper.message import markdown

    is_markdown = markdown.is_markdown(name) if wanted is None else bool(wanted)
    return markdown.to_mrkdwn(text) if is_markdown else text


def _is_markdown(sources: Sources, name: str) -> bool:
    from slack_wrapper.message import markdown

    wanted = sources.params.get("markdown")
    return markdown.is_markdown(name) if wanted is None else bool(wanted)


def _template(sources: Sources) -> str:
    files = sources.inputs.get("template", ())
    value = files[0] if files else sources.params.get("template")
    if not value:
        return ""
    from slack_wrapper.message import templates

    template = str(value)
    if not files and not templates.is_file(template):
        made = templates.render(
            template, sources.context(), rule=sources.rule, escaped=_escapes(sources, "")
        )
        return _converted(sources, made, "")
    text = _read(sources, template)
    made = templates.render(
        text, sources.context(), name=template, rule=sources.rule,
        escaped=_escapes(sources, template),
    )  # fmt: skip
    return _converted(sources, made, template)


def _escapes(sources: Sources, name: str) -> Escaped:
    """Return how a template's values are escaped; in Markdown all text is, when it is converted."""
    from slack_wrapper.message.templates import Escaped

    open_ = sources.opens_mrkdwn or _is_markdown(sources, name)
    return Escaped.NOT if open_ else Escaped.MRKDWN


def _file(sources: Sources) -> str:
    name = sources.message_file
    if name is None:
        return ""
    text = _read(sources, name).strip()
    if not _is_markdown(sources, name) and not sources.opens_mrkdwn:
        from slack_wrapper.common.foreign import escape, printable

        return escape(printable(text))
    return _converted(sources, text, name)


def _put_together(sources: Sources, text: str) -> str:
    """Write the table of several files as one, to be posted in full."""
    import hashlib

    from slack_wrapper.common import atomic_files

    folder = f"{GENERATED}/{hashlib.sha256(sources.receipt.encode()).hexdigest()[:16]}"
    path = f"{folder}/{sources.rule or 'table'}.tsv"
    try:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        atomic_files.write(path, text.encode("utf-8"))
    except OSError as error:
        raise RequestError(
            f"{sources.step}: the whole table cannot be written to {path}: {os_reason(error)}",
            hint="check that the working directory is writable and has free space",
        ) from None
    return path


def is_block_file(value: str) -> bool:
    """Whether `blocks` is the name of a file, and not the blocks themselves."""
    name = value.lower().removesuffix(".j2")
    return "\n" not in value and name.endswith((".json", ".yaml", ".yml"))


def _read_blocks(sources: Sources, path: str) -> Any:
    from slack_wrapper.message import data_files, templates

    text = _read(sources, path)
    if path.lower().endswith(".j2"):
        as_json = path.lower().removesuffix(".j2").endswith(".json")
        escaped = templates.Escaped.JSON if as_json else templates.Escaped.YAML
        text = templates.render(
            text, sources.context(), name=path, rule=sources.rule, escaped=escaped
        )
    return _parsed(sources, text, data_files.suffix(path.removesuffix(".j2")), path)


def _parsed(sources: Sources, text: str, kind: str, name: str) -> Any:
    from slack_wrapper.message import data_files

    try:
        return data_files.parse(text, kind, name)
    except RequestError as error:
        raise RequestError(f"{sources.step}: {error.message}", hint=_BLOCKS_HINT) from None


def _read(sources: Sources, path: str) -> str:
    from slack_wrapper.message import data_files

    try:
        return data_files.text_of(path)
    except RequestError as error:
        raise RequestError(f"{sources.step}: {error.message}", hint=error.hint) from None
