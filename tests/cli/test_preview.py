"""`slack-wrapper preview` and dry runs: what a post would look like, without network or key."""

import json
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import INCLUDE, receipt, write

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
NOTHING = {"SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/"}
STEPS = """
rule science:
    output: "scores.tsv"
    shell: "printf 'model\\tndcg\\nknn\\t0.5\\n' > {output}"
use rule slack_message as said with:
    input: table="scores.tsv", images="plot.png"
    output: "slack/{sample}.json"
    params: message="sample {sample}", color="good", mention="ada@example.org", footer="the end"
use rule slack_digest as plots with:
    input: file=["plot.png", "plot.png", "summary.md"]
    output: "slack/plots.json"
    params: message="plots", max_files=1
rule all:
    default_target: True
    input: "slack/a.json", "slack/plots.json"
"""


@pytest.fixture
def workflow(study: Path) -> Path:
    write(study, INCLUDE + STEPS, {"channel": "librec_channel", "encrypted_key": "none.enc"})
    (study / "plot.png").write_bytes(PNG)
    (study / "scores.tsv").write_text("model\tndcg\nknn\t0.5\n")
    return study


def test_a_step_by_its_receipt(workflow: Path, sandbox: Sandbox, command: Run) -> None:
    done = command("preview", "slack/a.json", env=NOTHING)
    assert done.returncode == 0, done.stderr
    for line in (
        "── message to librec_channel, thread run ─",
        "@ada@example.org sample a",
        "▦ scores.tsv",
        "  knn    0.5",
        "┃ 🖼 plot.png",
        "┃ · the end",
        "blocks: 2 of 50, ",
        "page: .snakemake/slack/preview/slack_a.html",
    ):
        assert line in done.stdout
    page = (workflow / ".snakemake/slack/preview/slack_a.html").read_text()
    assert "sample a" in page
    assert "@ada@example.org" in page
    assert 'src="data:image/png;base64,' in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert not (workflow / "slack").exists()
    assert sandbox.store.calls == []


def test_a_rule_and_the_whole_workflow(workflow: Path, command: Run) -> None:
    one = command("preview", "plots")
    assert one.returncode == 0, one.stderr
    assert "📎 plot.png (58 bytes)" in one.stdout
    assert "↳ in the thread: summary.md" in one.stdout
    everything = command("preview")
    assert everything.stdout.count("page: ") == 2


def test_what_is_not_there_yet(workflow: Path, command: Run) -> None:
    (workflow / "scores.tsv").unlink()
    done = command("preview", "slack/a.json")
    assert done.returncode == 0, done.stderr
    assert "not there yet: scores.tsv" in done.stdout
    assert not (workflow / "scores.tsv").exists()


def test_what_slack_would_get(workflow: Path, command: Run) -> None:
    done = command("preview", "slack/a.json", "--json")
    (shown,) = json.loads(done.stdout)
    assert shown["attachments"][0]["color"] == "good"
    assert shown["wrong"] == []
    assert shown["request"]["channels"] == ["librec_channel"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--message", "hello *there*"), "hello *there*"),
        (("--message", "x", "--table", "scores.tsv", "--layout", "list"), "• *knn*: ndcg 0.5"),
        (("--template", "{{ data.s[0].model }}", "--data", "s=scores.tsv"), "knn"),
        (("--message", "x", "--mention", "here"), "@here x"),
        (("--field", "NDCG=0.87"), "  0.87"),
        (("--file", "plot.png", "--comment", "look"), "📎 plot.png (58 bytes)"),
        (("--message", "**b**", "--markdown"), "*b*"),
        (("--message", "x " * 4000), "reply 1: "),
    ],
)
def test_of_options(workflow: Path, command: Run, arguments: tuple[str, ...], line: str) -> None:
    done = command("preview", *arguments, "--html", "out.html", env=NOTHING)
    assert done.returncode == 0, done.stderr
    assert line in done.stdout
    assert (workflow / "out.html").read_text().startswith("<!doctype html>")


def test_all_that_slack_would_refuse(workflow: Path, command: Run) -> None:
    text = {"type": "plain_text", "text": "x" * 151}
    (workflow / "b.json").write_text(json.dumps([{"type": "header", "text": text}, {"type": "x"}]))
    done = command("preview", "--blocks", "b.json")
    assert done.returncode == 1
    assert "✗ blocks[0].text has 151 characters, Slack takes 150" in done.stdout
    assert "\nblocks[1].type is x, a type that this release does not know" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("nothing",), "no rule makes nothing"),
        (("science",), "science has no step that posts"),
        (("slack/a.json", "--message", "x"), "--message cannot be combined with a target"),
        (("--html", "out.html"), "--html takes one post, these are 2"),
        (("--snakefile", "none"), "Snakemake cannot plan none"),
        (("--field", "x"), "--field x has no name"),
    ],
)
def test_what_is_wrong(
    workflow: Path, command: Run, arguments: tuple[str, ...], line: str
) -> None:  # fmt: skip
    done = command("preview", *arguments)
    assert done.returncode == 2
    assert f"slack-wrapper: error: {line}" in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_shows_each_step(workflow: Path, sandbox: Sandbox, snakemake: Run) -> None:
    config = {"channel": "librec_channel", "encrypted_key": "none.enc", "dry_run": True}
    (workflow / "config.json").write_text(json.dumps({"slack": config}))
    done = snakemake(env=NOTHING)
    assert done.returncode == 0, done.stderr
    assert "@ada@example.org sample a" in done.stderr
    assert "📎 plot.png" in done.stderr
    assert receipt(workflow, "a")["status"] == "dry_run"
    pages = (workflow / ".snakemake/slack/preview").glob("*.html")
    assert sorted(page.name for page in pages) == ["slack_a.html", "slack_plots.html"]
    assert sandbox.store.calls == []


def test_a_dry_run_of_the_command(workflow: Path, command: Run) -> None:
    done = command("message", "hello", "--channel", "x", "--dry-run", env=NOTHING)
    assert done.returncode == 0, done.stderr
    assert "── message to x" in done.stdout
    assert "dry_run: x" in done.stdout


def test_slack_is_asked_about_the_blocks(workflow: Path, sandbox: Sandbox, command: Run) -> None:
    (workflow / "b.json").write_text(json.dumps([{"type": "hologram"}, {"type": "divider"}]))
    done = command("preview", "--blocks", "b.json", "--ask")
    assert done.returncode == 1
    assert "✗ blocks[0].type unsupported type: hologram" in done.stdout
    assert [call["method"] for call in sandbox.store.calls] == ["blocks.validate"]
    done = command("preview", "--table", "scores.tsv", "--chart", "bar:model:ndcg", "--ask")
    assert done.returncode == 0, done.stderr
    assert "\nSlack takes the blocks" in done.stdout
    assert "▤ ndcg by model (bar chart)" in done.stdout
    sandbox.faults.add(Fault("blocks.validate", "error", code="unknown_method"))
    done = command("preview", "--table", "scores.tsv", "--ask")
    assert done.returncode == 0, done.stderr
    assert "Slack was not asked about the blocks: unknown_method" in done.stdout


def test_a_chart_on_the_command_line(workflow: Path, command: Run) -> None:
    done = command("preview", "--table", "scores.tsv", "--chart", "bar")
    assert done.returncode == 2
    assert "slack-wrapper: error: --chart bar names no columns" in done.stderr
