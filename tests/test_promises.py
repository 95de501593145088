"""What has been promised (docs/versions.md): it may grow; what goes is deprecated first."""

import json
from pathlib import Path

import pytest
import yaml

import slack_wrapper
from slack_wrapper import config, errors
from slack_wrapper.cli.main import COMMANDS
from slack_wrapper.message.parameter_names import PARAMETERS
from tests.conftest import REPOSITORY

PROMISED = yaml.safe_load(Path(__file__).with_name("promises.yaml").read_text())
SCHEMA = json.loads(config.SCHEMA_FILE.read_text())
KEYS = {*SCHEMA["properties"]}
POST = {*SCHEMA["$defs"]["post"]["properties"]}
RULES = {path.stem for path in (REPOSITORY / "rules").glob("*.smk")}


@pytest.mark.parametrize(
    ("kind", "there"),
    [
        ("config", KEYS),
        ("post", POST),
        ("parameters", {*PARAMETERS}),
        ("rules", RULES),
        ("commands", {*COMMANDS}),
        ("errors", {*errors.__all__}),
        ("package", {*slack_wrapper.__all__}),
    ],
)
def test_nothing_promised_has_gone(kind: str, there: set[str]) -> None:
    assert set(PROMISED[kind]) - there == set()


def test_the_schema_has_a_version() -> None:
    assert SCHEMA["$id"] == f"urn:snakemake-slack-wrapper:config:{PROMISED['schema']}"
