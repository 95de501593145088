"""`slack-wrapper init`: by flags and at a terminal, in folders of all kinds."""

import json
import os
import sys
from pathlib import Path

import pexpect
import pytest

from slack_wrapper.cli.setup import config_edit, project_files
from slack_wrapper.common.parsing import from_yaml
from slack_wrapper.errors import ConfigError
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.vault.keyfile import store
from tests.conftest import Run

PASSWORD = "correct horse battery staple"
FLAGS = ("init", "--channel", "librec_channel", "--key", "-")


@pytest.fixture
def empty(study: Path) -> Path:
    (study / "keys" / "slack-api.enc").unlink()
    (study / "keys").rmdir()
    return study


def env(sandbox: Sandbox, **more: str) -> dict[str, str]:
    return {
        "SLACK_WRAPPER_BASE_URL": sandbox.api_url,
        "SLACK_WRAPPER_PASSWORD": PASSWORD,
        "XDG_CACHE_HOME": str(Path.cwd() / "cache"),
        **more,
    }


def test_from_nothing_to_the_first_message(empty: Path, command: Run, sandbox: Sandbox) -> None:
    done = command(*FLAGS, env=env(sandbox), stdin=sandbox.token)
    assert done.returncode == 0, done.stderr
    assert from_yaml(Path("config.yaml").read_text()) == {
        "slack": {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}
    }
    assert store.unlock("keys/slack-api.enc", PASSWORD).reveal() == sandbox.token
    assert len(sandbox.messages()) == 1
    for line in ('configfile: "config.yaml"', 'include: slack_wrapper.rules("hooks.smk")'):
        assert line in done.stdout
    assert sandbox.token not in done.stdout + done.stderr


def test_what_it_prints_makes_a_workflow_that_posts(
    empty: Path, command: Run, snakemake: Run, sandbox: Sandbox
) -> None:
    Path("Snakefile").write_text('rule all:\n    output: "x"\n    shell: "touch {output}"\n')
    done = command(*FLAGS, "--no-post", env=env(sandbox), stdin=sandbox.token)
    assert sandbox.messages() == []
    printed = [line[4:] for line in done.stdout.splitlines() if line.startswith("    ")]
    assert len(printed) == 3
    Path("Snakefile").write_text("\n".join([*printed, Path("Snakefile").read_text()]))
    run = snakemake("--cores", "1", env=env(sandbox))
    assert run.returncode == 0, run.stderr
    assert sandbox.messages()


def test_a_second_time_nothing_is_lost(empty: Path, command: Run, sandbox: Sandbox) -> None:
    command(*FLAGS, env=env(sandbox), stdin=sandbox.token)
    key, config = Path("keys/slack-api.enc").read_bytes(), Path("config.yaml").read_bytes()
    done = command("init", env=env(sandbox))
    assert done.returncode == 0, done.stderr
    assert (Path("keys/slack-api.enc").read_bytes(), Path("config.yaml").read_bytes()) == (
        key,
        config,
    )
    assert len(sandbox.messages()) == 2


def test_a_wrong_channel_is_told_and_ends_with_1(
    empty: Path, command: Run, sandbox: Sandbox
) -> None:
    done = command(
        "init", "--channel", "nowhere", "--key", "-", env=env(sandbox), stdin=sandbox.token
    )
    assert done.returncode == 1
    assert "nowhere" in done.stdout
    assert sandbox.messages() == []


def test_what_cannot_be_written_fails_before_anything_is_asked(
    empty: Path, command: Run, sandbox: Sandbox
) -> None:
    Path("keys").write_text("a file, not a folder")
    for arguments in (
        ("init", "--channel", "librec_channel"),
        ("encrypt", "--encrypted", "keys/x"),
    ):
        child = pexpect.spawn(
            sys.executable,
            ["-m", "slack_wrapper.cli.main", *arguments],
            env={**os.environ, "SLACK_WRAPPER_BASE_URL": sandbox.api_url},
            encoding="utf-8",
            timeout=60,
        )
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 1
        assert "cannot be written" in child.before
        assert "Password" not in child.before


