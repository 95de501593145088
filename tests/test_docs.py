"""The documentation names everything that a user can meet."""

import argparse
import importlib
import json
import re

import pytest

from slack_wrapper import config, errors
from slack_wrapper.cli import main
from slack_wrapper.cli.main import COMMANDS
from slack_wrapper.client.error_codes import AMBIGUOUS, REMEDIES, TRANSIENT
from slack_wrapper.message.parameter_names import PARAMETERS
from slack_wrapper.model.request import Request
from slack_wrapper.sending import receipts
from slack_wrapper.spool.progress import Progress
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", sorted({*REMEDIES, *AMBIGUOUS, *TRANSIENT}))
def test_every_error_code_of_slack_is_documented(code: str) -> None:
    assert f"`{code}`" in page("slack-errors.md")


def test_every_remedy_is_told_as_the_code_tells_it() -> None:
    text = page("slack-errors.md")
    assert [
        code for code, hint in REMEDIES.items() if hint.replace("{bot}", "BOT") not in text
    ] == []


def test_every_error_of_ours_is_documented() -> None:
    leaves = [name for name in errors.__all__ if not getattr(errors, name).__subclasses__()]
    text = page("errors.md")
    assert [
        name
        for name in leaves
        if f"`{name}`" not in text or getattr(errors, name).default_hint not in text
    ] == []


def test_every_config_key_is_documented() -> None:
    schema = json.loads(config.SCHEMA_FILE.read_text())
    keys = {*schema["properties"], *schema["$defs"]["post"]["properties"]}
    assert [key for key in sorted(keys) if f"`{key}`" not in page("config.md")] == []


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_is_documented(name: str) -> None:
    assert f"| `{name}` |" in page("steps.md")
    assert f"- {name}:" in (REPOSITORY / "slack_wrapper" / "meta.yaml").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"slack-wrapper {command}" in page("commands.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(main.module(command)).configure(parser)
    options = [text for action in parser._actions for text in action.option_strings]
    text = page("options.md") + page("sandbox.md") * (command == "sandbox")
    assert [name for name in options if not re.search(rf"`{name}[` ]", text)] == []


def test_every_field_of_a_receipt_is_documented() -> None:
    request = Request(option="message", channels=("librec_channel",))
    error = errors.SlackUnavailable("down", method="chat.postMessage")
    receipt = receipts.put_off("queued", request, (), error.message, Progress())
    assert [name for name in receipt if f"| `{name}` |" not in page("receipts.md")] == []


def test_links_between_pages_lead_somewhere() -> None:
    pages = [REPOSITORY / "README.md", *DOCS.glob("*.md")]
    broken = [
        (path.name, link)
        for path in pages
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert broken == []


def test_the_gallery_has_a_small_picture_of_each_step() -> None:
    text = page("gallery.md")
    names = re.findall(r"^## ([\w-]+)$", text, re.MULTILINE)
    shown = re.findall(r"!\[.+\]\(pictures/([\w-]+)\.png\)", text)
    assert shown == [one for name in names for one in (name, f"{name}-phone")]
    pictures = list((DOCS / "pictures").glob("*.png"))
    assert {f"{name}.png" for name in shown} <= {path.name for path in pictures}
    assert [path.name for path in pictures if path.stat().st_size > 60_000] == []
    assert sum(path.stat().st_size for path in pictures) < 1_500_000


@pytest.mark.parametrize("name", sorted(path.name for path in DOCS.glob("*.md")))
def test_no_code_is_wider_than_the_page(name: str) -> None:
    """The site's text is 1,000 pixels wide; a letter of its code takes about eight."""
    inside, wide = False, []
    for line in page(name).split("\n"):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif inside and len(line) > 120:
            wide.append(line)
    assert wide == []
