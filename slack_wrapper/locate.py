"""Where the rules and the wrapper lie, from a wheel, an editable install and a checkout alike."""

from __future__ import annotations

import re
from pathlib import Path

from slack_wrapper.errors import RequestError, os_reason

_PACKAGE = Path(__file__).resolve().parent
# In a wheel the rules travel inside the package; in a checkout they stand beside it.
_RULE_FOLDERS = (_PACKAGE / "_rules", _PACKAGE.parent / "rules")
_GENERATED = Path(".snakemake", "slack", "rules")
PREFIX_EXAMPLE = 'include: slack_wrapper.rules("slack.smk", prefix="lab_")'
# Snakemake takes the names of rules as Python does; `use rule * … as` wants a name with one star.
_RENAMING = """# Written by slack_wrapper.rules({name!r}, prefix={prefix!r}).

module slack_wrapper_{prefix}:
    snakefile:
        {path!r}
    config:
        config


use rule * from slack_wrapper_{prefix} as {prefix}*
"""


def rules(name: str = "slack.smk", *, prefix: str = "") -> str:
    """Return the absolute path of the rule file `name`, for `include:` and `module:`.

    Args:
        name: a file of the rules folder, such as `slack.smk` or `slack_file.smk`.
        prefix: put before the names of the rules, for a workflow that has rules of these names:
            with `lab_` the rule `slack_message` is `lab_slack_message`. The path is then that of a
            small file in `.snakemake/slack/rules`, to be included.

    Raises:
        RequestError: there is no such rule file, or a prefix is not the beginning of a name.
    """
    for folder in _RULE_FOLDERS:
        if (folder / name).is_file():
            path = str(folder / name)
            return _renamed(name, path, prefix) if prefix else path
    known = sorted({path.name for folder in _RULE_FOLDERS for path in folder.glob("*.smk")})
    raise RequestError(
        f"there is no rule file {name}", hint=f"the rule files are: {', '.join(known)}"
    )


def rule_folders() -> tuple[Path, ...]:
    """Return the folders in which rule files of ours may stand."""
    return _RULE_FOLDERS


def _renamed(name: str, path: str, prefix: str) -> str:
    """Write the file that brings rules by other names, and return its absolute path."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", prefix):
        raise RequestError(
            f"the prefix {prefix!r} is not the beginning of a rule's name",
            hint=f"use letters, digits and underscores: {PREFIX_EXAMPLE}",
        )
    from slack_wrapper.common import atomic_files

    folder = Path.cwd() / _GENERATED
    file = folder / f"{prefix}{name}"
    text = _RENAMING.format(name=name, path=path, prefix=prefix).encode()
    try:
        if not file.is_file() or file.read_bytes() != text:
            folder.mkdir(parents=True, exist_ok=True)
            atomic_files.write(str(file), text)
    except OSError as error:
        raise RequestError(
            f"the rule file {file} cannot be written: {os_reason(error)}",
            hint="check that the working directory is writable and has free space",
        ) from None
    return str(file)


def wrapper() -> str:
    """Return the `file://` URL of the wrapper folder, for a rule's `wrapper:` directive."""
    return _PACKAGE.as_uri()


def thin_client() -> str:
    """Return the path of the program that a step of our rules is."""
    return str(_PACKAGE / "session" / "thin_client.py")
