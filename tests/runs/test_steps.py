"""Steps in real Snakemake runs: include, module, bare wrapper, receipts, what is posted again."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import REPOSITORY, Run, run
from tests.support.steps import CONFIG, INCLUDE, MODULE, STEPS, fails, receipt, shown, write


@pytest.mark.parametrize("use", [INCLUDE, MODULE], ids=["include", "module"])
def test_a_message_and_a_file(use: str, study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, use + STEPS.replace("WORD", "snakemake"), CONFIG)
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert sorted(shown(sandbox)) == ["hello from snakemake", "viz-bar-NormalizedDCG.jpg"]
    message, file = receipt(study, "hello"), receipt(study, "post_ndcg")
    assert (message["status"], file["status"]) == ("delivered", "delivered")
    assert message["channel"] == "C0000LIBREC"
    assert message["channel_name"] == "librec_channel"
    assert message["permalink"].endswith(message["ts"].replace(".", ""))
    assert file["files"][0]["size"] == 2003
    assert file["ts"] in {entry["ts"] for entry in sandbox.messages()}
    title = sandbox.store.data["files"][file["files"][0]["id"]]["title"]
    assert title == "NDCG for the experiment"


def test_nothing_is_posted_again_on_a_second_run(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    assert snakemake().returncode == 0
    before = shown(sandbox)
    second = snakemake()
    assert "Nothing to be done" in second.stdout + second.stderr
    assert shown(sandbox) == before


def test_a_changed_input_posts_again(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    assert snakemake().returncode == 0
    plot = study / "post" / "viz-bar-NormalizedDCG.jpg"
    plot.write_bytes(b"\xff\xd8\xff" + bytes(range(256)))
    assert snakemake().returncode == 0
    assert shown(sandbox).count("viz-bar-NormalizedDCG.jpg") == 2
    assert receipt(study, "post_ndcg")["files"][0]["size"] == 259


def test_a_changed_parameter_posts_again(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS.replace("WORD", "one"), CONFIG)
    assert snakemake().returncode == 0
    write(study, INCLUDE + STEPS.replace("WORD", "two"), CONFIG)
    assert snakemake().returncode == 0
    assert [text for text in shown(sandbox) if "hello" in text] == [
        "hello from one",
        "hello from two",
    ]
    assert len([text for text in shown(sandbox) if "viz" in text]) == 1


def test_an_upgrade_of_the_package_posts_nothing(
    study: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    """A checkout stands for the installed package; the upgrade changes every file of it."""
    checkout = tmp_path / "checkout"
    for name in ("slack_wrapper", "rules"):
        shutil.copytree(REPOSITORY / name, checkout / name)
    write(study, f"include: '{checkout}/rules/slack.smk'\n" + STEPS, CONFIG)
    env = {"SLACK_WRAPPER_PASSWORD": "correct horse battery staple", "PYTHONPATH": str(checkout)}
    command = (sys.executable, "-m", "snakemake", "--cores", "2")
    first = run(*command, cwd=study, env=env)
    assert first.returncode == 0, first.stderr
    before = shown(sandbox)
    for path in checkout.rglob("*"):
        if path.suffix in (".py", ".smk", ".yaml"):
            path.write_text(path.read_text() + "\n# a new release\n")
    second = run(*command, cwd=study, env=env)
    assert second.returncode == 0, second.stderr
    assert shown(sandbox) == before


def test_the_wrapper_needs_no_config(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(
        study,
        """
import slack_wrapper
rule post:
    output: "slack/post.json"
    params:
        channel="librec_channel", encrypted_key="keys/slack-api.enc", message="bare",
        fields={"NDCG": "0.87"}, color="good", mention="ada@example.org",
    wrapper: slack_wrapper.wrapper()
