"""Pages that the site makes from the code: the schema, each command's help, the Python interface.

A hook of MkDocs: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

import argparse
import importlib
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from slack_wrapper import config as slack_config
from slack_wrapper.cli.main import COMMANDS
from slack_wrapper.cli.main import module as command_module

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = """# Python

What a Snakefile may call, and the errors, all of whose names are promised
([versions](../versions.md)).

::: slack_wrapper
    options:
      members: [rules, wrapper, on_start, on_success, on_error, approved]
      show_root_heading: false

::: slack_wrapper.errors
    options: {filters: ["!^_", "!^os_reason$"]}
"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave out of the navigation what this release does not have."""
    made = {"security.md", *(f"reference/{name}.md" for name in ("schema", "commands", "python"))}

    def there(entry: Any) -> Any:
        if isinstance(entry, list):
            return [one for one in map(there, entry) if one]
        ((title, value),) = entry.items()
        if isinstance(value, list):
            return {title: there(value)}
        if value in made or (Path(config.docs_dir) / value).exists():
            return entry
        logging.getLogger("mkdocs.hooks").info("no page %s in this release", value)
        return None

    config.nav = there(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    pages = {
        "reference/schema.md": "\n".join(schema_page()),
        "reference/commands.md": "\n".join(commands_page()),
        "reference/python.md": PYTHON,
        "security.md": _inside((REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")),
    }
    for name, content in pages.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Turn links out of the folder into links within the site, or into plain words."""
    markdown = markdown.replace("](../SECURITY.md", "](security.md")
    return re.sub(r"\[([^]]+)\]\(\.\./(?:README|CONTRIBUTING|CHANGELOG|config|benchmarks)[^)]*\)",
                  r"\1", markdown)  # fmt: skip


def _inside(text: str) -> str:
    return text.replace("](docs/", "](").replace("](README.md)", "](index.md)")


def schema_page() -> Iterator[str]:
    """Give the lines of the page about the schema."""
    schema = json.loads(slack_config.SCHEMA_FILE.read_text(encoding="utf-8"))
    yield f"# The schema of the `slack:` section\n\n`{schema['$id']}`; unknown keys are refused.\n"
    yield from _table("slack", schema["properties"], schema)
    for name, kind in schema["$defs"].items():
        if "properties" in kind:
            yield f"\n## `{name}`\n"
            yield from _table(name, kind["properties"], schema)


def _table(where: str, properties: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield f"| key of `{where}` | form | |\n|---|---|---|"
    for key, form in properties.items():
        yield f"| `{key}` | {_form(form, schema)} | {form.get('description', '')} |"


def _form(form: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in form:
        name = form["$ref"].rsplit("/", 1)[-1]
        target = schema["$defs"][name]
        return f"[{name}](#{name})" if "properties" in target else _form(target, schema)
    if "enum" in form:
        return ", ".join(f"`{json.dumps(value)}`" for value in form["enum"])
    for several in ("anyOf", "oneOf"):
        if several in form:
            return " or ".join(_form(one, schema) for one in form[several])
    kinds = form.get("type", "anything")
    text = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if "array" in kinds and "items" in form:
        text += f" of {_form(form['items'], schema)}"
    return text + (f", like `{form['pattern']}`" if "pattern" in form else "")


def commands_page() -> Iterator[str]:
    """Give the lines of the page with the help of every command."""
    yield "# Every command's help\n"
    for name in COMMANDS:
        module = importlib.import_module(command_module(name))
        parser = argparse.ArgumentParser(prog=f"slack-wrapper {name}", description=COMMANDS[name])
        module.configure(parser)
        parser.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=96)
        yield f"## slack-wrapper {name}\n\n```text\n{parser.format_help()}```\n"
