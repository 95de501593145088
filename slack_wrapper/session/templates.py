"""Messages made from Jinja2 templates, in a sandbox: a template reads values, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from slack_wrapper.errors import RequestError
from slack_wrapper.session import tables
from slack_wrapper.texts import escape

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

SUFFIXES = (".j2", ".jinja", ".jinja2")
_FRAME = "<template>"  # what Jinja2 calls the file of a template that came as a text
_TEXT = "template"  # what a template that is no file is called in errors


def is_file(template: str) -> bool:
    """Whether a template is the name of a file, and not the text itself."""
    return "\n" not in template and template.lower().endswith(SUFFIXES)


def render(text: str, context: Mapping[str, Any], *, name: str = _TEXT, rule: str = "") -> str:
    """Return what a template says.

    Args:
        text: of the template.
        context: what it may use.
        name: its file, for errors.
        rule: of the step, for errors.

    Raises:
        RequestError: it is not valid, or uses what is not there; says the line.
    """
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return _environment().from_string(text).render(context).strip()
    except TemplateSyntaxError as error:
        raise _fault(rule, name, error.lineno, str(error.message), context) from None
    except RequestError:
        raise
    except TemplateError as error:
        raise _fault(rule, name, _line(error), str(error.message), context) from None
    except Exception as error:  # noqa: BLE001 - whatever a value does when a template uses it
        raise _fault(rule, name, _line(error), str(error), context) from None


def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters.update(e=_escaped, escape=_escaped, table=_table, link=_link)
    return environment


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
    hint = f"a template may use {names}" if names else "see docs/messages.md"
    return RequestError(f"{step}: {place}: {told}", hint=hint)


def _escaped(value: Any) -> str:
    return escape(str(value))


def _table(rows: Sequence[Mapping[str, Any]], layout: str = tables.TABLE) -> str:
    return tables.show(tables.of_mappings(list(rows)), layout).text


def _link(text: Any, address: str) -> str:
    return f"<{address}|{escape(str(text))}>"


Context = Callable[[], Mapping[str, Any]]
