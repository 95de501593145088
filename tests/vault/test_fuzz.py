"""Whatever the file holds, the parser answers with our errors and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_wrapper.errors import KeyFileError, WrongPassword
from slack_wrapper.vault import format, store

GOOD = (Path(__file__).parent / "vectors" / "v1-test-only.enc").read_bytes()


def parse_or_refuse(data: bytes) -> bool:
    try:
        parsed = format.parse(data, "fuzzed")
    except KeyFileError:
        return False
    assert parsed.to_bytes() == data.replace(b"\r\n", b"\n"), "one file has one form"
    return True


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    assert not parse_or_refuse(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*GOOD.splitlines(keepends=True), b"\n", b"key: \n"]), max_size=8))
def test_shuffled_lines(lines: list[bytes]) -> None:
    data = b"".join(lines)
    assert parse_or_refuse(data) == (data == GOOD)


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_every_byte_mutated(tmp_path: Path, flip: int) -> None:
    path = tmp_path / "mutated.enc"
    for place in range(len(GOOD)):
        mutated = bytearray(GOOD)
        mutated[place] ^= flip
        if not parse_or_refuse(bytes(mutated)):
            continue
        if b"m=32 t=1 p=1" not in mutated:
            continue  # other costs: refused by authentication too, but dear to try
        path.write_bytes(mutated)
        with pytest.raises(WrongPassword):
            store.unlock(path, "pässword for vectors")


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.enc"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # sparse: 8 GiB
    with pytest.raises(KeyFileError, match="larger than"):
        store.read(path)
