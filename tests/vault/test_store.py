"""Writing key files: atomic, private, read back."""

import resource
import stat
from pathlib import Path

import pytest

from slack_wrapper.errors import (
    EmptyPassword,
    KeyFileMissing,
    KeyFileNotWritten,
    RequestError,
    WrongPassword,
)
from slack_wrapper.vault.keyfile import store

SECRET = "xoxb-1-abcdef"
LEGACY = (Path(__file__).parent / "vectors" / "librec-auto.enc").read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "slack-api.enc"
    store.encrypt_to(path, SECRET, "old", profile="test-only")
    return path


def test_a_file_opens_with_its_password_only(path: Path) -> None:
    assert store.unlock(path, "old").reveal() == SECRET
    with pytest.raises(WrongPassword):
        store.unlock(path, "Old")


def test_it_is_private_ascii_text_and_holds_no_secret(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_bytes().decode("ascii")
    assert text.startswith("slack-wrapper-key v1\n")
    assert SECRET not in text


def test_two_files_of_the_same_differ(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.enc"
    store.encrypt_to(other, SECRET, "old", profile="test-only")
    assert other.read_bytes().splitlines()[-1] != path.read_bytes().splitlines()[-1]


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    before, neighbours = path.read_bytes(), sorted(path.parent.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))  # as if the disk were full
    try:
        with pytest.raises(KeyFileNotWritten, match="cannot be written"):
            store.encrypt_to(path, "xoxb-2-new", "new", profile="test-only")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == neighbours


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileNotWritten, match="no such file"):
        store.encrypt_to(tmp_path / "none" / "x.enc", SECRET, "p", profile="test-only")


def test_an_empty_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyPassword):
        store.encrypt_to(tmp_path / "x.enc", SECRET, "", profile="test-only")
    assert not (tmp_path / "x.enc").exists()


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no profile"):
        store.encrypt_to(tmp_path / "x.enc", SECRET, "p", profile="cheap")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissing, match="does not exist"):
        store.unlock(tmp_path / "none.enc", "p")
    with pytest.raises(KeyFileMissing, match="cannot be read"):
        store.unlock(tmp_path, "p")


def test_rekey_changes_password_and_token(path: Path) -> None:
    store.rekey(path, "old", "new", secret="xoxb-2-new", profile="test-only")
    assert store.unlock(path, "new").reveal() == "xoxb-2-new"
    with pytest.raises(WrongPassword):
        store.unlock(path, "old")


def test_rekey_with_a_wrong_password_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(WrongPassword):
        store.rekey(path, "wrong", "new", profile="test-only")
    assert path.read_bytes() == before


def test_rekey_upgrades_a_legacy_file_in_place(tmp_path: Path) -> None:
    path = tmp_path / "slack-api.enc"
    path.write_bytes(LEGACY)
    assert store.describe(path)["legacy"]
    store.rekey(path, "pässword for vectors", "new", profile="test-only")
    assert store.unlock(path, "new").reveal() == "xoxb-vector-0123456789"
    assert not store.describe(path)["legacy"]
    assert list(tmp_path.glob("*.bak")) == []


def test_an_upgrade_leaves_a_backup_of_ones_own_alone(tmp_path: Path) -> None:
    path, own = tmp_path / "slack-api.enc", tmp_path / "slack-api.enc.bak"
    path.write_bytes(LEGACY)
    own.write_text("mine")
    with pytest.raises(KeyFileNotWritten, match="in the way"):
        store.rekey(path, "pässword for vectors", "new", profile="test-only")
    assert (path.read_bytes(), own.read_text()) == (LEGACY, "mine")
    own.write_bytes(LEGACY)
    store.rekey(path, "pässword for vectors", "new", profile="test-only")
    assert store.unlock(path, "new").reveal() == "xoxb-vector-0123456789"


def test_describe_tells_age_and_scheme_without_the_password(tmp_path: Path, path: Path) -> None:
    found = store.describe(path)
    assert (found["version"], found["age_days"]) == (1, 0)
    assert "protects nothing" in found["advice"]
    path.write_bytes(LEGACY)
    old = store.describe(path)
    assert old["created"] == "2020-09-13T12:26:40Z"
    assert "slack-wrapper rekey" in old["advice"]
