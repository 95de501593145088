"""Messages made from Jinja2 templates, in a sandbox: a template reads values, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from slack_wrapper.common.foreign import escape, one_line, printable, shown
from slack_wrapper.errors import RequestError
from slack_wrapper.message import tables

if TYPE_CHECKING:
    from slack_wrapper.message.template_limits import Environment

SUFFIXES = (".j2", ".jinja", ".jinja2")
_FRAME = "<template>"  # what Jinja2 calls the file of a template that came as a text
_SAFE = "%:/?#[]@!$&'()*+,;=~-._"
_TEXT = "template"  # what a template that is no file is called in errors


def is_file(template: str) -> bool:
    """Whether a template is the name of a file, and not the text itself."""
    return "\n" not in template and template.lower().endswith(SUFFIXES)


class Escaped(Enum):
    """How the values that a template puts out are escaped; what its author writes never is."""

    MRKDWN = "mrkdwn"
    JSON = "json"  # within a text of JSON
    YAML = "yaml"
    NOT = "not"  # in Markdown, which is escaped when it is converted


def render(
    text: str,
    context: Mapping[str, Any],
    *,
    name: str = _TEXT,
    rule: str = "",
    escaped: Escaped = Escaped.MRKDWN,
) -> str:
    """Return what a template says.

    Args:
        text: of the template.
        context: what it may use.
        name: its file, for errors.
        rule: of the step, for errors.
        escaped: how values are.

    Raises:
        RequestError: it is not valid, uses what is not there, or takes too much; says the line.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return _environment(escaped).from_string(text).render(context).strip()
    except TemplateSyntaxError as error:
        raise _fault(rule, name, error.lineno, str(error.message), context) from None
    except RequestError:
        raise
    except TemplateError as error:
        raise _fault(rule, name, _line(error), str(error.message), context) from None
    except Exception as error:  # noqa: BLE001 - whatever a value does when a template uses it
        raise _fault(rule, name, _line(error), str(error), context) from None


def check(text: str, *, name: str = _TEXT, rule: str = "") -> None:
    """Refuse a template that is not valid, whatever it may use.

    Raises:
        RequestError: says the line.
    """
    from jinja2 import TemplateSyntaxError

    try:
        _environment(Escaped.MRKDWN).parse(text)
    except TemplateSyntaxError as error:
        raise _fault(rule, name, error.lineno, str(error.message), {}) from None


def _environment(escaped: Escaped) -> Environment:
    from markupsafe import Markup

    from slack_wrapper.message.template_limits import Environment

    def finalize(value: Any) -> str:
        if hasattr(value, "__html__"):  # `raw`, a link, a table, a macro
            # Slack shows entities of quotes as they stand; only HTML's escaping makes them.
            html = str.replace(value.__html__(), "&#39;", "'")
            return Markup(str.replace(html, "&#34;", '"'))  # noqa: S704 - escaped already
        return Markup(_FORMS[escaped](str(value)))  # noqa: S704 - by our own means

    def marked(filter_: Callable[..., str]) -> Callable[..., Markup]:
        return lambda *args, **kwargs: Markup(filter_(*args, **kwargs))  # noqa: S704

    environment = Environment(finalize)
    environment.filters.update(
        e=marked(_escaped), escape=marked(_escaped), forceescape=marked(_escaped),
        raw=marked(str), table=marked(_table), link=marked(_link),
    )  # fmt: skip
    environment.policies["json.dumps_function"] = _dumped
    environment.seal()
    return environment


def _dumped(value: Any, **options: Any) -> str:
    import json

    return json.dumps(_deep(value), **options)


def _deep(value: Any) -> Any:
    """Return data with all its texts escaped."""
    if isinstance(value, Mapping):
        return {escape(str(name)): _deep(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_deep(entry) for entry in value]
    return escape(value) if isinstance(value, str) else value


def _in_json(text: str) -> str:
    import json

    return json.dumps(escape(printable(text)), ensure_ascii=False)[1:-1]


_FORMS: dict[Escaped, Callable[[str], str]] = {
    Escaped.MRKDWN: lambda text: escape(printable(text)),
    Escaped.JSON: _in_json,
    Escaped.YAML: lambda text: escape(one_line(text)),
    Escaped.NOT: printable,
}


def _line(error: BaseException) -> int:
    """Return the line of the template at fault, which Jinja2 puts into the traceback."""
    frame, line = error.__traceback__, 0
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == _FRAME:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _fault(
    rule: str, name: str, line: int, message: str, context: Mapping[str, Any]
) -> RequestError:
    step = f"step {rule}" if rule else "the post"
    place = f"{name}, line {line}" if line else name
    told = message.strip().rstrip(".").split("\n")[0]
    told = told[:1].lower() + told[1:]
    names = "; ".join(
        f"{key}: {', '.join(value) or 'nothing'}"
        for key, value in context.items()
        if isinstance(value, Mapping)
    )
    hint = f"a template may use {names}" if names else "see docs/templates.md"
    return RequestError(f"{step}: {place}: {told}", hint=hint)


def _escaped(value: Any) -> str:
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def _table(rows: Sequence[Mapping[str, Any]], layout: str = tables.TABLE) -> str:
    return tables.show(tables.of_mappings(list(rows)), layout).text


def _link(text: Any, address: str) -> str:
    """Return a link; of what is not an address of the web only the text."""
    from urllib.parse import quote

    label = shown(str(text)).replace("|", "¦")
    where = str(address).strip()
    if not re.match(r"(?i)(https?://|mailto:)[^/\s]", where):
        return label
    # All but what an address may hold as it stands: RFC 3986, without what ends a link of Slack's.
    return f"<{escape(quote(where, safe=_SAFE))}|{label}>"


Context = Callable[[], Mapping[str, Any]]
