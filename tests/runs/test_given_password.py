"""`--config slack_password=…`, as `librec_auto -k …` was, and where it must not end up."""

import json
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, receipt, write

DIGITS = "001234567890"  # Snakemake takes it for the number 1234567890
LOOKS = """
configfile: "config.json"
rule looks:
    output: "config-of-a-script.json"
    script: "looks.py"
rule runs:
    output: "config-of-a-run.json"
    run:
        import json, sys
        with open(output[0], "w") as file:
            json.dump([config, sys.argv], file)
rule all:
    default_target: True
    input: "slack/one.json", "slack/two.json", rules.looks.output, rules.runs.output
"""
LOOK = """
import json, pathlib
text = pathlib.Path(__file__).read_text()
pathlib.Path(snakemake.output[0]).write_text(json.dumps([snakemake.config, text]))
"""


@pytest.fixture
def two_keys(study: Path, sandbox: Sandbox) -> Path:
    """Two posts with a key file each, under one password that looks like a number."""
    keys = [f"keys/{name}.enc" for name in ("one", "two")]
    for key in keys:
        store.encrypt_to(study / key, sandbox.token, DIGITS, profile="test-only")
    posts = {Path(key).stem: {"message": Path(key).stem, "encrypted_key": key} for key in keys}
    # The configfile comes after the rules, so that Snakemake puts --config in once more.
    write(study, INCLUDE + LOOKS)
    (study / "looks.py").write_text(LOOK)
    section = {"channel": "librec_channel", "posts": posts}
    (study / "config.json").write_text(json.dumps({"slack": section}))
    snakefile = study / "Snakefile"
    snakefile.write_text('configfile: "config.json"\n' + snakefile.read_text())
    return study


@pytest.mark.parametrize("given", [f"slack_password={DIGITS}", f'slack={{"password": "{DIGITS}"}}'])
def test_one_password_serves_all_steps_and_reaches_no_job(
    two_keys: Path, snakemake: Run, sandbox: Sandbox, given: str
) -> None:
    done = snakemake("--config", given, env={})
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: the password was given by --config") == 1
    assert {message["text"] for message in sandbox.messages()} == {"one", "two"}
    for name in ("script", "run"):
        text = (two_keys / f"config-of-a-{name}.json").read_text()
        assert DIGITS.lstrip("0") not in text, name
        assert "slack_password" not in text, name


def test_the_configfile_may_hold_it(study: Path, snakemake: Run, sandbox: Sandbox) -> None:
    write(study, INCLUDE, {**CONFIG, "posts": {"one": {"message": "one"}}})
    config = json.loads((study / "config.json").read_text())
    config["slack_password"] = "correct horse battery staple"
    (study / "config.json").write_text(json.dumps(config))
    done = snakemake("slack_posts", env={})
    assert done.returncode == 0, done.stderr
    assert receipt(study, "one")["status"] == "delivered"
    assert "warning: the password" not in done.stderr


def test_a_number_in_the_configfile_is_refused(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE, CONFIG)
    (study / "config.json").write_text('{"slack_password": 12}')
    done = snakemake("slack_posts", env={})
    assert done.returncode == 1
    assert "slack_password was read as a number" in done.stderr
    assert 'hint: write it in quotes: slack_password: "0012"' in done.stderr