""",
    )
    done = snakemake()
    assert done.returncode == 0, done.stderr
    message = sandbox.messages()[0]
    assert message["attachments"][0]["color"] == "good"
    assert "<@U00000ADA> bare" in json.dumps(message["attachments"])


def test_the_wrappers_own_example_runs(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    """`slack_wrapper/test/Snakefile`, with the wrapper as `file:slack_wrapper` from a checkout."""
    shutil.copytree(REPOSITORY / "slack_wrapper", study / "slack_wrapper")
    (study / "plot.png").write_bytes(b"\x89PNG" + bytes(100))
    done = snakemake("--snakefile", "slack_wrapper/test/Snakefile")
    assert done.returncode == 0, done.stderr
    assert sorted(shown(sandbox)) == ["Hello from Snakemake", "plot.png"]


def test_declared_posts(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    posts = {
        "first": {"message": "one", "input": "summary.md"},
        "plot": {"file": "post/viz-bar-NormalizedDCG.jpg", "thread": "slack/first.json"},
        "text": {"message_file": "summary.md", "channel": ["librec_channel", "general"]},
    }
    write(study, INCLUDE, {**CONFIG, "posts": posts})
    done = snakemake("slack_posts")
    assert done.returncode == 0, done.stderr
    assert receipt(study, "plot")["thread_ts"] == receipt(study, "first")["ts"]
    both = receipt(study, "text")["deliveries"]
    assert [entry["channel_name"] for entry in both] == ["librec_channel", "general"]
    assert shown(sandbox, "general") == ["_all_ well"]


def test_wildcards_make_one_post_each(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(
        study,
        INCLUDE
        + """
use rule slack_message as per_sample with:
    output: "slack/{sample}.json"
    params: message="sample {sample} done"
rule all:
    default_target: True
    input: expand("slack/{sample}.json", sample=["a", "b"])
""",
        CONFIG,
    )
    done = snakemake()
    assert done.returncode == 0, done.stderr
    assert sorted(shown(sandbox)) == ["sample a done", "sample b done"]


@pytest.mark.parametrize(("key", "status"), [("dry_run", "dry_run"), ("enabled", "disabled")])
def test_dry_run_and_disabled_send_nothing_and_need_no_key(
    study: Path, sandbox: Sandbox, snakemake: Run, key: str, status: str
) -> None:
    config = {**CONFIG, "encrypted_key": "none.enc", key: key == "dry_run"}
    write(study, INCLUDE + STEPS, config)
    done = snakemake(env={})
    assert done.returncode == 0, done.stderr
    assert receipt(study, "post_ndcg")["status"] == status
    assert sandbox.store.calls == []


def test_a_key_is_encrypted_as_a_step(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    (study / "slack-api.key").write_text(f"{sandbox.token}\n")
    write(
        study,
        INCLUDE
        + """
use rule slack_encrypt_key as encrypt with:
    output: "slack/encrypted.json"
    params: key="slack-api.key", encrypted="keys/new.enc"
use rule slack_message as hello with:
    input: "slack/encrypted.json"
    output: "slack/hello.json"
    params: message="opened", encrypted_key="keys/new.enc"
