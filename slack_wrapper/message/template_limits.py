"""A Jinja2 environment in which a template takes bounded time and room, within this process.

Nothing in Python ends a call into C, so nothing that takes long there is begun: sizes are checked
before an operation, and what a template may do is counted. Loops, calls, sums of texts and lists
that are written down pass through here; jinja2's own sandbox keeps the rest out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

MAX_SOURCE = 256 << 10  # characters of a template
MAX_TEXT = 1 << 20  # characters that it may make, and of one value
MAX_ITEMS = 100_000  # entries of one value, at all depths
MAX_NUMBER = 10_000  # widths and counts; digits of a number are bounded by Python itself
MAX_STEPS = 300_000  # turns of loops, calls and operations
MAX_SECONDS = 10.0
# Filters and functions whose work is not bounded by the size of what they are given.
_WITHOUT = ("urlize", "striptags", "xmlattr", "random")
# What makes more of a value, as often as a number says.
_MULTIPLY = frozenset(
    ("center", "ljust", "rjust", "zfill", "expandtabs", "indent", "wordwrap", "batch", "slice",
     "round", "tojson", "to_bytes")
)  # fmt: skip
_WIDTH = re.compile(r"\d{5,}|\*")
# What a template calls its own means by; no name that it could write.
_EACH, _JOINED, _MADE = "each ", "joined ", "made "


class TooMuch(TemplateError):
    """A template takes more time or room than it may."""


class Budget:
    """What one rendering may still use."""

    def __init__(self) -> None:
        self._steps, self._room = MAX_STEPS, MAX_TEXT
        self._end = time.monotonic() + MAX_SECONDS

    def step(self, cost: int = 1) -> None:
        """Count work.

        Raises:
            TooMuch: it was too much.
        """
        self._steps -= cost
        if self._steps < 0 or time.monotonic() > self._end:
            raise TooMuch(f"the template takes too long: over {MAX_STEPS:,} steps or too many "
                          "seconds")  # fmt: skip

    def said(self, text: str) -> None:
        """Count what is put out, in a macro or a block too."""
        self._room -= len(text)
        if self._room < 0:
            raise TooMuch(f"the template makes more than {MAX_TEXT:,} characters")

    def measure(self, *values: Any) -> int:
        """Return how large values are, at all depths.

        Raises:
            TooMuch: one is larger than a message could ever be.
        """
        size, items, left = 0, 0, list(values)
        while left:
            one = left.pop()
            items += 1
            if isinstance(one, (str, bytes)):
                size += len(one)
            elif isinstance(one, int):
                size += one.bit_length() // 3
            elif isinstance(one, (list, tuple, set, frozenset)):
                left += one
            elif isinstance(one, dict):
                left += [*one, *one.values()]
            if size > 4 * MAX_TEXT or items + len(left) > MAX_ITEMS:
                raise TooMuch("the template makes a value that is too large")
        self.step(1 + (size + items) // 1000)
        return size + items


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox with limits.

    Args:
        finalize: makes a text of each value that is put out.
    """

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, finalize: Callable[[Any], str]) -> None:
        self.budget = Budget()

        def said(value: Any) -> str:
            self.budget.measure(value)
            text = finalize(value)
            self.budget.said(text)
            return text

        super().__init__(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True,
            finalize=said,
        )  # fmt: skip
        for name in _WITHOUT:
            self.filters.pop(name, None)
        self.globals.pop("lipsum", None)

    def seal(self) -> None:
        """Guard all filters, also those that were added."""
        for name, function in [*self.filters.items()]:
            self.filters[name] = _guarded(self.budget, name, function)
        self.filters.update({_EACH: self._each, _JOINED: self._joined, _MADE: self._made})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute, once the result is known not to be endless."""
        self.budget.measure(left, right)
        if operator == "**" and isinstance(right, (int, float)) and abs(right) > MAX_NUMBER:
            raise TooMuch("the template raises a number to a power that is too large")
        if operator == "**" and isinstance(left, int) and left.bit_length() > 64:
            raise TooMuch("the template raises a number that is too large")
        if operator == "*":
            for one, times in ((left, right), (right, left)):
                if hasattr(one, "__len__") and isinstance(times, int) and (
                    len(one) * times > MAX_TEXT
                ):  # fmt: skip
                    raise TooMuch("the template repeats a value too often")
        if operator == "%" and isinstance(left, str):
            _check_widths(left)
        made = super().call_binop(context, operator, left, right)
        self.budget.measure(made)
        return made

    def call(self, context: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call, once the arguments are known not to make it endless."""
        self.budget.step(5)
        name, owner = getattr(function, "__name__", ""), getattr(function, "__self__", None)
        _check_arguments(self.budget, name, args, kwargs)
        if isinstance(owner, str):
            _check_text(name, owner, args, kwargs)
        made = super().call(context, function, *args, **kwargs)
        if isinstance(made, (str, bytes, list, tuple, dict, int)):
            self.budget.measure(made)
        return made

    def wrap_str_format(self, value: Any) -> Any:
        """Guard `"…".format`, which pads to any width."""
        wrapped = super().wrap_str_format(value)
        text = getattr(value, "__self__", None)
        if wrapped is None or not isinstance(text, str):
            return wrapped

        def formatted(*args: Any, **kwargs: Any) -> Any:
            _check_widths(text)
            # A width may be given beside the text: `"{:{w}}".format(x, w=…)`.
            nested = "center" if "{" in text.partition(":")[2] else "format"
            _check_arguments(self.budget, nested, args, kwargs)
            return wrapped(*args, **kwargs)

        return formatted

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_SOURCE:
            raise TooMuch(f"the template has more than {MAX_SOURCE:,} characters")
        tree = super()._parse(source, name, filename)
        found: nodes.Template = _Counting().visit(tree)
        return found

    def _each(self, value: Any, cost: int) -> Iterator[Any] | Any:
        if not isinstance(value, Iterable):
            return value  # jinja2 says what is wrong with it
        entries = value if hasattr(value, "__len__") else list(self._counted(value, cost))
        return _Turns(entries, lambda: self.budget.step(cost))

    def _counted(self, value: Iterable[Any], cost: int) -> Iterator[Any]:
        for one in value:
            self.budget.step(cost)
            yield one

    def _joined(self, parts: list[Any]) -> Any:
        from jinja2.runtime import markup_join

        if self.budget.measure(*parts) > MAX_TEXT:
            raise TooMuch("the template joins texts that are too long")
        return markup_join(parts)

    def _made(self, value: Any) -> Any:
        self.budget.measure(value)
        return value


