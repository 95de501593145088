"""What steps say, in real Snakemake runs: templates, Markdown, tables, blocks, images, digests."""

import json
from pathlib import Path

import pytest

from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import Run
from tests.support.steps import CONFIG, INCLUDE, fails, receipt, shown, write

SCORES = "model\tndcg\nknn\t0.5\nforest\t0.75\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def post(study: Path, name: str, text: str | bytes) -> None:
    (study / name).parent.mkdir(parents=True, exist_ok=True)
    (study / name).write_bytes(text.encode() if isinstance(text, str) else text)


def run(study: Path, snakemake: Run, steps: str, config: dict | None = None, *targets: str) -> None:
    write(study, INCLUDE + steps, {**CONFIG, **(config or {})})
    done = snakemake(*(targets or ("slack/said.json",)))
    assert done.returncode == 0, done.stderr


def test_a_template_and_its_values(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    """The values are made by a job before it, so that they are not there while Snakemake plans."""
    template = (
        "{{ wildcards.sample }}: {{ data.best.model }} of {{ data.scores | length }}, "
        "{{ config.experiment.name }}, {{ params.color }}, {{ run.rule }}, {{ input.scores }}"
    )
    post(study, "said.j2", template)
    write(
        study,
        INCLUDE
        + """
rule science:
    output: "scores.tsv", best="best.json"
    run:
        open(output[0], "w").write("model\\tndcg\\nknn\\t0.5\\n")
        open(output.best, "w").write('{"model": "knn"}')
use rule slack_message as said with:
    input: template="said.j2", scores="scores.tsv", best="best.json"
    output: "slack/{sample}.json"
    params: color="good"
""",
        CONFIG,
    )
    config = {"slack": CONFIG, "experiment": {"name": "diabetes", "token": "hidden"}}
    (study / "config.json").write_text(json.dumps(config))
    done = snakemake("slack/a.json")
    assert done.returncode == 0, done.stderr
    text = sandbox.messages()[0]["attachments"][0]["fallback"]
    assert text == "a: knn of 1, diabetes, good, said, scores.tsv"


def test_a_template_as_a_text_in_params(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    post(study, "scores.tsv", SCORES)
    run(
        study,
        snakemake,
        """
use rule slack_message as said with:
    input: scores="scores.tsv"
    output: "slack/said.json"
    params: template=lambda wildcards: "best: {{ data.scores[-1].model }}"
""",
    )
    assert shown(sandbox) == ["best: forest"]


def test_a_changed_template_posts_again(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    step = """
use rule slack_message as said with:
    input: template="said.j2"
    output: "slack/said.json"
"""
    for text in ("one", "one and two"):
        post(study, "said.j2", text)
        run(study, snakemake, step)
    assert shown(sandbox) == ["one", "one and two"]


@pytest.mark.parametrize(
    ("files", "step", "line", "hint"),
    [
        ({"s.j2": "a\n{{ nope }}"}, 'input: template="s.j2"', "s.j2, line 2: 'nope' is", "data"),
        ({"t.tsv": "a\n1\n"}, 'params: table="t.tsv", layout="grid"', "layout is grid", "list"),
        ({"b.yaml": "- {type: section}"}, 'input: blocks="b.yaml"', "has no text", "fields"),
        ({"b.json": "[{]"}, 'input: blocks="b.json"', "not valid JSON: line 1", "Block Kit"),
        ({}, 'params: table="none.tsv"', "none.tsv cannot be read", "input"),
        ({}, 'params: message="x", images=["none.png"]', "file none.png does not exist", "input"),
        ({}, 'params: message="x", max_files=0', "max_files is 0", "how many"),
        ({}, 'params: message="x", mention={"user": "ada"}', "unknown key user", "users"),
    ],
)  # fmt: skip
def test_what_is_wrong(
    study: Path, sandbox: Sandbox, snakemake: Run,
    files: dict[str, str], step: str, line: str, hint: str,
) -> None:  # fmt: skip
    for name, text in files.items():
        post(study, name, text)
    rule = f'\nuse rule slack_message as hello with:\n    output: "slack/hello.json"\n    {step}\n'
    write(study, INCLUDE + rule, CONFIG)
    fails(snakemake("slack/hello.json"), study, line, hint)
    assert sandbox.messages() == []


def test_a_markdown_file(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    post(study, "said.md", "# Best\n\n- **knn** <!channel>\n")
    run(
        study,
        snakemake,
        """
use rule slack_message as said with:
    input: message="said.md"
    output: "slack/said.json"
""",
    )
    assert shown(sandbox) == ["*Best*\n\n• *knn* &lt;!channel&gt;"]


def test_blocks_from_a_file_and_a_footer_with_the_runs_message(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    post(study, "b.yaml", "- {type: header, text: {type: plain_text, text: Best}}\n")
    run(
        study,
        snakemake,
        """
include: slack_wrapper.rules("hooks.smk")
use rule slack_message as said with:
    input: blocks="b.yaml"
    output: "slack/said.json"
    params: footer=True
""",
    )
    root, said = sandbox.messages()
    assert said["thread_ts"] == root["ts"]
    header, context = said["blocks"]
    assert header["type"] == "header"
    footer = context["elements"][0]["text"]
    assert footer.startswith("rule `said`")
    assert f"p{root['ts'].replace('.', '')}|the run>" in footer


def test_a_table_that_fits_and_one_that_follows_in_full(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    post(study, "small.tsv", SCORES)
    rows = "".join(f"sample{number}\t{number}\n" for number in range(1000))
    post(study, "large.tsv", "sample\treads\n" + rows)
    run(
        study,
        snakemake,
        """
use rule slack_message as small with:
    input: table="small.tsv"
    output: "slack/small.json"
    params: message="scores", layout="text"
use rule slack_message as large with:
    input: table="large.tsv", after="slack/small.json"
    output: "slack/large.json"
    params: layout="text"
""",
        {},
        "slack/large.json",
    )
    small, large, file = sandbox.messages()
    assert small["text"] == "scores\n```\nmodel   ndcg\nknn      0.5\nforest  0.75\n```"
    assert "more rows" in large["text"]
    assert file["thread_ts"] == large["ts"]
    assert [one["name"] for one in file["files"]] == ["large.tsv"]
    kept = receipt(study, "large")
    assert kept["ts"] == large["ts"]
    assert kept["replies"][0]["ts"] == file["ts"]


DIGEST = """
use rule slack_digest as said with:
    input:
        table=expand("stats/{n}.json", n=range(25)),
        file=expand("plots/{n}.png", n=range(25)),
    output: "slack/said.json"
    params: message="*all* done", max_files=6
"""


def samples(study: Path, count: int = 25) -> None:
    for number in range(count):
        post(study, f"stats/{number}.json", json.dumps({"sample": f"s{number}", "reads": number}))
        post(study, f"plots/{number}.png", PNG + bytes([number % 256]))


def test_a_digest_is_one_message_and_its_thread(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    samples(study)
    run(study, snakemake, DIGEST)
    first, *rest = sandbox.messages()
    assert first["text"].startswith("*all* done\n```\nsample  reads\ns0          0\n")
    assert first["text"].count("\ns") == 26
    assert [len(one["files"]) for one in (first, *rest)] == [6, 6, 6, 6, 1]
    assert {one["thread_ts"] for one in rest} == {first["ts"]}
    names = [file["name"] for one in (first, *rest) for file in one["files"]]
    assert names == [f"{number}.png" for number in range(25)]
    kept = receipt(study, "said")
    assert len(kept["replies"]) == 4
    assert sum(len(one["files"]) for one in (kept, *kept["replies"])) == 25


def test_the_whole_of_a_digests_table_is_its_first_file(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    samples(study, 500)
    run(study, snakemake, DIGEST.replace("range(25)", "range(500)", 1))
    first = sandbox.messages()[0]
    assert [file["name"] for file in first["files"]][:2] == ["said.tsv", "0.png"]
    identifier = first["files"][0]["id"]
    whole = (sandbox.store.folder / "files" / identifier).read_text()
    assert whole.startswith("sample\treads\ns0\t0\n")
    assert whole.count("\n") == 501


def test_a_digest_of_no_files_is_a_message(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    post(study, "scores.tsv", SCORES)
    run(
        study,
        snakemake,
        """
use rule slack_digest as said with:
    input: table="scores.tsv"
    output: "slack/said.json"
    params: message="all done", layout="list", color="good"
""",
    )
    assert sandbox.messages()[0]["attachments"][0]["fallback"] == (
        "all done\n• *knn*: ndcg 0.5\n• *forest*: ndcg 0.75"
    )


def test_a_digest_goes_on_where_it_was_stopped(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """The third message fails for good; run again, the first two are not posted again."""
    samples(study)
    write(study, INCLUDE + DIGEST, {**CONFIG, "on_failure": "fail"})
    fault = Fault(
        "files.completeUploadExternal", "error", code="posting_to_channel_denied", skip=2, times=1
    )
    sandbox.faults.add(fault)
    assert snakemake("slack/said.json").returncode == 1
    assert len(sandbox.messages()) == 2
    assert snakemake("slack/said.json").returncode == 0
    assert [len(one["files"]) for one in sandbox.messages()] == [6, 6, 6, 6, 1]
    assert len({one.get("thread_ts", one["ts"]) for one in sandbox.messages()}) == 1


def test_a_digest_in_an_outage_arrives_as_one_thread(
    study: Path, sandbox: Sandbox, snakemake: Run, command: Run
) -> None:
    samples(study)
    write(study, INCLUDE + DIGEST, CONFIG)
    sandbox.faults.add(Fault("*", "error", code="service_unavailable", times=100_000))
    done = snakemake("slack/said.json")
    assert done.returncode == 0, done.stderr
    kept = receipt(study, "said")
    assert {one["status"] for one in (kept, *kept["replies"])} == {"queued"}
    sandbox.faults.clear()
    flushed = command(
        "flush", "--configfile", "config.json", "--password", "correct horse battery staple"
    )
    assert flushed.returncode == 0, flushed.stderr
    assert [len(one["files"]) for one in sandbox.messages()] == [6, 6, 6, 6, 1]
    assert len({one.get("thread_ts", one["ts"]) for one in sandbox.messages()}) == 1
    kept = receipt(study, "said")
    assert {one["status"] for one in (kept, *kept["replies"])} == {"delivered"}


IMAGES = """
use rule slack_message as said with:
    input: images=["plots/0.png", "plots/1.png"]
    output: "slack/said.json"
    params: message="two plots", color="good"
"""


def test_images_are_shown_inside_the_message(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    samples(study, 2)
    run(study, snakemake, IMAGES)
    (message,) = sandbox.messages()
    text, first, second = message["attachments"][0]["blocks"]
    assert text["text"]["text"] == "two plots"
    kept = receipt(study, "said")
    assert [first["slack_file"]["id"], second["slack_file"]["id"]] == [
        file["id"] for file in kept["files"]
    ]
    assert first["alt_text"] == "0.png"


def test_blocks_are_posted_again_until_slack_has_looked_at_the_image(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    samples(study, 2)
    sandbox.faults.add(Fault("chat.postMessage", "error", code="invalid_blocks", times=2))
    run(study, snakemake, IMAGES)
    assert len(sandbox.messages()) == 1


@pytest.mark.parametrize("method", ["upload", "files.completeUploadExternal", "chat.postMessage"])
def test_an_unclear_call_on_the_way_to_an_image_posts_it_once(
    study: Path, sandbox: Sandbox, snakemake: Run, method: str
) -> None:
    samples(study, 2)
    sandbox.faults.add(Fault(method, "reset", when="after", times=1))
    run(study, snakemake, IMAGES)
    assert len(sandbox.messages()) == 1


def test_declared_posts_take_all_of_it(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    post(study, "scores.tsv", SCORES)
    post(study, "said.j2", "best: {{ data.scores[-1].model }}")
    samples(study, 2)
    posts = {
        "text": {"template": "{{ data.scores | length }} models", "data": {"scores": "scores.tsv"}},
        "file": {"template": "said.j2", "data": {"scores": "scores.tsv"}},
        "table": {"table": "scores.tsv", "layout": "list"},
        "digest": {"option": "digest", "message": "all", "file": ["plots/0.png", "plots/1.png"],
                   "max_files": 1},
        "image": {"message": "look", "images": "plots/0.png", "footer": "the end"},
        "who": {"message": "look", "mention": {"users": ["ada"]}},
    }  # fmt: skip
    run(study, snakemake, "", {"posts": posts}, "slack_posts")
    assert {"2 models", "best: forest", "• *knn*: ndcg 0.5\n• *forest*: ndcg 0.75", "all"} <= set(
        shown(sandbox)
    )
    assert "<@U00000ADA> look" in shown(sandbox)
    assert len(receipt(study, "digest")["replies"]) == 1
    footer = sandbox.store.message("C0000LIBREC", receipt(study, "image")["ts"])["blocks"][-1]
    assert footer["elements"][0]["text"] == "the end"


def test_a_step_loads_no_slack_no_crypto_and_no_templates(study: Path, sandbox: Sandbox) -> None:
    import subprocess
    import sys

    code = """
import sys
from slack_wrapper.message.parameters import build
build({"channel": "x", "message": "plain"}, message_file="summary.txt")
names = ("slack_sdk", "cryptography", "jinja2", "markdown_it", "yaml", "jsonschema", "keyring")
print([name for name in names if name in sys.modules])
"""
    post(study, "summary.txt", "text")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_step_posts_to_the_workspace_of_its_own_key(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    from slack_wrapper.vault.keyfile import store
    from tests.conftest import PASSWORD

    scopes = ["chat:write", "chat:write.public"]
    token = {"token": "xoxb-another-workspace", "user": "U00000ADA", "scopes": scopes}
    sandbox.store.data["tokens"].append(token)
    store.encrypt_to(
        study / "keys" / "other.enc", token["token"], PASSWORD, profile="test-only"
    )  # fmt: skip
    run(
        study,
        snakemake,
        """
use rule slack_message as first with:
    output: "slack/first.json"
    params: message="from the one", channel=["librec_channel", "general"]
use rule slack_message as said with:
    input: "slack/first.json"
    output: "slack/said.json"
    params: message="from the other", encrypted_key="keys/other.enc"
""",
    )
    told = {one["text"]: one["user"] for one in sandbox.messages()}
    assert told == {"from the one": "U00000BOT", "from the other": "U00000ADA"}
    assert [one["user"] for one in sandbox.messages("general")] == ["U00000BOT"]
