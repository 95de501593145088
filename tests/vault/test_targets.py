"""What a key file may be written over: a key file, an empty file, nothing."""

from pathlib import Path

import pytest

from slack_wrapper.errors import KeyFileNotWritten
from slack_wrapper.vault.keyfile import disk, store
from tests.support.special_files import fifo

TOKEN, OTHER = "xoxb-1-first", "xoxb-2-second"


def encrypt(path: Path, token: str = TOKEN, password: str = "one") -> None:
    store.encrypt_to(path, token, password, profile="test-only")


@pytest.mark.parametrize("content", ["rule all:\n", "xoxb-1-clear\n", "\x00\x01", "slack-wrapper"])
def test_another_file_is_not_written_over(content: str, tmp_path: Path) -> None:
    file = tmp_path / "Snakefile"
    file.write_text(content)
    with pytest.raises(KeyFileNotWritten, match="is not a key file"):
        encrypt(file)
    with pytest.raises(KeyFileNotWritten, match="is not a key file"):
        (tmp_path / "link").symlink_to(file)
        encrypt(tmp_path / "link")
    assert file.read_text() == content


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(KeyFileNotWritten, match="FIFO"):
        encrypt(fifo(tmp_path / "pipe"))


def test_a_key_file_an_empty_file_and_nothing_are_written_over(tmp_path: Path) -> None:
    file = tmp_path / "key.enc"
    encrypt(file)
    encrypt(file, OTHER)
    assert store.unlock(file, "one").reveal() == OTHER
    file.write_text("")
    encrypt(file)
    file.write_text("slack-wrapper-key v1\ndamaged\n")
    encrypt(file)
    assert store.unlock(file, "one").reveal() == TOKEN


def test_a_link_is_followed_and_the_old_password_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    file, link = tmp_path / "shared" / "key.enc", tmp_path / "key.enc"
    link.symlink_to(Path("shared") / "key.enc")
    encrypt(link)
    assert link.is_symlink()
    store.rekey(link, "one", "two", profile="test-only")
    assert link.is_symlink()
    assert store.unlock(file, "two").reveal() == TOKEN
    assert disk.check_target(link) == file


def test_a_link_that_leads_nowhere_makes_the_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    encrypt(tmp_path / "link")
    assert (tmp_path / "file").is_file()
    assert (tmp_path / "link").is_symlink()
