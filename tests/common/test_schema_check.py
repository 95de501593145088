"""The quick check of a config: what it lets pass, jsonschema does; what is right passes."""

import json
import re
import subprocess
import sys

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_wrapper.common.schema_check import fits
from slack_wrapper.config import SCHEMA_FILE
from tests.conftest import REPOSITORY

SCHEMA = json.loads(SCHEMA_FILE.read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KEYS = sorted({*SCHEMA["properties"], *SCHEMA["$defs"], "email", "message", "service", "chanel"})
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(-1, 1), st.text(max_size=3),
    st.sampled_from(["queue", "fail", "warn", "run", "none", "slack", "hold", "a@b.c", "1h"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=3))
def test_what_it_lets_pass_fits(section: dict) -> None:
    if fits(section, SCHEMA):
        VALIDATOR.validate(section)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SCHEMA["properties"])), values)
def test_one_key_at_a_time_it_agrees_with_jsonschema(key: str, value: object) -> None:
    whole_number = isinstance(value, float) and value.is_integer()  # for which it asks jsonschema
    if not whole_number:
        assert fits({key: value}, SCHEMA) <= VALIDATOR.is_valid({key: value})


def examples() -> list[dict]:
    found = []
    for page in (REPOSITORY / "docs").glob("*.md"):
        for text in re.findall(r"```yaml\n(slack:.*?)```", page.read_text(), re.S):
            section = (yaml.safe_load(text) or {}).get("slack")
            if isinstance(section, dict) and VALIDATOR.is_valid(section):
                found.append(section)
    return found


def test_the_examples_of_the_docs_pass_without_jsonschema() -> None:
    assert len(examples()) >= 3
    assert [section for section in examples() if not fits(section, SCHEMA)] == []


@pytest.mark.parametrize("keyword", ["if", "oneOf", "format", "$dynamicRef"])
def test_what_it_does_not_know_it_does_not_let_pass(keyword: str) -> None:
    assert not fits("x", {keyword: {}})


def test_a_config_that_is_right_loads_no_jsonschema() -> None:
    code = (
        "import sys; from slack_wrapper import config;"
        "config.validate({'channel': 'x', 'posts': {'a': {'message': 'b'}}});"
        "sys.exit('jsonschema' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