def test_at_a_terminal_nothing_secret_is_shown(empty: Path, sandbox: Sandbox) -> None:
    Path("Snakefile").write_text('configfile: "config/config.yaml"\n')
    given = {**os.environ, **env(sandbox)}
    del given["SLACK_WRAPPER_PASSWORD"]
    child = pexpect.spawn(
        sys.executable,
        ["-m", "slack_wrapper.cli.main", "init"],
        env=given,
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 200),
    )
    said = []
    for asked, answer in (
        ("Channel to post to: ", "#librec_channel"),
        (r"Slack token \(not shown\): ", sandbox.token),
        ("New password .*: ", PASSWORD),
        (": ", PASSWORD),
    ):
        child.expect(asked)
        said.append(child.before)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    shown = "".join([*said, child.before])
    assert child.exitstatus == 0, shown
    assert "new_app=1" in shown
    assert sandbox.token not in shown
    assert PASSWORD not in shown
    assert from_yaml(Path("config/config.yaml").read_text())["slack"]["channel"] == "librec_channel"
    assert "configfile:" not in shown


COMMENTED = """\
# the lab's config
samples: ["a", 'b']   # two of them
params:
    k:   3
    list:
      - 1
      - 2
"""


@pytest.mark.parametrize(
    "text",
    [
        COMMENTED,
        COMMENTED.rstrip("\n"),
        "",
        "# only a comment\n",
        COMMENTED + "slack:\n  # ours\n  channel: old   # the old one\n  thread: none\n",
        "slack:\n" + COMMENTED,
        "a: &a {x: 1}\nb: *a\n",
        '{"samples": ["a"], "slack": {"thread": "none"}}',
        '{"samples": ["a"]}',
    ],
)
def test_a_config_keeps_all_that_is_not_ours(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    path.chmod(0o640)
    before = from_yaml(text) or {}
    assert config_edit.merge(path, {"channel": "results", "encrypted_key": None})
    after = from_yaml(path.read_text())
    assert after == {**before, "slack": {**(before.get("slack") or {}), "channel": "results"}}
    if not text.startswith("{"):
        for line in (
            line for line in text.splitlines() if "slack" not in line and "old" not in line
        ):
            assert line in path.read_text().splitlines()
    assert path.stat().st_mode & 0o777 == 0o640
    assert not config_edit.merge(path, {"channel": "results"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("slack: true\n", "that is not ours"),
        ("slack: {webhooks: {lab: x}}\n", "that is not ours"),
        ("- a\n", "not a mapping"),
        ("a: [\n", "not valid YAML"),
    ],
)
def test_a_config_that_is_not_ours_stays(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        config_edit.merge(path, {"channel": "results"})
    assert path.read_text() == text


def test_a_json_config_stays_json(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"samples": ["a"], "slack": {"thread": "none"}}, indent=2))
    config_edit.merge(path, {"channel": "results"})
    assert json.loads(path.read_text())["slack"] == {"thread": "none", "channel": "results"}


@pytest.mark.parametrize(
    ("snakefile", "text", "config", "named"),
    [
        ("Snakefile", 'configfile: "config/lab.yaml"\n', "config/lab.yaml", True),
        ("workflow/Snakefile", "configfile: 'c.yml'  # ours\n", "c.yml", True),
        ("Snakefile", 'configfile: f"{x}.yaml"\n', "config.yaml", False),
        ("Snakefile", "rule all:\n", "config.yaml", False),
    ],
)
def test_the_config_that_the_snakefile_names(
    snakefile: str, text: str, config: str, named: bool, study: Path
) -> None:
    Path(snakefile).parent.mkdir(exist_ok=True)
    Path(snakefile).write_text(text)
    found = project_files.find()
    assert (found.snakefile, found.config, found.named) == (Path(snakefile), Path(config), named)
