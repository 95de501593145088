"""The frame of the project: dependencies, rule files, cheap imports."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import slack_wrapper
from slack_wrapper.errors import RequestError
from tests.conftest import REPOSITORY

CONDA_NAMES = {"snakemake-minimal": "snakemake"}


def requirement(text: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(.*)", text).groups()  # type: ignore[union-attr]
    return CONDA_NAMES.get(name, name), bound


def test_environment_yml_equals_pyproject() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = {requirement(text) for text in project["dependencies"]}
    wanted.add(("python", project["requires-python"]))
    conda = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    assert {requirement(text) for text in conda["dependencies"]} == wanted


def test_the_pythons_that_are_named_are_those_of_the_matrix() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(project["classifiers"]), flags=re.M)
    script = (REPOSITORY / "tests" / "package_run" / "matrix").read_text()
    assert re.findall(r"python(3\.\d+)", script.split("PYTHONS=(")[1].split(")")[0]) == named
    assert project["requires-python"] == f">={named[0]}"
    row = f"| Python | {named[0]} and later; tested: {named[0]} to {named[-1]}."
    assert row in (REPOSITORY / "docs" / "versions.md").read_text()


def test_the_lock_has_what_development_needs() -> None:
    data = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    text = (REPOSITORY / "requirements-dev.lock").read_text()
    locked = {  # a package may stand there several times, each for other Pythons or systems
        (canonicalize_name(name), version)
        for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, flags=re.M)
    }
    project = data["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["demo"],
              *data["dependency-groups"]["dev"]]  # fmt: skip
    for one in map(Requirement, wanted):
        versions = [version for name, version in locked if name == canonicalize_name(one.name)]
        assert versions, f"{one.name} is not in the lock; run: make lock"
        assert all(one.specifier.contains(version) for version in versions), one
    assert "://" not in text, "the lock names a registry"


def test_rules_are_found() -> None:
    assert Path(slack_wrapper.rules("slack.smk")).is_file()
    assert Path(slack_wrapper.rules()).name == "slack.smk"


def test_an_unknown_rule_file_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RequestError) as caught:
        slack_wrapper.rules("slak.smk")
    assert "slack_message.smk" in caught.value.hint


def test_the_wrapper_folder_has_what_snakemake_needs() -> None:
    folder = Path(slack_wrapper.wrapper().removeprefix("file://"))
    for name in ("wrapper.py", "environment.yaml", "meta.yaml", "test/Snakefile"):
        assert (folder / name).is_file(), name
    assert len((folder / "wrapper.py").read_text().splitlines()) <= 40


def loaded(code: str) -> set[str]:
    """Return the modules that are there when a piece of code has run."""
    code = f"import sys; {code}; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ast.literal_eval(done.stdout))


def test_a_step_loads_only_what_it_uses() -> None:
    """A plain message takes 5 ms of imports less without what other steps need."""
    modules = loaded(
        "import slack_wrapper.run.step; from slack_wrapper.message.parameters import build;"
        "build({'message': 'text', 'channel': 'c'}, rule='post')"
    )
    assert "slack_wrapper.message.parameters" in modules
    spared = ("common.durations", "client", "vault", "message.templates", "message.data_files",
              "message.tables", "message.approval_terms", "message.markdown")  # fmt: skip
    assert all(importlib.util.find_spec(f"slack_wrapper.{name}") for name in spared)
    assert modules.isdisjoint({f"slack_wrapper.{name}" for name in spared})


def test_importing_the_package_loads_neither_slack_nor_crypto() -> None:
    modules = loaded(
        "import slack_wrapper.run.step, slack_wrapper.run.rules_api, slack_wrapper.run.hooks"
    )
    assert "slack_wrapper.run.step" in modules
    assert modules.isdisjoint({"slack_sdk", "cryptography", "keyring", "jsonschema"})


def test_actions_are_pinned_by_commit() -> None:
    """A tag can be moved to other code; the name of a commit cannot."""
    used = [
        line
        for file in Path(".github/workflows").glob("*.yml")
        for line in file.read_text().splitlines()
        if "uses:" in line
    ]
    assert used
    assert [
        line for line in used if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d", line)
    ] == []
