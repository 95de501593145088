"""Files that block, never end, or are none: refused at once, with the reason."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from slack_wrapper.common.regular_file import open_regular, read_bytes, read_text
from tests.support.special_files import fifo


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="not a regular file but a FIFO"):
        read_bytes(fifo(tmp_path / "pipe"))


def test_devices_links_to_them_sockets_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "zero").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("/dev/zero", tmp_path / "zero", tmp_path / "socket", tmp_path):
            with pytest.raises(OSError, match=r"not a regular file|[Ii]s a directory"):
                open_regular(name)


def test_a_file_of_the_bound_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert read_bytes(file, 10) == b"x" * 10
    with pytest.raises(OSError, match="larger than 9 bytes"):
        read_bytes(file, 9)


def test_a_sparse_file_of_a_terabyte_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "sparse"
    with file.open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than 1 MiB"):
        read_bytes(file, 1 << 20)


def test_a_link_to_a_file_is_followed_and_a_mark_at_its_start_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfhello")
    (tmp_path / "link").symlink_to("file")
    assert read_text(tmp_path / "link") == "hello"


def test_what_a_shell_substitutes_is_read_only_where_that_is_meant() -> None:
    code = (
        "import sys; from slack_wrapper.common.regular_file import read_bytes\n"
        "try: print(read_bytes(sys.argv[1], inherited=sys.argv[2] == '1'))\n"
        "except OSError as error: print(error.strerror)"
    )
    for inherited, expected in (("1", "b'secret\\n'"), ("0", "not a regular file but a FIFO")):
        script = f'"$0" -c "$1" <(echo secret) {inherited}'
        done = subprocess.run(
            ["bash", "-c", script, sys.executable, code],
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.stdout.strip() == expected, done.stderr
