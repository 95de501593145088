"""Each piece of config, JSON and template in the documentation has its form."""

import json
import re

import jinja2
import pytest
import yaml

from slack_wrapper import config
from tests.docs_run.blocks import Block, name_of, of


@pytest.mark.parametrize("block", of("yaml"), ids=name_of)
def test_a_config_is_valid(block: Block) -> None:
    data = yaml.safe_load(block.text)
    if "config" in data:  # a profile; tests/runs/test_switches.py runs it
        data = data["config"]
    assert list(data) == ["slack"]
    config.validate(data["slack"])


@pytest.mark.parametrize("block", of("json"), ids=name_of)
def test_json_is_json(block: Block) -> None:
    assert json.loads(re.sub("…", "", block.text))


@pytest.mark.parametrize("block", of("jinja"), ids=name_of)
def test_a_template_is_one(block: Block) -> None:
    environment = jinja2.Environment(autoescape=False)
    environment.filters.update(table=str, e=str)
    environment.parse(block.text)
