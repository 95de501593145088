"""`import-librec` and `slack-post`: librec-auto's studies and its own command line."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest
import yaml

from slack_wrapper.librec import slack_post
from slack_wrapper.sandbox.server import Sandbox
from tests.conftest import PASSWORD, Run, run
from tests.leaks.sampler import Sampler
from tests.support.librec_studies import FILE, MESSAGE, SAID, files_of

OTHER = '<script lang="python3" src="system"><script-name>results_to_csv.py</script-name></script>'
POST = [
    "config.xml", "--channel=librec_channel", "--encrypted_key=keys/slack-api.enc",
]  # fmt: skip
HELLO = [*POST, "--option=message", "--message=hello"]


@pytest.fixture
def plot(study: Path) -> Path:
    path = study / "post" / "viz-bar-NormalizedDCG.jpg"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xd8\xff" + bytes(2000))
    return path


def configure(study: Path, *scripts: str, root: str = "librec-auto") -> str:
    (study / "conf").mkdir(exist_ok=True)
    text = f"<{root}><rerank>{OTHER}</rerank><post>{''.join(scripts)}</post></{root}>"
    (study / "conf" / "config.xml").write_text(text, encoding="utf-8")
    return "conf/config.xml"


def slack_post_(*arguments: str, cwd: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return run(sys.executable, slack_post.__file__, *arguments, cwd=cwd, env=env)


@pytest.mark.parametrize("out", [".", "../elsewhere/workflow"])
def test_the_examples_of_its_documentation_run_to_receipts(
    study: Path, plot: Path, command: Run, sandbox: Sandbox, out: str
) -> None:
    done = command("import-librec", configure(study, OTHER, FILE, MESSAGE), "--out", out)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[2:5] for row in rows if row[:1] in (["post/script"], ["rerank/script"])] == [
        ["results_to_csv.py", "-", "left"],
        ["results_to_csv.py", "-", "left"],
        ["slack-post.py", "viz-bar-NormalizedDCG", "taken"],
        ["slack-post.py", "message", "taken"],
    ]
    where = study / out
    ran = run(
        sys.executable, "-m", "snakemake", "--cores", "2", "--config",
        f"slack_password={PASSWORD}", cwd=where,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    for post in ("viz-bar-NormalizedDCG", "message"):
        assert json.loads((where / "slack" / f"{post}.json").read_text())["status"] == "delivered"
    by_text = {message["text"]: message for message in sandbox.messages()}
    assert set(by_text) == {"", SAID}
    (file,) = files_of(sandbox, by_text[""])
    assert (file["title"], file["name"]) == ("NDCG for the experiment", plot.name)


def test_the_config_says_what_is_shared_once(study: Path, command: Run) -> None:
    second = FILE.replace("librec_channel", "other").replace("NDCG for", "Again")
    assert command("import-librec", configure(study, FILE, MESSAGE, second)).returncode == 0
    section = yaml.safe_load((study / "config.yaml").read_text())["slack"]
    file = "post/viz-bar-NormalizedDCG.jpg"
    assert section == {
        "channel": "librec_channel",
        "encrypted_key": "keys/slack-api.enc",
        "posts": {
            "viz-bar-NormalizedDCG": {
                "option": "file", "message": "NDCG for the experiment", "file": file,
            },
            "message": {"option": "message", "message": SAID, "input": [file]},
            "viz-bar-NormalizedDCG-2": {
                "option": "file", "channel": "other", "message": "Again the experiment",
                "file": file,
            },
        },
    }  # fmt: skip
    assert list(section["posts"]) == ["viz-bar-NormalizedDCG", "message", "viz-bar-NormalizedDCG-2"]


def test_what_cannot_be_taken_is_said_with_its_reason(study: Path, command: Run) -> None:
    odd = MESSAGE.replace('<param name="password"/>', '<param name="password">geheim</param>')
    odd = odd.replace("</script>", '<param name="colour">red</param></script>')
    scripts = [
        odd,
        FILE.replace('name="file"', 'name="fil"'),
        MESSAGE.replace('<param name="channel">librec_channel</param>', ""),
        MESSAGE.replace(">message<", ">No<"),
        '<script ref="mine"/>',
    ]
    done = command("import-librec", configure(study, *scripts))
    assert done.returncode == 1
    for said in (
        "the password in the file is not taken",
        "colour is no parameter of it: left out",
        "not taken: it has no file",
        "fil is no parameter of it: left out",
        "not taken: it has no channel",
        "not taken: option No posts nothing",
        "(of the library: mine)",
    ):
        assert said in done.stdout, said
    assert "geheim" not in done.stdout + done.stderr + (study / "config.yaml").read_text()


def test_what_is_there_is_not_overwritten(study: Path, command: Run) -> None:
    (study / "Snakefile").write_text("# mine\n")
    done = command("import-librec", configure(study, MESSAGE))
    assert done.returncode == 2
    assert "Snakefile is there already, and stays\nhint: give another folder" in done.stderr
    assert not (study / "config.yaml").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: no such file or directory"),
        ("<librec-auto>", "is not well-formed XML"),
        ("<other/>", "is not a study configuration of librec-auto"),
        ("<librec-auto/>", "has no slack-post.py that can be taken over"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><librec-auto>&b;</librec-auto>',
            "defines entities, which are not read",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><librec-auto>&a;</librec-auto>',
            "defines entities, which are not read",
        ),
        ('<?xml version="1.0" encoding="none"?><librec-auto/>', "is not well-formed XML"),
    ],
)
def test_a_file_that_is_no_study_ends_in_one_line(
    study: Path, command: Run, text: str | None, said: str
) -> None:
    if text is not None:
        (study / "config.xml").write_text(text)
    done = command("import-librec", "config.xml")
    assert done.returncode == 2
    assert said in done.stderr
    assert "\nhint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_slack_post_takes_librec_autos_command_line(
    study: Path, plot: Path, sandbox: Sandbox
) -> None:
    secret = f"--password={PASSWORD}"
    assert slack_post_(*HELLO, secret, cwd=study).returncode == 0
    file = ["--option=file", "--file=post/viz-bar-NormalizedDCG.jpg", "--message=NDCG"]
    done = slack_post_(*POST, *file, secret, cwd=study)
    assert done.returncode == 0, done.stderr
    assert "warning: the password came on a command line" in done.stderr
    assert "slack-wrapper keyring set --key-file keys/slack-api.enc" in done.stderr
    texts = [message["text"] for message in sandbox.messages()]
    assert sorted(texts) == ["", "hello"]
    (posted,) = files_of(sandbox, *sandbox.messages())
    assert posted["title"] == "NDCG"
    assert slack_post_("config.xml", "--option=No", cwd=study).returncode == 0
    assert len(sandbox.messages()) == 2


def test_slack_post_asks_when_it_has_no_password(study: Path, sandbox: Sandbox) -> None:
    child = pexpect.spawn(sys.executable, [slack_post.__file__, *HELLO], cwd=str(study), timeout=60)
    child.expect(r"Password for keys/slack-api\.enc: ")
    child.sendline(PASSWORD)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert [message["text"] for message in sandbox.messages()] == ["hello"]


def test_what_is_wrong_is_in_the_log_that_librec_auto_does_not_throw_away(
    study: Path, sandbox: Sandbox
) -> None:
    wrong = slack_post_(*HELLO, "--password=wrong-one", cwd=study)
    nobody = slack_post_(*HELLO, cwd=study)
    usage = slack_post_(*HELLO, "--pasword=secret-thing", cwd=study)
    assert (wrong.returncode, nobody.returncode, usage.returncode) == (1, 1, 2)
    log = (study / slack_post.LOG).read_text()
    assert "does not open the key file keys/slack-api.enc" in log
    assert "there is no terminal to ask at" in log
    assert "unknown options: --pasword\nhint: " in log
    for text in (log, wrong.stderr, usage.stderr):
        assert "wrong-one" not in text
        assert "secret-thing" not in text
    assert sandbox.messages() == []


def test_an_outage_does_not_stop_the_study(study: Path, sandbox: Sandbox) -> None:
    down = {
        "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/",
        "SLACK_WRAPPER_PASSWORD": PASSWORD,
    }
    done = slack_post_(*HELLO, cwd=study, **down)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("queued: librec_channel")
    assert "it waits in" in (study / slack_post.LOG).read_text()
    again = [word.replace("hello", "again") for word in HELLO]
    assert slack_post_(*again, cwd=study, SLACK_WRAPPER_PASSWORD=PASSWORD).returncode == 0
    assert [message["text"] for message in sandbox.messages()] == ["hello", "again"]


def test_the_password_is_on_the_command_line_before_any_work_only(
    study: Path, sandbox: Sandbox
) -> None:
    """While it posts, held by the sandbox, neither its argv nor its environment shows it."""
    from slack_wrapper.sandbox.faults import Fault

    held = sandbox.faults.add(Fault("chat.postMessage", "pause"))
    child = subprocess.Popen(
        [sys.executable, slack_post.__file__, *HELLO, f"--password={PASSWORD}"],
        cwd=study, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert held.reached.wait(60)
        with Sampler() as sampler:
            while not sampler.passes:
                time.sleep(0.01)
        argvs = sampler.argv_of(child.pid)
        held.release()
        assert child.wait(60) == 0
    finally:
        child.kill()
    assert any(b"--message=hello" in argv for argv in argvs)
    assert not any(PASSWORD.encode() in one.argv + one.environ for one in sampler.seen
                   if one.pid == child.pid)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kept", "password"),
    [
        (["--password=a=b"], [], "a=b"),
        (["--password", "x y"], [], "x y"),
        (["--passw=x", "--message=--password"], ["--message=--password"], "x"),
        (["--password=in the xml", "--password=of -k"], [], "of -k"),
        (["--message", "no"], ["--message", "no"], None),
    ],
)
def test_the_password_is_found_as_argparse_would(
    given: list[str], kept: list[str], password: str | None
) -> None:
    assert slack_post.without_password(given) == (kept, password)


def test_the_drop_in_keeps_what_was_there_and_runs_under_another_python(
    study: Path, command: Run, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "slack_post.py").write_text("# librec-auto's own\n")
    for _ in range(2):
        assert command("import-librec", "--drop-in", str(folder)).returncode == 0
    assert (folder / "slack_post.py.bak").read_text() == "# librec-auto's own\n"
    # -S: this Python has no packages, as one that librec-auto lives in may not have ours.
    bare = [sys.executable, "-S", str(folder / "slack-post.py")]
    alone = run(*bare, *HELLO, cwd=study, env={"PATH": "/nonexistent"})
    assert alone.returncode == 1
    assert "has no slack_wrapper, and no slack-post is on the PATH\nhint: " in alone.stderr
    there = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = run(*bare, *HELLO, f"--password={PASSWORD}", cwd=study, env=there)
    assert done.returncode == 0, done.stderr
    assert [message["text"] for message in sandbox.messages()] == ["hello"]


def test_a_legacy_file_is_checked(study: Path, command: Run) -> None:
    old = Path(__file__).parents[1] / "vault" / "vectors" / "librec-auto.enc"
    vector = json.loads((old.parent / "vectors.json").read_text())
    (study / "old.enc").write_bytes(old.read_bytes())
    check = ("encrypt", "--legacy-check", "--encrypted")
    done = command(*check, "old.enc", env={"SLACK_WRAPPER_PASSWORD": vector["password"]})
    assert done.returncode == 0, done.stderr
    assert "old.enc opens and holds a" in done.stdout
    assert "upgrade it: slack-wrapper rekey old.enc" in done.stdout
    assert (study / "old.enc").read_bytes() == old.read_bytes()
    assert command(*check, "old.enc", "--password", "wrong").returncode == 1
    today = command(*check, "keys/slack-api.enc", "--password", PASSWORD)
    assert "its form is today's" in today.stdout