class _Turns:
    """What a loop goes through, each turn counted; its length is known to `loop`."""

    def __init__(self, entries: Any, step: Callable[[], None]) -> None:
        self._entries, self._step = entries, step

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        for one in self._entries:
            self._step()
            yield one


class _Counting(NodeTransformer):
    """Lets loops, joined texts and lists of a template be counted."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - the name of jinja2's visitor
        self.generic_visit(node)
        data = sum(len(one.data) for one in node.find_all(nodes.TemplateData))
        cost = nodes.Const(1 + data // 200, lineno=node.lineno)
        node.iter = _filtered(node.iter, _EACH, cost)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOINED)

    def _sized(self, node: Any) -> Any:
        self.generic_visit(node)
        if getattr(node, "ctx", "load") != "load" or all(
            isinstance(one, nodes.Const) for one in node.iter_child_nodes()
        ):
            return node
        return _filtered(node, _MADE)

    visit_List = visit_Tuple = visit_Dict = _sized  # noqa: N815


def _filtered(node: Any, name: str, *args: Any) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def _guarded(budget: Budget, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that checks its arguments and its result."""
    from functools import wraps

    @wraps(function)  # and with it the marks of what jinja2 passes to it
    def guarded(*args: Any, **kwargs: Any) -> Any:
        passed = 1 if hasattr(function, "jinja_pass_arg") else 0
        own = args[passed:]
        budget.measure(*own[:1])
        _check_arguments(budget, name, own[1:], kwargs)
        if own and isinstance(own[0], str):
            _check_text(name, own[0], own[1:], kwargs)
        if name == "join":
            glue = own[1] if len(own) > 1 else kwargs.get("d", "")
            count = len(own[0]) if hasattr(own[0], "__len__") else MAX_ITEMS
            if len(str(glue)) * count > MAX_TEXT:
                raise TooMuch("the template joins texts that are too long")
        made = function(*args, **kwargs)
        if isinstance(made, (str, list, tuple, dict, int)):
            budget.measure(made)
        return made

    return guarded


def _check_arguments(
    budget: Budget, name: str, args: Iterable[Any], kwargs: Mapping[str, Any]
) -> None:
    given = [*args, *kwargs.values()]
    budget.measure(*given)
    if name in _MULTIPLY and any(isinstance(one, int) and one > MAX_NUMBER for one in given):
        raise TooMuch(f"the template gives {name} a number over {MAX_NUMBER:,}")


def _check_text(name: str, text: str, args: Any, kwargs: Mapping[str, Any]) -> None:
    """Check what multiplies a text."""
    given = [*args, *kwargs.values()]
    if name == "format":
        _check_widths(text)
    if name == "replace" and len(given) > 1:
        old, new = str(given[0]), str(given[1])
        if (text.count(old) + 1) * len(new) > MAX_TEXT:
            raise TooMuch("the template replaces too much")
    if name == "join" and given:
        count = len(given[0]) if hasattr(given[0], "__len__") else MAX_ITEMS
        if count * len(text) > MAX_TEXT:
            raise TooMuch("the template joins texts that are too long")
    if name in ("indent", "wordwrap", "expandtabs"):
        numbers = [one for one in given if isinstance(one, int)]
        widths = [len(one) for one in given if isinstance(one, str)]
        if max([8, *numbers, *widths]) * (text.count("\n") + text.count("\t") + 1) > MAX_TEXT:
            raise TooMuch("the template indents too much")


def _check_widths(text: str) -> None:
    if _WIDTH.search(text.replace("%%", "")):
        raise TooMuch("the template formats to a width that is too large, or given beside it")
