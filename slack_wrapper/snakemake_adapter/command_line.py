"""The command line by which a run was begun, and the one that runs something of it again.

Seen on Snakemake 9.1 to 9.27: `snakemake.cli.main(argv)` leads every run of the command, and
`get_argument_parser()` knows every option, those of plugins included. Its options are read again
by a parser of ours that keeps each of them as it was typed: what Snakemake makes of a value cannot
be turned back into a text. A run that somebody's own program leads has no command line.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from slack_wrapper.model.run_again import Again, RunAgain, plain
from slack_wrapper.snakemake_adapter import argument_secrets
from slack_wrapper.snakemake_adapter.given_option import Given

# Options that made sense once: what was to be made, that it was to be made again, what was done
# instead of running jobs, what tells a job's own Snakemake what to do.
ONCE = frozenset(
    ("targets", "dryrun", "touch", "force", "forceall", "forcerun", "batch", "until", "omit_from",
     "rerun_incomplete", "ignore_incomplete", "report", "report_after_run", "report_metadata",
     "report_stylesheet", "reporter", "draft_notebook", "edit_notebook", "notebook_listen", "lint",
     "generate_unit_tests", "containerize", "export_cwl", "list_rules", "list_target_rules", "dag",
     "rulegraph", "filegraph", "d3dag", "summary", "detailed_summary", "archive",
     "cleanup_metadata", "cleanup_shadow", "unlock", "list_changes", "list_input_changes",
     "list_params_changes", "list_untracked", "delete_all_output", "delete_temp_output",
     "container_cleanup_images", "list_conda_envs", "conda_cleanup_envs", "conda_cleanup_pkgs",
     "conda_create_envs_only", "target_jobs", "allowed_rules", "mode", "attempt", "local_groupid",
     "deploy_sources", "target_files_omit_workdir_adjustment", "print_compilation", "help",
     "version")
)  # fmt: skip
_CONFIG = "config"
# How a log record tells that a file goes to storage (fmt_iofile); seen on 9.1.4 to 9.27.
SENT = " (send to storage)"
_FRAMES = 100  # callers between a hook and Snakemake's command at most


def run_again(workflow: Any) -> Again:
    """Return what tells how to run targets again; called while the run's command is a caller.

    Args:
        workflow: Snakemake's; None when it is not known.
    """
    arguments, folder = _begun(workflow)
    if arguments is None:
        return plain
    here, storage = Path.cwd(), _Storage.of(workflow)

    def again(targets: Sequence[str]) -> RunAgain:
        wanted = [storage.target(one) for one in targets]
        known = [one for one in wanted if one is not None]
        # Without a name for one of them the run's own targets bring it.
        chosen = known if len(known) == len(wanted) else _targets(arguments)
        return command(arguments, chosen, folder=folder if folder != here else None)

    return again


@dataclass(frozen=True)
class _Storage:
    """Where a run keeps local copies of what its default storage holds.

    Args:
        local: the folder of the copies.
        prefix: the default storage's, as it stands within that folder; empty without one.
        asked: the same, as it was given.
    """

    local: str = ""
    prefix: str = ""
    asked: str = ""

    @classmethod
    def of(cls, workflow: Any) -> _Storage:
        settings = getattr(workflow, "storage_settings", None)
        local = str(getattr(settings, "local_storage_prefix", None) or "")
        prefix = str(getattr(settings, "default_storage_prefix", None) or "")
        return cls(local.rstrip("/"), prefix.partition("://")[2] or prefix, prefix)

    def target(self, path: str) -> str | None:
        """Return the name by which a file is asked for, None when it has none.

        Args:
            path: its local copy, or what a log record tells of it.
        """
        query = path.removesuffix(SENT)
        if query != path:
            name = query.removeprefix(self.asked.rstrip("/") + "/") if self.asked else query
            return name if name != query else None
        if not self.local or not path.startswith(f"{self.local}/"):
            return path
        core = self.prefix.strip("/")
        _, found, name = path.partition(f"/{core}/") if core else ("", "", "")
        return name if found and name else None


def command(
    arguments: Sequence[str], targets: Sequence[str], *, folder: Path | None = None
) -> RunAgain:
    """Return the command that makes `targets`, the way a run was begun.

    Args:
        arguments: of the run's own command.
        targets: files or rules.
        folder: to stand in; None: the one that the message names.
    """
    found = given(tuple(arguments))
    if found is None:
        return RunAgain(plain(targets).command, "(with the options of the run)")
    kept, left_out = argument_secrets.without(
        [one for one in (*found, *_from_environment(found)) if one.dest not in ONCE], _CONFIG
    )
    words = ["snakemake", *(word for one in kept for word in one.words())]
    # --rerun-incomplete also ends an option before it that takes several values.
    words += ["--rerun-incomplete"]
    words += ["--", *targets] if any(one.startswith("-") for one in targets) else targets
    start = f"cd {quoted(str(folder))} && " if folder else ""
    whole = start + " ".join(map(quoted, words))
    if argument_secrets.secret(whole):
        return RunAgain("", "the command is not shown, as it would show a secret")
    return RunAgain(whole, _note(left_out))


def given(arguments: tuple[str, ...]) -> tuple[Given, ...] | None:
    """Return the options of a command line, in their order; None when they cannot be told."""
    cli = sys.modules.get("snakemake.cli")
    if cli is None:
        return None
    try:
        return _read(_parser(cli), arguments)
    except (Exception, SystemExit):  # noqa: BLE001 - its interface is its own
        return None


def _targets(arguments: Sequence[str]) -> list[str]:
    """Return the targets of a command line."""
    found = given(tuple(arguments)) or ()
    return [word for one in found if one.dest == "targets" for word in one.values]


def quoted(word: str) -> str:
    """Return a word for a shell, also one that Slack could not show within a line of code."""
    if word.isprintable() and "`" not in word:
        return shlex.quote(word)
    kept = "".join(
        one if one.isprintable() and one not in "`'\\" else "".join(
            f"\\{byte:03o}" for byte in one.encode("utf-8", "surrogateescape")
        )
        for one in word
    )  # fmt: skip
    return f"$'{kept}'"


class _Parser(argparse.ArgumentParser):
    """Refuses without printing how to use it."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


