"""All that is used of Snakemake's inside stands in one room, and the installed release has it."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.errors import SnakemakeDiffers
from slack_wrapper.snakemake_adapter import differs, process, running_jobs
from tests.support.imports import modules

ROOM = "slack_wrapper.snakemake_adapter"
# Private names, with the files of Snakemake that define them; of several, one is enough.
PRIVATE = {
    "_onstart": ("snakemake.workflow",),
    "_onsuccess": ("snakemake.workflow",),
    "_onerror": ("snakemake.workflow",),
    "_workflow": ("snakemake.api",),
    "_workdir_handler": ("snakemake.api",),
    "_user_kill": ("snakemake.scheduling.job_scheduler", "snakemake.scheduler"),
    "_plainstrings": ("snakemake.io", "snakemake.iocontainers"),
}
# Asked for where a release has it; what is done without it stands beside the question.
NOT_EVERYWHERE = {"_filter_incomplete_keys"}
# Others' private names, which are not Snakemake's.
OTHERS = {"_getframe", "_current_frames", "_actions"}
# Public names that no documentation promises.
PUBLIC = {
    ("snakemake.workflow",): (
        "onstart onsuccess onerror execute add_rule get_rule localrules rules dag scheduler config "
        "persistence config_settings output_settings is_main_process remote_exec dryrun touch"
    ),
    ("snakemake.dag",): "jobs needrun_jobs finished jobid dependencies",
    ("snakemake.scheduling.job_scheduler", "snakemake.scheduler"): (
        "failed running finished_jobs print_progress"
    ),
    ("snakemake.jobs",): (
        "attempt input output params log rule jobid restart_times shellcmd wildcards_dict is_group "
        "incomplete_input_expand"
    ),
    ("snakemake.rules", "snakemake.ruleinfo"): "run_func shellcmd wrapper snakefile name output",
    ("snakemake.io",): "IOFile is_flagged is_directory",
    ("snakemake.persistence", "snakemake.persistence.file"): "metadata",
    ("snakemake.settings.types", "snakemake.settings.enums"): (
        "overwrite_config config_args quiet Quietness DAGSettings"
    ),
    ("snakemake.api",): "SnakemakeApi workflow dag execute_workflow",
    ("snakemake.cli",): "get_argument_parser main",
    ("snakemake.common.tbdstring",): "TBDString",
    ("snakemake.exceptions", "snakemake_interface_common.exceptions"): (
        "WorkflowError CreateRuleException MissingRuleException"
    ),
}
# What Snakemake says in words only.
PHRASES = (
    "Trying to restart job ",
    "Terminating processes on user request",
    "Will exit after finishing currently running",
)
# What code calls Snakemake's own objects.
OBJECTS = {"workflow", "_workflow", "dag", "scheduler", "persistence"}


def defined(names: tuple[str, ...]) -> set[str]:
    """Return what is defined in files of Snakemake, read without importing them."""
    found: set[str] = set()
    for name in names:
        try:
            spec = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            continue
        if spec is None or spec.origin is None:
            continue
        for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)  # __slots__
    return found


def asked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (object, name) of each attribute that a tree asks for, by a dot or by getattr."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node.value), node.attr
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("getattr", "hasattr")
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
        ):
            yield ast.unparse(node.args[0]), str(node.args[1].value)


def imported_names(tree: ast.AST) -> set[str]:
    return {
        (one.asname or one.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for one in node.names
    }


def outside(text: str) -> list[str]:
    """Return what a module outside of the room has of Snakemake's inside."""
    tree = ast.parse(text)
    ours = imported_names(tree)
    found = [
        f"{base}.{name}"
        for base, name in asked(tree)
        if (name in {*PRIVATE, *NOT_EVERYWHERE} and base != "self")
        or (base.rpartition(".")[2] in OBJECTS and base.partition(".")[0] not in ours)
    ]
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        found += [f"import {name}" for name in names if name.partition(".")[0] == "snakemake"]
    return found


def test_nothing_outside_of_the_room_knows_snakemakes_inside() -> None:
    found = {
        name: outside(path.read_text(encoding="utf-8"))
        for name, path in modules().items()
        if not name.startswith(ROOM)
    }
    assert {name: used for name, used in found.items() if used} == {}


@pytest.mark.parametrize(
    "text",
    ["from snakemake import api", "import snakemake.io", "self._workflow.dag.jobs",
     "getattr(job.output, '_plainstrings')", "def f(workflow): return workflow.touch"],
)  # fmt: skip
def test_each_way_to_know_it_is_seen(text: str) -> None:
    assert outside(text)
    assert not outside("from slack_wrapper.librec import workflow\nworkflow.write()")


def test_the_private_names_that_are_used_are_listed() -> None:
    used: set[str] = set()
    for name, path in modules().items():
        if name.startswith(ROOM):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            used |= {
                name
                for base, name in asked(tree)
                if name.startswith("_") and not name.startswith("__") and base != "self"
            }
    hooks = {name for name in PRIVATE if name.startswith("_on")}  # put together from a hook's name
    assert used == {*PRIVATE, *NOT_EVERYWHERE, *OTHERS} - hooks


@pytest.mark.parametrize("name", PRIVATE)
def test_the_installed_release_has_each_private_name(name: str) -> None:
    assert name in defined(PRIVATE[name])


@pytest.mark.parametrize("files", PUBLIC, ids=lambda files: files[0])
def test_the_installed_release_has_the_public_names(files: tuple[str, ...]) -> None:
    known = defined(files)
    assert [name for name in PUBLIC[files].split() if name not in known] == []
    assert "no_such_name" not in known


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_installed_release_says_each_phrase(phrase: str) -> None:
    spec = importlib.util.find_spec("snakemake")
    assert spec is not None
    assert spec.origin is not None
    files = Path(spec.origin).parent.rglob("*.py")
    assert any(phrase in path.read_text(encoding="utf-8") for path in files)


def test_another_release_is_told_by_one_clear_error() -> None:
    class Workflow:
        scheduler = object()  # without `running`
        dag = None

    for ask in (lambda: process.our_jobs(Workflow()),
                lambda: running_jobs.our_job(Workflow(), ["slack/a.json"])):  # fmt: skip
        with pytest.raises(SnakemakeDiffers, match="does not tell the") as caught:
            ask()
        assert differs.SEEN in caught.value.hint
