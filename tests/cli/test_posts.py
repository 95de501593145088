"""Posting from the command line; what goes wrong is one line and a hint, without a receipt."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from slack_wrapper.cli.manifest import FEATURES
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run
from tests.support.cli_posts import ENV, KEY


def test_a_message_and_its_receipt(study: Path, sandbox: Sandbox, command: Run) -> None:
    done = command("message", "hello", *KEY, "--receipt", "r.json", env=ENV)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("delivered: librec_channel http://127.0.0.1")
    assert [message["text"] for message in sandbox.messages()] == ["hello"]
    again = command("message", "-", *KEY, "--thread", "r.json", "--json", env=ENV, stdin="reply\n")
    shown = json.loads(again.stdout)
    assert shown["thread_ts"] == json.loads((study / "r.json").read_text())["ts"]


def test_several_files_in_one_message(study: Path, sandbox: Sandbox, command: Run) -> None:
    for name in ("a.txt", "b.txt"):
        (study / name).write_text(name)
    done = command("file", "a.txt", "b.txt", "--comment", "two", *KEY, env=ENV)
    assert done.returncode == 0, done.stderr
    (message,) = sandbox.messages()
    assert [entry["name"] for entry in message["files"]] == ["a.txt", "b.txt"]
    assert message["text"] == "two"


def test_a_command_tells_why_nothing_was_posted(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    away = {**ENV, "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}
    quick = (*KEY, "--configfile", "c.yaml")
    (study / "c.yaml").write_text("slack: {max_wait: 1}")
    queued = command("message", "x", *quick, "--on-failure", "queue", env=away)
    assert queued.returncode == 75
    assert queued.stdout.startswith("queued: librec_channel until the next run")
    assert "slack-wrapper flush: no answer from Slack" in queued.stdout
    here = ("message", "x", "--encrypted-key", "keys/slack-api.enc", "--channel", "nowhere")
    warned = command(*here, "--on-failure", "warn", env=ENV)
    assert warned.returncode == 0
    assert warned.stdout.startswith("warned: nowhere Slack refused")
    assert "slack-wrapper: warning: nothing is posted to nowhere: Slack refused" in warned.stderr
    assert "hint: check the name" in warned.stderr


def test_a_config_file_gives_the_defaults(study: Path, sandbox: Sandbox, command: Run) -> None:
    (study / "c.yaml").write_text(
        "slack: {channel: librec_channel, encrypted_key: keys/slack-api.enc,"
        f" password_command: echo {PASSWORD}}}"
    )
    assert command("message", "hello", "--configfile", "c.yaml").returncode == 0
    assert len(sandbox.messages()) == 1


def test_a_dry_run_sends_nothing_and_needs_no_password(sandbox: Sandbox, command: Run) -> None:
    done = command("message", "hello", *KEY, "--dry-run")
    assert done.returncode == 0
    assert "\nhello\n" in done.stdout
    assert done.stdout.endswith("\ndry_run: librec_channel\n")
    assert sandbox.store.calls == []


@pytest.mark.parametrize(
    ("arguments", "env", "line", "hint"),
    [
        (("message", "x", *KEY), {"SLACK_WRAPPER_PASSWORD": "no"}, "does not open", "password"),
        (("message", "x", *KEY), {}, "there is no password for the key file", "keyring set"),
        (
            ("message", "x", "--encrypted-key", "none.enc", "--channel", "c"),
            ENV,
            "the key file none.enc does not exist",
            "slack-wrapper encrypt",
        ),
        (
            ("message", "x", "--encrypted-key", "broken.enc", "--channel", "c"),
            ENV,
            "the key file broken.enc is damaged",
            "version control",
        ),
        (("message", "x", "--channel", "c"), {}, "there is no Slack token", "--encrypted-key"),
        (("message", "x", *KEY[:2], "--channel", "lost"), ENV, "channel_not_found", "/invite"),
        (("file", "none.png", *KEY), ENV, "the file none.png does not exist", "working directory"),
        (("file", "empty.png", *KEY), ENV, "the file empty.png is empty", "refuses empty files"),
        (("file", "keys", *KEY), ENV, "keys is a folder", "packed into one file"),
        (
            ("flush", "--configfile", "none.yaml"),
            {},
            "none.yaml cannot be read: no such file",
            "check the path",
        ),
        (("inspect", "none.enc"), {}, "none.enc does not exist", "relative"),
        (("keyring", "check", "--key-file", "k"), {}, "no keyring answers", "password_command"),
        (("manifest", "--features", "magic"), {}, "no feature magic", "message, file"),
        (("outbox", "--drop", "nothing"), {}, "no entry nothing", "lists the entries"),
    ],
)
def test_what_goes_wrong(
    study: Path, sandbox: Sandbox, command: Run,
    arguments: tuple[str, ...], env: dict[str, str], line: str, hint: str,
) -> None:  # fmt: skip
    (study / "empty.png").touch()
    (study / "broken.enc").write_text("slack-wrapper-key v1\n")
    more = ("--receipt", "r.json") if arguments[0] in ("message", "file") else ()
    done = command(*arguments, *more, env=env)
    assert done.returncode in (1, 2)
    lines = [one for one in done.stderr.splitlines() if one.startswith(("slack-wrapper:", "hint:"))]
    assert len(lines) == 2, done.stderr
    assert line in lines[0]
    assert hint in lines[1]
    assert "Traceback" not in done.stderr
    assert not (study / "r.json").exists()
    assert sandbox.messages() == []


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("file",), ("encrypt",)])
def test_wrong_usage_ends_with_2(command: Run, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0].startswith("slack-wrapper: error: ")
    assert re.fullmatch("hint: slack-wrapper.* --help lists what it takes", lines[1])
    assert len(lines) == 2


@pytest.mark.parametrize("features", ["message", "message,file", ",".join(FEATURES)])
def test_the_manifest_asks_for_exactly_what_is_needed(command: Run, features: str) -> None:
    link = command("manifest", "--features", features, "--url-only").stdout.strip()
    manifest = json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0])
    wanted = {scope for name in features.split(",") for scope in FEATURES[name]}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == wanted
    printed = command("manifest", "--features", features).stdout
    assert json.loads(printed.split("\n\nCreate")[0]) == manifest


def test_a_token_with_just_those_scopes_can_do_it_all(
    study: Path, sandbox: Sandbox, command: Run
) -> None:
    wanted = [scope for scopes in FEATURES.values() for scope in scopes]
    with sandbox.store.change() as data:
        data["tokens"][0]["scopes"] = wanted
    (study / "a.txt").write_text("text")
    mention = ("--mention", "ada@example.org")
    assert command("message", "hello", *KEY, *mention, env=ENV).returncode == 0
    assert command("message", "hi", *KEY[:2], "--channel", "general", env=ENV).returncode == 0
    direct = ("--channel", "ada@example.org")
    assert command("message", "psst", *KEY[:2], *direct, env=ENV).returncode == 0
    done = command("file", "a.txt", *KEY, "--json", env=ENV)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ts"]
