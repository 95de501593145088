"""Which files of a workflow a command works on: the Snakefile, and the config that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from slack_wrapper.common.regular_file import read_text
from slack_wrapper.errors import RequestError, os_reason

# Where `snakemake` itself looks, in its order: snakemake.api.resolve_snakefile
SNAKEFILES = ("Snakefile", "snakefile", "workflow/Snakefile", "workflow/snakefile")
_DEFAULT_CONFIG = "config/config.yaml"  # as the layout of Snakemake's documentation has it
_CONFIGFILE = re.compile(r"""^configfile:\s*(["'])(?P<path>[^"'\n{}]+)\1\s*(#.*)?$""", re.MULTILINE)


@dataclass(frozen=True)
class ProjectFiles:
    """The files of a workflow, relative to the working directory.

    Args:
        snakefile: None when there is none yet.
        config: the config file; may not exist yet.
        named: whether the Snakefile names that config file.
    """

    snakefile: Path | None
    config: Path
    named: bool


def find(snakefile: str | None = None, configfile: str | None = None) -> ProjectFiles:
    """Return the workflow's files.

    Args:
        snakefile: given by the user; None to look where Snakemake looks.
        configfile: given by the user; None for the one that the Snakefile names.

    Raises:
        RequestError: the given Snakefile cannot be read.
    """
    place = Path(snakefile) if snakefile else _first_of(SNAKEFILES)
    named = _named_config(place) if place else None
    if configfile:
        same = named is not None and Path(configfile) == Path(named)
        return ProjectFiles(place, Path(configfile), same)
    if named:
        return ProjectFiles(place, Path(named), True)
    fallback = _first_of((_DEFAULT_CONFIG, "config.yaml", "config.yml"))
    return ProjectFiles(place, fallback or Path("config.yaml"), False)


def _first_of(names: tuple[str, ...]) -> Path | None:
    return next((Path(name) for name in names if Path(name).is_file()), None)


def _named_config(snakefile: Path) -> str | None:
    """Return the literal path of the first `configfile:`; one that is computed is not known."""
    try:
        text = read_text(snakefile)
    except (OSError, UnicodeDecodeError) as error:
        why = os_reason(error) if isinstance(error, OSError) else "not UTF-8 text"
        raise RequestError(
            f"{snakefile} cannot be read: {why}", hint="check the path after --snakefile"
        ) from None
    found = _CONFIGFILE.search(text)
    return found["path"] if found else None