@cache
def _parser(cli: Any) -> Any:
    return cli.get_argument_parser()


def _read(known: Any, arguments: Iterable[str]) -> tuple[Given, ...]:
    """Read a command line by a parser with the same options, which keeps them as they are."""
    found: list[Given] = []

    class Keep(argparse.Action):
        def __call__(
            self, parser: Any, namespace: Any, values: Any, option_string: str | None = None
        ) -> None:
            texts = values if isinstance(values, list) else [] if values is None else [values]
            long = next((one for one in self.option_strings if one.startswith("--")), "")
            found.append(Given(self.dest, long or str(option_string), tuple(map(str, texts))))

    parser = _Parser(add_help=False)
    for action in known._actions:
        names = action.option_strings or [action.dest]
        more = {"dest": action.dest} if action.option_strings else {}
        parser.add_argument(*names, nargs=action.nargs, action=Keep, **more)
    parser.parse_args(list(arguments))
    return tuple(found)


def _from_environment(found: Iterable[Given]) -> list[Given]:
    """Return the options that the environment gave, such as $SNAKEMAKE_PROFILE."""
    typed = {one.dest for one in found}
    cli = sys.modules["snakemake.cli"]
    options = []
    for action in _parser(cli)._actions:
        value = os.environ.get(getattr(action, "env_var", None) or "", "").strip()
        if not value or action.dest in typed or not action.option_strings:
            continue
        if action.nargs == 0:
            if value.lower() in ("true", "yes", "1"):
                options.append(Given(action.dest, action.option_strings[0], ()))
        elif value.startswith("[") and value.endswith("]"):  # as configargparse takes a list
            for one in filter(None, (part.strip() for part in value[1:-1].split(","))):
                options.append(Given(action.dest, action.option_strings[0], (one,)))
        else:
            options.append(Given(action.dest, action.option_strings[0], (value,)))
    return options


def _note(left_out: Sequence[str]) -> str:
    if not left_out:
        return ""
    return f"(add {', '.join(left_out)}: left out here, as {_it(left_out)} may hold a secret)"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "they"


def _begun(workflow: Any) -> tuple[tuple[str, ...] | None, Path]:
    """Return the arguments of the run's command, None without one, and the folder it began in."""
    folder = Path(getattr(workflow, "workdir_init", None) or Path.cwd())
    frame: Any = sys._getframe(1)
    for _ in range(_FRAMES):
        if frame is None:
            break
        names = frame.f_locals
        handler = getattr(names.get("workflow_api"), "_workdir_handler", None)
        folder = Path(getattr(handler, "olddir", None) or folder)
        if frame.f_code.co_name == "main" and frame.f_globals.get("__name__") == "snakemake.cli":
            given = names.get("argv")
            return tuple(sys.argv[1:] if given is None else map(str, given)), folder
        frame = frame.f_back
    return None, folder
