"""The wheel: everything that works in a checkout works from it, with no checkout."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

import slack_wrapper
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, REPOSITORY, run
from tests.support.steps import CONFIG, INCLUDE, STEPS, shown, write


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY, check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_it_holds_all_that_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"slack_wrapper/_rules/{path.name}" for path in (REPOSITORY / "rules").glob("*.smk")}
    for name in (
        "wrapper.py", "environment.yaml", "meta.yaml", "session/thin_client.py",
        "py.typed", "schema/slack.schema.json",
        "html/templates/channel.html",
    ):  # fmt: skip
        wanted.add(f"slack_wrapper/{name}")
    assert wanted <= names


def test_the_name_for_the_plugin_catalogue_installs_this_version() -> None:
    folder = REPOSITORY / "packaging" / "snakemake-logger-plugin-slack"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["version"] == slack_wrapper.__version__
    assert f"snakemake-slack-wrapper=={slack_wrapper.__version__}" in project["dependencies"]


def test_a_release_names_one_version_everywhere() -> None:
    version = slack_wrapper.__version__
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert citation["version"] == version
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    zenodo = json.loads((REPOSITORY / ".zenodo.json").read_text())
    assert {"title", "description", "creators", "license"} <= set(zenodo)
    assert f'set version = "{version}"' in (REPOSITORY / "packaging/conda/meta.yaml").read_text()


def test_the_conda_recipe_needs_what_pyproject_needs() -> None:
    recipe = jinja2.Template((REPOSITORY / "packaging/conda/meta.yaml").read_text())
    found = yaml.safe_load(recipe.render(PYTHON="python"))
    conda = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    assert found["requirements"]["run"] == conda["dependencies"]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    commands = [f"{name} = {place}" for name, place in project["scripts"].items()]
    assert found["build"]["entry_points"] == commands


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow of GitHub's."""
    return yaml.safe_load((REPOSITORY / ".github" / "workflows" / name).read_text())


def test_a_release_is_attested_and_needs_no_stored_token() -> None:
    text = (REPOSITORY / ".github" / "workflows" / "release.yml").read_text()
    jobs = workflow("release.yml")["jobs"]
    publish = jobs["publish"]
    assert publish["permissions"]["id-token"] == "write"
    assert publish["permissions"]["attestations"] == "write"
    used = [step.get("uses", "").split("@")[0] for step in publish["steps"]]
    assert used.index("actions/attest-build-provenance") < used.index("pypa/gh-action-pypi-publish")
    assert "password" not in text
    assert set(re.findall(r"secrets\.(\w+)", text)) == set()
    # Both distributions: the package, and the name under which the plugin catalogue looks.
    commands = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert any(".build/dist/*" in one and ".build/plugin/*" in one for one in commands)


def test_read_the_docs_builds_what_is_there() -> None:
    settings = yaml.safe_load((REPOSITORY / ".readthedocs.yaml").read_text())
    assert (REPOSITORY / settings["mkdocs"]["configuration"]).is_file()
    for one in settings["python"]["install"]:
        assert (REPOSITORY / (one.get("requirements") or one["path"])).exists()
    site = (REPOSITORY / "mkdocs.yml").read_text()
    assert "mkdocstrings" in site
    assert "reference/python.md" in site


def test_a_report_asks_for_versions_and_warns_of_secrets() -> None:
    forms = REPOSITORY / ".github" / "ISSUE_TEMPLATE"
    bug = yaml.safe_load((forms / "bug.yml").read_text())
    labels = [one["attributes"]["label"] for one in bug["body"]]
    assert any("slack-wrapper --version" in label for label in labels)
    assert "Never paste a token" in (forms / "bug.yml").read_text()
    assert yaml.safe_load((forms / "idea.yml").read_text())["body"]


def test_steps_run_from_it(wheel: Path, study: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    # First on the path, so that the editable install of the developer is not seen.
    env = {"PYTHONPATH": str(place), "SLACK_WRAPPER_PASSWORD": PASSWORD}
    where = run(
        sys.executable, "-c", "import slack_wrapper as s; print(s.rules())", cwd=study, env=env
    )
    assert where.stdout.strip() == str(place / "slack_wrapper" / "_rules" / "slack.smk")
    write(study, INCLUDE + STEPS, CONFIG)
    done = run(sys.executable, "-m", "snakemake", "--cores", "2", cwd=study, env=env)
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 2
