"""Texts of `--config` and of the environment, read as the switches and numbers that they are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_wrapper import config
from slack_wrapper.common.typed_text import switch, typed
from slack_wrapper.errors import ConfigError

SCHEMA = json.loads(config.SCHEMA_FILE.read_text())


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"dry_run": "true", "enabled": "off"}, {"dry_run": True, "enabled": False}),
        ({"max_wait": "60"}, {"max_wait": 60}),
        ({"max_wait": "1.5", "upload_timeout": "null"}, {"max_wait": 1.5, "upload_timeout": None}),
        ({"logger": {"log_files": "Yes", "min_duration": "5"}},
         {"logger": {"log_files": True, "min_duration": "5"}}),
        ({"posts": {"a": {"max_files": "3", "footer": "true", "message": "true"}}},
         {"posts": {"a": {"max_files": 3, "footer": True, "message": "true"}}}),
        ({"posts": {"a": {"coalesce": {"title": "12", "window": "3"}}}},
         {"posts": {"a": {"coalesce": {"title": "12", "window": 3}}}}),
        ({"password": "0012", "channel": "123"}, {"password": "0012", "channel": "123"}),
        ({"dry_run": "maybe", "max_wait": "5s"}, {"dry_run": "maybe", "max_wait": "5s"}),
        ("text", "text"),
        (None, None),
    ],
)  # fmt: skip
def test_texts_are_read_as_what_the_schema_asks_for(given: Any, read: Any) -> None:
    found = typed(given, SCHEMA)
    assert found == read
    assert json.dumps(found) == json.dumps(read)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    | st.sampled_from(("true", "1", "off", "null")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from((*SCHEMA["properties"], "a")), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(ANY)
def test_whatever_a_config_holds_nothing_breaks_and_a_second_reading_changes_nothing(
    value: Any,
) -> None:
    once = json.dumps(typed(value, SCHEMA))
    assert json.dumps(typed(json.loads(once), SCHEMA)) == once


@pytest.mark.parametrize("text", ["1", "true", " YES ", "on"])
def test_words_that_switch_on(text: str) -> None:
    assert switch(text) is True
    assert switch("not " + text) is None


@pytest.mark.parametrize("name", [config.DRY_RUN_VARIABLE, config.ENABLED_VARIABLE])
def test_the_environment_wins(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(said: bool) -> bool:
        found = config.read({"dry_run": said, "enabled": said})
        return found.dry_run if name == config.DRY_RUN_VARIABLE else found.enabled

    assert [read(True), read(False)] == [True, False]
    for text in ("1", "0"):
        monkeypatch.setenv(name, text)
        assert {read(True), read(False)} == {text == "1"}
    monkeypatch.setenv(name, " ")
    assert [read(True), read(False)] == [True, False]
    monkeypatch.setenv(name, "perhaps")
    with pytest.raises(ConfigError, match=f"{name} is neither 1 nor 0"):
        read(True)
