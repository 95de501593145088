"""Whatever the file holds, reading it answers with our errors and nothing else."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_wrapper.errors import KeyFileDamaged, KeyFileError, WrongPassword
from slack_wrapper.vault.keyfile import format, sealing, store

VECTORS = Path(__file__).parent / "vectors"
GOOD = (VECTORS / "v1-test-only.enc").read_bytes()
NAMED = (VECTORS / "v2-test-only.enc").read_bytes()
FILES = pytest.mark.parametrize("good", [GOOD, NAMED], ids=["v1", "v2"])
BASE64 = "ABCDwxyz0189+/="


def parse_or_refuse(data: bytes) -> bool:
    try:
        parsed = format.parse(data, "fuzzed")
    except KeyFileError:
        return False
    assert parsed.to_bytes() == data.replace(b"\r\n", b"\n"), "one file has one form"
    return True


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"slack-wrapper-key v2\n"]))
def test_random_bytes(data: bytes, magic: bytes) -> None:
    assert not parse_or_refuse(magic + data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*GOOD.splitlines(keepends=True), b"\n", b"key: \n"]), max_size=8))
def test_shuffled_lines(lines: list[bytes]) -> None:
    data = b"".join(lines)
    assert parse_or_refuse(data) == (data == GOOD)


@settings(max_examples=300, deadline=None)
@given(st.permutations(NAMED.splitlines(keepends=True)), st.integers(0, 3))
def test_shuffled_names(lines: list[bytes], dropped: int) -> None:
    data = b"".join(lines[dropped:])
    if parse_or_refuse(data) and data != NAMED:  # names in another order, or fewer
        with pytest.raises((KeyFileDamaged, WrongPassword)):
            sealing.secret_of(format.parse(data, "fuzzed"), "alice's own words", "fuzzed")


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(
        rf"name: [a-z.@-]{{0,3}} 2026-0[0-3]-0[0-9]T12:00:0[0-9]Z "
        rf"public=[{BASE64}]{{0,46}} private=[{BASE64}]{{0,130}} data=[{BASE64}]{{0,160}}",
        fullmatch=True,
    )
)
def test_made_up_names(line: str) -> None:
    parts = NAMED.splitlines(keepends=True)
    parse_or_refuse(b"".join([*parts[:5], line.encode("ascii") + b"\n", *parts[5:]]))


@FILES
@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_every_byte_mutated(good: bytes, flip: int) -> None:
    refused = (KeyFileDamaged, WrongPassword) if good == NAMED else WrongPassword
    for place in range(len(good)):
        mutated = bytearray(good)
        mutated[place] ^= flip
        if not parse_or_refuse(bytes(mutated)):
            continue
        if b"m=32 t=1 p=1" not in mutated:
            continue  # other costs: refused by authentication too, but dear to try
        with pytest.raises(refused):
            sealing.secret_of(format.parse(bytes(mutated), "f"), "pässword for vectors", "f")


@FILES
def test_every_length(good: bytes) -> None:
    assert [length for length in range(len(good)) if parse_or_refuse(good[:length])] == []


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.enc"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # sparse: 8 GiB
    with pytest.raises(KeyFileError, match="larger than 65536"):
        store.read(path)


@pytest.mark.parametrize("line", [b"\n", b"name: x\n", NAMED.splitlines(keepends=True)[4]])
def test_a_file_full_of_names_takes_little_memory(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "full.enc"
    path.write_bytes((NAMED + line * 65536)[: format.MAX_FILE_BYTES - 1] + b"\n")
    tracemalloc.start()
    try:
        with pytest.raises(KeyFileDamaged, match="names"):
            store.read(path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_version_1_keeps_its_own_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.enc"
    path.write_bytes(GOOD[:-1] + b"A" * 16384 + b"\n")
    with pytest.raises(KeyFileDamaged, match="larger than 16384"):
        store.read(path)
