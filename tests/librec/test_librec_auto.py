"""librec-auto itself, from PyPI: its encryption, and its own calls of our script."""

import json
import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, REPOSITORY, Run, run
from tests.support.librec_studies import FILE, MESSAGE, SAID, files_of

VENV = REPOSITORY / ".build" / "librec-auto"
PYTHON = str(VENV / "bin" / "python")
PACKAGES = Path(sysconfig.get_path("purelib", vars={"base": str(VENV)}))
ENCRYPT = """
import sys
from librec_auto.core.util.encrypt import encrypt_to_file
encrypt_to_file(sys.argv[1], open(sys.argv[2], "rb").read(), sys.argv[3])
"""
# What its setup wizard writes, with the posts of its documentation. Nothing is computed: `post`
# runs the scripts of <post> only.
STUDY = """<?xml version="1.0"?>
<librec-auto>
  <random-seed>202001</random-seed>
  <thread-count>1</thread-count>
  <library src="system">default-algorithms.xml</library>
  <data><data-dir>data</data-dir><format>UIR</format>
    <data-file format="text">ratings.csv</data-file></data>
  <splitter><model count="5">kcv</model></splitter>
  <alg ref="alg:biasedmf"/>
  <metric><ranking>true</ranking><list-size>10</list-size><class>ndcg</class></metric>
  <post>%s</post>
</librec-auto>
"""
pytestmark = pytest.mark.skipif(
    not VENV.exists(), reason="use make librec, it installs librec-auto"
)


@pytest.fixture
def librec_study(study: Path, sandbox: Sandbox, tmp_path: Path) -> Path:
    """A study of librec-auto, whose key file librec-auto's own code has encrypted."""
    (study / "conf").mkdir()
    (study / "post").mkdir()
    (study / "conf" / "config.xml").write_text(STUDY % (MESSAGE + FILE), encoding="utf-8")
    (study / "post" / "viz-bar-NormalizedDCG.jpg").write_bytes(b"\xff\xd8\xff" + bytes(2000))
    clear = tmp_path / "slack-api.key"
    clear.write_text(sandbox.token)
    key = study / "keys" / "slack-api.enc"
    key.unlink()
    done = run(PYTHON, "-c", ENCRYPT, str(key), str(clear), PASSWORD, cwd=study)
    assert done.returncode == 0, done.stderr
    return study


@pytest.fixture
def packages(command: Run, tmp_path: Path) -> Path:
    """A copy of librec-auto in which our script is, by the command of the documentation."""
    place = tmp_path / "packages"
    ignore = shutil.ignore_patterns("docs")
    shutil.copytree(PACKAGES / "librec_auto", place / "librec_auto", ignore=ignore)
    scripts = place / "librec_auto" / "core" / "cmd" / "post"
    own = (scripts / "slack_post.py").read_bytes()
    assert command("import-librec", "--drop-in", str(scripts)).returncode == 0
    assert (scripts / "slack_post.py.bak").read_bytes() == own
    return place


def librec_auto(
    study: Path, packages: Path, *options: str, python: str = PYTHON, **env: str
) -> "Any":
    """Run `librec-auto … post` on a study from the folder above it, as its documentation does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {"PYTHONPATH": f"{packages}{os.pathsep}{PACKAGES}", "PATH": path, **env}
    return run(
        python, "-m", "librec_auto", "-t", study.name, *options, "post", cwd=study.parent, env=given
    )


def shown(sandbox: Sandbox) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the texts, and the titles and names of the files, in the channel."""
    messages = sandbox.messages()
    files = [(file["title"], file["name"]) for file in files_of(sandbox, *messages)]
    return sorted(message["text"] for message in messages), files


def test_its_own_encryption_is_opened(librec_study: Path, sandbox: Sandbox, command: Run) -> None:
    key = librec_study / "keys" / "slack-api.enc"
    assert store.read(key).legacy
    assert store.unlock(key, PASSWORD).reveal() == sandbox.token
    done = command("encrypt", "--legacy-check", "--encrypted", str(key), "--password", PASSWORD)
    assert done.returncode == 0, done.stderr


# In an environment of its own, whose Python has no slack_wrapper, and in ours.
@pytest.mark.parametrize("python", [PYTHON, sys.executable], ids=["apart", "together"])
def test_its_own_calls_of_our_script_post(
    librec_study: Path, packages: Path, sandbox: Sandbox, python: str
) -> None:
    done = librec_auto(librec_study, packages, "-k", PASSWORD, python=python)
    assert done.returncode == 0, done.stdout + done.stderr
    called = [line for line in done.stdout.splitlines() if "slack-post.py" in line]
    assert len(called) == 2
    assert f"'--password={PASSWORD}'" in called[0], "it has another way to give the password"
    name = "viz-bar-NormalizedDCG.jpg"
    assert shown(sandbox) == (["", SAID], [("NDCG for the experiment", name)])
    log = (librec_study / "slack-post.log").read_text()
    assert log.count("warning: the password came on a command line") == 2
    assert PASSWORD not in log


def test_without_k_the_chain_serves_all_its_scripts(
    librec_study: Path, packages: Path, sandbox: Sandbox
) -> None:
    done = librec_auto(librec_study, packages, SLACK_WRAPPER_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(sandbox.messages()) == 2
    assert not (librec_study / "slack-post.log").exists()


def test_a_wrong_password_stops_the_study(
    librec_study: Path, packages: Path, sandbox: Sandbox
) -> None:
    done = librec_auto(librec_study, packages, "-k", "wrong")
    assert done.returncode != 0
    assert "Script failure: slack-post.py" in (librec_study / "output.xml").read_text()
    assert "does not open the key file" in (librec_study / "slack-post.log").read_text()
    assert sandbox.messages() == []


def test_an_upgraded_key_file_serves_it_as_well(
    librec_study: Path, packages: Path, sandbox: Sandbox, command: Run
) -> None:
    env = {"SLACK_WRAPPER_PASSWORD": PASSWORD}
    done = command("rekey", "keys/slack-api.enc", "--keep-password", env=env)
    assert done.returncode == 0, done.stderr
    assert "upgraded the librec-auto file" in done.stdout
    assert not list((librec_study / "keys").glob("*.bak"))
    assert not store.read(librec_study / "keys" / "slack-api.enc").legacy
    assert librec_auto(librec_study, packages, "-k", PASSWORD).returncode == 0
    assert len(sandbox.messages()) == 2


def test_the_same_study_imported_posts_the_same(
    librec_study: Path, sandbox: Sandbox, command: Run
) -> None:
    assert command("import-librec", "conf/config.xml").returncode == 0
    done = run(
        sys.executable, "-m", "snakemake", "--cores", "1", cwd=librec_study,
        env={"SLACK_WRAPPER_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    name = "viz-bar-NormalizedDCG.jpg"
    assert shown(sandbox) == (["", SAID], [("NDCG for the experiment", name)])
    receipts = [json.loads(path.read_text()) for path in (librec_study / "slack").glob("*.json")]
    assert [receipt["status"] for receipt in receipts] == ["delivered", "delivered"]
