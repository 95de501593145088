"""Where the rules and the wrapper lie, from a wheel, an editable install and a checkout alike."""

from __future__ import annotations

from pathlib import Path

from slack_wrapper.errors import RequestError

_PACKAGE = Path(__file__).resolve().parent
# In a wheel the rules travel inside the package; in a checkout they stand beside it.
_RULE_FOLDERS = (_PACKAGE / "_rules", _PACKAGE.parent / "rules")


def rules(name: str = "slack.smk") -> str:
    """Return the absolute path of the rule file `name`, for `include:` and `module:`.

    Args:
        name: a file of the rules folder, such as `slack.smk` or `slack_file.smk`.

    Raises:
        RequestError: there is no such rule file.
    """
    for folder in _RULE_FOLDERS:
        if (folder / name).is_file():
            return str(folder / name)
    known = sorted({path.name for folder in _RULE_FOLDERS for path in folder.glob("*.smk")})
    raise RequestError(
        f"there is no rule file {name}", hint=f"the rule files are: {', '.join(known)}"
    )


def wrapper() -> str:
    """Return the `file://` URL of the wrapper folder, for a rule's `wrapper:` directive."""
    return _PACKAGE.as_uri()


def thin_client() -> str:
    """Return the path of the program that a step of our rules is."""
    return str(_PACKAGE / "session" / "thin_client.py")
