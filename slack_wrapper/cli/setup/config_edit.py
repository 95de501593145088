"""Setting keys of the `slack:` section in a config file that a person wrote; all else stays."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slack_wrapper import config
from slack_wrapper.common import atomic_files
from slack_wrapper.common.parsing import from_yaml
from slack_wrapper.common.regular_file import read_text
from slack_wrapper.errors import ConfigError, os_reason

SECTION = "slack"


def merge(path: Path, values: Mapping[str, Any]) -> bool:
    """Set keys of the `slack:` section, comments and order kept; return whether it changed.

    Args:
        path: YAML or JSON; made with its folder when it is missing. A link is followed.
        values: key → value; None leaves a key alone.

    Raises:
        ConfigError: the file cannot be read, written, or changed without harm; it is as it was.
    """
    text = _read(path)
    before = _parsed(path, text)
    section = before.get(SECTION)
    if section is not None and not isinstance(section, Mapping):
        raise _foreign(path, "it is not a mapping")
    wanted = {key: value for key, value in values.items() if value is not None}
    after = {**(section or {}), **wanted}
    if after == section:
        return False
    try:
        config.read(after)
    except ConfigError as error:
        raise _foreign(path, error.message) from None
    changed = _changed(text, wanted, appended=SECTION not in before)
    if _parsed(path, changed) != {**before, SECTION: after}:
        lines = "\n".join(f"  {key}: {value}" for key, value in wanted.items())
        raise ConfigError(
            f"{path} is written in a form that cannot be changed safely",
            hint=f"add these lines yourself:\n{SECTION}:\n{lines}",
        )
    _write(path, changed)
    return True


def _foreign(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path} has a `slack:` section that is not ours: {why}",
        hint="give ours in a module instead: module slack: snakefile: slack_wrapper.rules(…); "
        'config: {"slack": {…}}; see docs/config.md',
    )


def _read(path: Path) -> str:
    try:
        return read_text(path) if path.exists() else ""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {os_reason(error)}", hint="check it") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", hint="save it as UTF-8") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        found = from_yaml(text)
    except ValueError as error:
        raise ConfigError(f"{path} is not valid YAML: {error}", hint="correct it first") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError(f"{path} is not a mapping of keys", hint="correct it first")
    return found


def _changed(text: str, wanted: Mapping[str, Any], *, appended: bool) -> str:
    """Return the new text; every line outside of our section stays as it is, where that can be."""
    if text.lstrip().startswith("{"):
        with contextlib.suppress(ValueError):
            return _changed_json(text, wanted)
    if appended:
        gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}{_round_trip('', wanted)}"
    from ruamel.yaml.error import YAMLError

    start, end = _section_lines(text)
    lines = text.splitlines(keepends=True)
    try:
        section = _round_trip("".join(lines[start:end]), wanted)
    except YAMLError:  # it refers to an anchor elsewhere
        return _round_trip(text, wanted)
    return "".join([*lines[:start], section, *lines[end:]])


def _section_lines(text: str) -> tuple[int, int]:
    """Return the lines from the key of our section up to the next key, or the end."""
    import yaml

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    starts = [(key.value, key.start_mark.line) for key, _ in root.value]
    ours = next(line for name, line in starts if name == SECTION)
    later = [line for _, line in starts if line > ours]
    return ours, min(later, default=len(text.splitlines()))


def _round_trip(text: str, wanted: Mapping[str, Any]) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 16  # no line is folded that was not
    yaml.indent(mapping=indent or 2, sequence=indent or 2, offset=offset or 0)
    data = yaml.load(text) or {}
    if data.get(SECTION) is None:
        data[SECTION] = {}
    data[SECTION].update(wanted)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _changed_json(text: str, wanted: Mapping[str, Any]) -> str:
    data = json.loads(text)
    data[SECTION] = {**(data.get(SECTION) or {}), **wanted}
    return json.dumps(data, indent=2 if "\n" in text.strip() else None, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    place = path.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = place.stat().st_mode & 0o777 if place.exists() else None
        atomic_files.write(place, text.encode(), mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {os_reason(error)}", hint="check its folder"
        ) from None
