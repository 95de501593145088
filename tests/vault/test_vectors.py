"""Frozen files: what version 1 and librec-auto wrote opens for ever, what was altered never."""

import json
from pathlib import Path

import pytest

from slack_wrapper.errors import KeyFileError, KeyFileTooCostly, KeyFileUnsupported, WrongPassword
from slack_wrapper.vault.keyfile import kdf, store

HERE = Path(__file__).parent / "vectors"
KNOWN = json.loads((HERE / "vectors.json").read_text(encoding="utf-8"))
GOOD = (HERE / "v1-test-only.enc").read_bytes()


def altered(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "altered.enc"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["v1-test-only.enc", "v1-rfc9106-low.enc", "librec-auto.enc"])
def test_good_files_open(name: str) -> None:
    assert store.unlock(HERE / name, KNOWN["password"]).reveal() == KNOWN["secret"]


@pytest.mark.parametrize("name", ["v1-test-only.enc", "librec-auto.enc"])
def test_a_wrong_password_does_not_open(name: str) -> None:
    with pytest.raises(WrongPassword) as caught:
        store.unlock(HERE / name, "wrong")
    assert name in caught.value.message


def test_the_password_is_normalised(tmp_path: Path) -> None:
    decomposed = KNOWN["password"].replace("ä", "a\u0308")
    assert store.unlock(HERE / "v1-test-only.enc", decomposed).reveal() == KNOWN["secret"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"slack-wrapper-key v1", b"slack-wrapper-kez v1"),
        (b"# an encrypted", b"# an  encrypted"),
        (b"created: 2026-01-31", b"created: 2026-01-30"),
        (b"created: 2026-01-31", b"created: 2026-13-31"),
        (b"argon2id", b"argon2i"),
        (b"m=32", b"m=64"),
        (b"m=32", b"m=032"),
        (b"t=1", b"t=2"),
        (b"p=1", b"p=2"),
        (b"salt=AAEC", b"salt=AAED"),
        (b"salt=AAECAwQFBgcICQoLDA0ODw==", b"salt=AAECAwQFBgcICQoLDA0ODx=="),
        (b"key: ZGVm", b"key: ZGVn"),
        (b"Gkg=\n", b"Gkh=\n"),
        (b"Gkg=\n", b"Gkg=\n\n"),
        (b"Gkg=\n", b"Gkg="),
        (b"key: ", b"key:  "),
    ],
)
def test_each_field_is_guarded(tmp_path: Path, old: bytes, new: bytes) -> None:
    assert old in GOOD
    with pytest.raises((KeyFileError, WrongPassword)):
        store.unlock(altered(tmp_path, GOOD.replace(old, new)), KNOWN["password"])


@pytest.mark.parametrize("length", [0, 1, 20, 21, 60, 120, 200, len(GOOD) - 1])
def test_a_truncated_file_is_damaged(tmp_path: Path, length: int) -> None:
    with pytest.raises(KeyFileError, match="damaged"):
        store.unlock(altered(tmp_path, GOOD[:length]), KNOWN["password"])


def test_a_truncated_legacy_file_does_not_open(tmp_path: Path) -> None:
    data = (HERE / "librec-auto.enc").read_bytes()
    with pytest.raises((KeyFileError, WrongPassword)):
        store.unlock(altered(tmp_path, data[:60]), KNOWN["password"])


def test_a_newer_version_says_to_upgrade(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnsupported, match="version 3") as caught:
        store.unlock(altered(tmp_path, GOOD.replace(b"key v1", b"key v3")), "x")
    assert "pip install --upgrade" in caught.value.hint


@pytest.mark.parametrize("costs", [b"m=4194304 t=1", b"m=2097152 t=16", b"m=32 t=17", b"m=7 t=1"])
def test_costs_are_checked_before_anything_is_derived(tmp_path: Path, costs: bytes) -> None:
    before = kdf.derivations()
    with pytest.raises(KeyFileTooCostly, match=r"key file .*altered\.enc asks for") as caught:
        store.unlock(altered(tmp_path, GOOD.replace(b"m=32 t=1", costs)), KNOWN["password"])
    assert "git log -- " in caught.value.hint
    assert kdf.derivations() == before


def test_crlf_line_ends_are_read(tmp_path: Path) -> None:
    path = altered(tmp_path, GOOD.replace(b"\n", b"\r\n"))
    assert store.unlock(path, KNOWN["password"]).reveal() == KNOWN["secret"]


def test_mixed_line_ends_are_not(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        store.read(altered(tmp_path, GOOD.replace(b"\n", b"\r\n", 1)))
