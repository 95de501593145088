"""The command `slack-wrapper` shows and leaves no secret, in whichever way it gets the password."""

from typing import Any

import pytest

from tests.leaks import secrets
from tests.leaks.conftest import New
from tests.leaks.study import Study
from tests.leaks.ways import command, environment, file, prompt
from tests.support.leak_commands import KEY, SLACK_WRAPPER, options


def slack_wrapper(study: Study, *arguments: str) -> tuple[int, list[str]]:
    """Return a command's exit code and the secrets found after it."""
    given = options(study) if arguments[0] != "inspect" else []  # it needs no password
    done = study.watch([*SLACK_WRAPPER, *arguments, *given])
    assert b"Traceback" not in done.output, done.output
    return done.code, study.leaks(done)


@pytest.mark.parametrize("way", [file, command, environment, prompt])
def test_commands_show_no_secret(new_study: New, way: Any) -> None:
    study = new_study(way)
    (study.folder / "config.json").unlink()
    (study.safe / "clear.key").write_text(study.token.text + "\n")
    post = ("message", "from a shell", "--channel", "librec_channel", *KEY)
    assert slack_wrapper(study, *post) == (0, [])
    key = str(study.safe / "clear.key")
    encrypt = ("encrypt", "--key", key, "--encrypted", "keys/second.enc")
    assert slack_wrapper(study, *encrypt) == (0, [])
    assert (study.folder / "keys" / "second.enc").is_file()
    assert [message["text"] for message in study.sandbox.messages()] == ["from a shell"]
    (study.safe / "new").write_text("a password of her own\n")
    fresh = ("--new-password-file", str(study.safe / "new"))
    for change in (
        ("encrypt", "--add", "ada", "--encrypted", "keys/second.enc", *fresh),
        ("rekey", "keys/second.enc", "--keep-password", "--key", key),
        ("encrypt", "--remove", "ada", "--encrypted", "keys/second.enc"),
        ("inspect", "keys/second.enc"),
        ("check", "--channel", "librec_channel", *KEY),
    ):
        assert slack_wrapper(study, *change) == (0, []), change


@pytest.mark.parametrize("way", [file, command, environment, prompt])
def test_a_wrong_password_is_not_repeated(new_study: New, way: Any) -> None:
    study = new_study(way, wrong=True)
    (study.folder / "config.json").unlink()
    post = ("message", "never sent", "--channel", "librec_channel", *KEY)
    assert slack_wrapper(study, *post) == (1, [])
    assert study.sandbox.messages() == []


def test_a_password_on_the_command_line_is_warned_of(new_study: New) -> None:
    study = new_study(environment)
    study.given.environ.clear()
    post = ["message", "shown", "--channel", "librec_channel", *KEY]
    done = study.watch([*SLACK_WRAPPER, *post, "--password", study.password.text])
    assert done.code == 0, done.output
    assert b"slack-wrapper: warning: a password on a command line" in done.output
    assert secrets.find(done.output, study.password, study.token) == []
    assert {place.partition(" ")[0] for place in study.leaks(done)} == {"argv"}
