"""Texts written to do harm: refused as ValueError, quickly and in little memory."""

import pytest

from slack_wrapper.common.parsing import from_json, from_yaml

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LAUGHS, "stand for more than"),
        (MERGES, "stand for more than"),
        ("a: &a [*a]", "contains itself"),
        ("[" * 5_000, "nested too deeply"),
        ("{a: " * 5_000, "nested too deeply"),
        ("- " * 5_000, "nested too deeply"),
        ("a: [1", "line 1"),
        ("!!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("a: 1\n---\nb: 2", "another document"),
        ("x" * (9 << 20), "longer than 8 MiB"),
        ("a: \x00", "not readable"),
    ],
)
def test_yaml_that_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_yaml(text)


def test_yaml_with_aliases_that_people_write_is_read() -> None:
    text = "base: &base {cores: 4}\na: {<<: *base, mem: 1}\nb: *base\n"
    assert from_yaml(text) == {
        "base": {"cores": 4}, "a": {"cores": 4, "mem": 1}, "b": {"cores": 4},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["[" * 100_000, b"\xff\xfe", '{"a": ', "", '{"a":' * 100_000])
def test_json_that_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"line|nested|UTF-8"):
        from_json(text)
