"""The error tree: what is public, and a remedy on every leaf."""

import inspect

import pytest

from slack_wrapper import errors


def leaves() -> list[type[errors.SlackWrapperError]]:
    found = [getattr(errors, name) for name in errors.__all__]
    return [one for one in found if not one.__subclasses__()]


def test_all_names_every_error() -> None:
    defined = {
        name
        for name, one in vars(errors).items()
        if inspect.isclass(one) and issubclass(one, errors.SlackWrapperError)
    }
    assert defined == set(errors.__all__)


def test_the_docstring_draws_every_error() -> None:
    assert [name for name in errors.__all__ if name not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize("leaf", leaves())
def test_every_leaf_has_a_hint(leaf: type[errors.SlackWrapperError]) -> None:
    assert leaf.default_hint
    assert not leaf.default_hint.endswith(".")


def test_an_error_prints_its_hint_on_a_line_of_its_own() -> None:
    assert str(errors.NoToken("there is no token", hint="make one")) == (
        "there is no token\nhint: make one"
    )