""",
        CONFIG,
    )
    done = snakemake("slack/hello.json")
    assert done.returncode == 0, done.stderr
    assert shown(sandbox) == ["opened"]
    assert json.loads((study / "slack" / "encrypted.json").read_text())["status"] == "encrypted"


def test_a_failed_encryption_keeps_the_old_key(study: Path, snakemake: Run) -> None:
    old = (study / "keys" / "slack-api.enc").read_bytes()
    (study / "slack-api.key").write_text("two words\n")
    write(study, INCLUDE, CONFIG)
    done = snakemake("slack_encrypt_key")
    assert done.returncode == 1
    assert "holds no single token" in done.stderr
    assert (study / "keys" / "slack-api.enc").read_bytes() == old


# What goes wrong: one line and a hint, no traceback, no receipt.


@pytest.mark.parametrize(
    ("break_it", "line", "hint"),
    [
        ("password", "does not open the key file keys/slack-api.enc", "keyring"),
        ("missing", "the key file keys/slack-api.enc does not exist", "slack-wrapper encrypt"),
        ("damaged", "the key file keys/slack-api.enc is damaged", "version control"),
        ("channel", "hello would fail: channel nowhere", "/invite"),
        ("token", "invalid_auth", "rekey"),
        ("no_password", "there is no password for the key file", "keyring set"),
    ],
)
def test_what_a_user_can_get_wrong(
    study: Path, sandbox: Sandbox, snakemake: Run, break_it: str, line: str, hint: str
) -> None:
    config, env = dict(CONFIG), None
    key = study / "keys" / "slack-api.enc"
    if break_it == "password":
        env = {"SLACK_WRAPPER_PASSWORD": "wrong"}
    elif break_it == "missing":
        key.unlink()
    elif break_it == "damaged":
        key.write_bytes(key.read_bytes()[:100])
    elif break_it == "channel":
        config["channel"] = "nowhere"
    elif break_it == "token":
        sandbox.store.data["tokens"].clear()
    elif break_it == "no_password":
        env = {}
    write(study, INCLUDE + STEPS, config)
    fails(snakemake("slack/hello.json", env=env), study, line, hint)
    assert sandbox.messages() == []


def test_no_token_at_all(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, {"channel": "librec_channel"})
    done = snakemake("slack/hello.json")
    fails(done, study, "there is no Slack token", "slack.encrypted_key")


def test_the_token_of_ci_secrets_is_taken(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, {"channel": "librec_channel"})
    done = snakemake("slack/hello.json", env={"SLACK_BOT_TOKEN": sandbox.token})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("params", "line", "hint"),
    [
        ('mesage="x"', "unknown parameter mesage", "did you mean message"),
        ('message="x", password="y"', "password cannot be a parameter", "keyring"),
        ('message="x", option="carrier_pigeon"', "option is carrier_pigeon", "message, file"),
        ('message=""', "has nothing to say", "message"),
        ('message="  "', "has nothing to say", "message"),
        ('message="x", color="greenish"', "color is greenish", "good"),
        ('message="x", thread="none.json"', "thread none.json: no step of this run", "receipt"),
        ('"x"', "a parameter without a name", "params: message"),
    ],
)
def test_bad_parameters(study: Path, snakemake: Run, params: str, line: str, hint: str) -> None:
    step = f"""
use rule slack_message as hello with:
    output: "slack/hello.json"
    params: {params}
"""
    write(study, INCLUDE + step, CONFIG)
    fails(snakemake("slack/hello.json"), study, line, hint)


def test_a_bad_config_is_told_while_parsing(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, {"chanel": "x"})
    done = snakemake("-n")
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert "config: unknown key slack.chanel\nhint: did you mean channel?" in text
    assert "Traceback" not in text


def test_the_rules_are_clean_under_lint(study: Path, snakemake: Run) -> None:
    write(study, INCLUDE, CONFIG)
    done = snakemake("--lint")
    findings = re.findall(r"Lints for rule (\w+)|\* (.+):$", done.stdout + done.stderr, re.M)
    # A log must have the wildcards of the output, which only the user of these knows; no software
    # is to be deployed for a step, which Snakemake's own Python carries out.
    software, log = "Specify a conda environment or container for each rule.", "No log directive"
    assert [rule or finding.removesuffix(" defined") for rule, finding in findings] == [
        *("slack_message", log, software),
        *("slack_file", log, software),
        *("slack_approval", log, software),
        *("slack_digest", log, software),
        *("slack_post", software),
        *("slack_encrypt_key", software),
    ]


def test_no_secret_lies_about(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + STEPS, CONFIG)
    done = snakemake("--verbose")
    assert done.returncode == 0
    secrets = (sandbox.token, "correct horse")
    texts = {"output": done.stdout + done.stderr}
    for folder, _, names in os.walk(study):
        for name in names:
            path = Path(folder) / name
            texts[str(path)] = path.read_bytes().decode("utf-8", "replace")
    assert [where for where, text in texts.items() if any(one in text for one in secrets)] == []
