"""What Snakemake was asked to do, and why a run of it did not begin; seen on 9.1.4 to 9.27."""

from __future__ import annotations

import sys
from dataclasses import dataclass

# Options of the command that run no jobs.
_NO_RUN = (
    "dryrun", "touch", "lint", "dag", "rulegraph", "filegraph", "d3dag", "summary",
    "detailed_summary", "list", "list_rules", "list_target_rules", "list_changes",
    "list_input_changes", "list_params_changes", "list_code_changes",
    "list_version_changes", "list_untracked", "unlock", "report", "archive", "containerize",
    "generate_unit_tests", "cleanup_metadata", "cleanup_shadow", "delete_all_output",
    "delete_temp_output", "conda_create_envs_only", "conda_cleanup_envs", "conda_list_envs",
    "list_conda_envs", "draft_notebook", "edit_notebook", "bash_completion",
    "print_compilation", "deploy_sources", "mode",
)  # fmt: skip
_SYNTAX = ("SyntaxError", "IndentationError", "TabError", "NameError", "KeyError", "TokenError")


@dataclass(frozen=True)
class Cause:
    """Why a run did not begin.

    Args:
        told: in a few words.
        helps: the command that helps; empty when none does.
        when: when it does; may be empty.
    """

    told: str
    helps: str = ""
    when: str = ""


def to_run() -> bool:
    """Whether this process was asked to run jobs, as far as its command line tells.

    A program of somebody's own that uses Snakemake has no such command line; its runs count.
    """
    cli = sys.modules.get("snakemake.cli")
    if cli is None:
        return True
    try:
        parser = cli.get_argument_parser()
        given, _ = parser.parse_known_args(sys.argv[1:])
        plain, _ = parser.parse_known_args([])
    except (Exception, SystemExit):  # noqa: BLE001 - its interface is its own
        return False
    return all(getattr(given, name, None) == getattr(plain, name, None) for name in _NO_RUN)


def cause(exception: str, text: str) -> Cause:
    """Return why a run did not begin, from what Snakemake has printed.

    Args:
        exception: name of its class.
        text: that was printed.
    """
    known = {
        "LockException": Cause(
            "the working directory is locked",
            "snakemake --unlock",
            "if no other run goes on in it",
        ),
        "IncompleteFilesException": Cause(
            "files of an earlier run are incomplete", "snakemake --rerun-incomplete"
        ),
        "MissingInputException": Cause(
            "input files are missing",
            "snakemake --dry-run --verbose",
            "to see whose they are",
        ),
        "MissingRuleException": Cause(
            "no rule makes a target", "snakemake --list-rules", "to see the rules"
        ),
        "AmbiguousRuleException": Cause("two rules make the same file", "snakemake --lint"),
    }
    if exception in known:
        return known[exception]
    if exception in _SYNTAX:
        return Cause("the Snakefile has an error", "snakemake --lint", "after it is mended")
    if exception in ("ApiError", "CliException") or "executor" in text.lower():
        return Cause("Snakemake cannot run with these options", "snakemake --help")
    return Cause("the workflow cannot be run", "snakemake --dry-run")
