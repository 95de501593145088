"""One session a run: unlocked once, before the first job; gone afterwards; composes with hooks."""

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import psutil
import pytest

from slack_wrapper import locate
from slack_wrapper.errors import SessionUnreachable
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.session import protocol
from slack_wrapper.session.local import LocalSession
from slack_wrapper.session.remote import RemoteSession
from slack_wrapper.session.server import ASKING, ServedSession
from slack_wrapper.vault.keyfile import store
from tests.conftest import PASSWORD, Run, run
from tests.support.steps import CONFIG, INCLUDE, MODULE, shown, write

MANY = """
use rule slack_message as many with:
    output: "slack/{n}.json"
    params: message="number {n}"
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=range(5))
"""
HELLO = build({"channel": "x", "message": "hello"})
HOOK = """
onstart:
    print("THEIRS start")
onsuccess:
    print("THEIRS success")
onerror:
    print("THEIRS error")
"""


def left_over() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("slack-wrapper-*-*"))


@pytest.fixture(autouse=True)
def own_temp(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tempfile.mkdtemp(prefix="t")  # short: a socket's path has room for 107 bytes
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", folder)


def test_the_password_of_the_config_opens_and_is_in_no_script(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    probe = """
rule probe:
    output: "probe.txt"
    script: "probe.py"
"""
    (study / "probe.py").write_text(
        "open(snakemake.output[0], 'w').write(repr(snakemake.config) + open(__real_file__).read())"
    )
    write(study, INCLUDE + MANY + probe, {**CONFIG, "password": PASSWORD})
    done = snakemake("all", "probe", env={})
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 5
    assert PASSWORD not in (study / "probe.txt").read_text()
    assert PASSWORD not in done.stdout + done.stderr
    assert left_over() == []


@pytest.mark.parametrize("given", [True, False])
def test_a_password_on_the_command_line_is_warned_of(
    study: Path, sandbox: Sandbox, snakemake: Run, given: bool
) -> None:
    write(study, INCLUDE + MANY, CONFIG)
    config = ["--config", f"slack={{'password': '{PASSWORD}'}}"] if given else []
    done = snakemake("all", *config, env={} if given else None)
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 5
    warnings = done.stderr.count("slack-wrapper: warning: the password was given by --config")
    assert warnings == (1 if given else 0)


def test_no_other_job_sees_the_password_of_the_environment(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    probe = """
rule probe:
    output: "probe.txt"
    shell: "env > {output}"
"""
    write(study, INCLUDE + MANY + probe, CONFIG)
    done = snakemake("all", "probe")
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 5
    environment = (study / "probe.txt").read_text()
    assert "SLACK_WRAPPER_SESSION=" in environment
    assert PASSWORD not in environment
    assert sandbox.token not in environment


def test_the_key_is_opened_once_for_all_steps(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    command = f"sh -c 'echo asked >> {study}/asked; echo {PASSWORD}'"
    write(study, INCLUDE + MANY, {**CONFIG, "password_command": command})
    assert snakemake(env={}).returncode == 0
    assert (study / "asked").read_text().split() == ["asked"]


def test_one_key_is_derived_for_a_run_with_hooks_and_many_steps(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    count = """
include: slack_wrapper.rules("hooks.smk")
from slack_wrapper.vault.keyfile import kdf
onsuccess:
    print("derived", kdf.derivations(), "in the main process")
"""
    write(study, INCLUDE + MANY + count, {**CONFIG, "password_command": f"echo {PASSWORD}"})
    done = snakemake(env={})
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 6  # the run's message, which tells its end too, and the steps'
    assert "derived 1 in the main process" in done.stdout


def test_a_step_of_ours_loads_nothing_but_what_is_built_into_python() -> None:
    """Whatever PYTHONPATH, PYTHONHOME or a sitecustomize say: a step costs as little as curl."""
    command = (sys.executable, "-I", "-S", "-X", "importtime", locate.thin_client(), "post", "x")
    bare = run(sys.executable, "-I", "-S", "-X", "importtime", "-c", "pass", cwd=Path.cwd())
    done = run(*command, cwd=Path.cwd(), env={"PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere"})
    assert "error: the step cannot reach the session of its run" in done.stderr

    def modules(text: str) -> set[str]:
        return set(re.findall(r"import time:.*\|\s+(\S+)$", text, re.M)) - {"package"}

    assert modules(done.stderr) - modules(bare.stderr) <= {"_socket", "time", "_signal"}


def test_a_bare_wrapper_loads_neither_slack_nor_crypto(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    (study / "sitecustomize.py").write_text(
        "import atexit, os, sys\n"
        "def note():\n"
        "    if sys.argv[0].endswith('.wrapper.py'):\n"
        "        heavy = {'slack_sdk', 'cryptography', 'keyring'} & set(sys.modules)\n"
        "        open('loaded', 'a').write(f'{sorted(heavy)}\\n')\n"
        "atexit.register(note)\n"
    )
    bare = """
rule many:
    output: "slack/{n}.json"
    params: message="number {n}"
    wrapper: slack_wrapper.wrapper()
rule all:
    default_target: True
    input: expand("slack/{n}.json", n=range(5))
"""
    write(study, INCLUDE + bare, CONFIG)
    done = snakemake(env={"SLACK_WRAPPER_PASSWORD": PASSWORD, "PYTHONPATH": str(study)})
    assert done.returncode == 0, done.stderr
    assert (study / "loaded").read_text().splitlines() == ["[]"] * 5


@pytest.mark.parametrize("use", [INCLUDE, MODULE], ids=["include", "module"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_it_composes_with_the_users_hooks(
    study: Path, sandbox: Sandbox, snakemake: Run, use: str, order: str
) -> None:
    text = HOOK + use if order == "before" else use + HOOK
    write(study, text + MANY, {**CONFIG, "password": PASSWORD})
    done = snakemake(env={})
    assert done.returncode == 0, done.stderr
    assert re.findall("THEIRS \\w+", done.stdout) == ["THEIRS start", "THEIRS success"]
    assert len(shown(sandbox)) == 5
    assert left_over() == []


def test_after_a_failure_it_is_gone_and_their_hook_ran(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + HOOK + MANY, {**CONFIG, "password": PASSWORD})
    sandbox.faults.add(Fault("chat.postMessage", "error", code="restricted_action", times=99))
    done = snakemake(env={})
    assert done.returncode == 1
    assert re.findall("THEIRS \\w+", done.stdout) == ["THEIRS start", "THEIRS error"]
    assert "slack-wrapper: error: Slack refused" in done.stderr
    assert left_over() == []


def test_without_a_password_the_run_ends_before_its_first_job(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    work = """
rule work:
    output: "work.txt"
    shell: "touch {output}"
use rule slack_message as hello with:
    input: "work.txt"
    output: "slack/hello.json"
    params: message="done"
"""
    write(study, INCLUDE + work, CONFIG)
    done = snakemake("slack/hello.json", env={})
    assert done.returncode == 1
    assert "there is no password for the key file" in done.stderr
    assert "hint:" in done.stderr
    assert not (study / "work.txt").exists()


@pytest.mark.parametrize("trouble", ["OSError(28, 'no space left')", "KeyboardInterrupt"])
def test_trouble_after_the_last_job_does_not_change_how_a_run_has_ended(
    study: Path, sandbox: Sandbox, snakemake: Run, trouble: str
) -> None:
    """A full disk, or somebody who does not wait for the last flush."""
    break_it = f"""
from slack_wrapper.sending.step_ends import StepEnds
def broken(*given):
    raise {trouble}
StepEnds.acknowledge = broken
"""
    write(study, INCLUDE + break_it + MANY, {**CONFIG, "password": PASSWORD})
    done = snakemake(env={})
    assert done.returncode == 0, done.stderr
    assert "slack-wrapper: warning: " in done.stderr
    assert "Traceback" not in done.stderr
    assert left_over() == []


@pytest.mark.parametrize(
    "flag", ["-n", "--touch", "--lint", "--dag", "--unlock", "--summary", "--report"]
)
def test_nothing_is_unlocked_where_nothing_is_run(
    study: Path, sandbox: Sandbox, snakemake: Run, flag: str
) -> None:
    write(study, INCLUDE + MANY, {**CONFIG, "password_command": f"touch {study}/asked"})
    snakemake(flag, env={})
    assert not (study / "asked").exists()
    assert sandbox.store.calls == []


def test_no_hooks_still_serves(study: Path, sandbox: Sandbox, snakemake: Run) -> None:
    write(study, INCLUDE + MANY, {**CONFIG, "password": PASSWORD})
    done = snakemake("--no-hooks", env={})
    assert done.returncode == 0, done.stderr
    assert len(shown(sandbox)) == 5
    assert left_over() == []


def test_one_prompt_at_the_start_and_two_more_after_a_wrong_password(
    study: Path, sandbox: Sandbox
) -> None:
    write(study, INCLUDE + MANY, CONFIG)
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "2"], cwd=str(study), timeout=60,
        encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    child.expect("Password for keys/slack-api.enc: ")
    child.sendline("mistaken")
    child.expect("wrong password, 2 more to try")
    child.expect("Password for keys/slack-api.enc: ")
    child.sendline(PASSWORD)
    assert child.expect(["Password for", pexpect.EOF]) == 1
    child.close()
    assert child.exitstatus == 0
    assert len(shown(sandbox)) == 5


def test_what_waits_under_another_key_asks_for_no_password(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    """Neither at the start of a run, nor at its end, when nobody sits there any more."""
    other = study / "keys" / "other.enc"
    store.encrypt_to(other, sandbox.token, "another", profile="test-only")
    waits = MANY.replace('message="', 'encrypted_key="keys/other.enc", message="').replace("5", "1")
    write(study, INCLUDE + waits, CONFIG)
    down = {
        "SLACK_WRAPPER_BASE_URL": "http://127.0.0.1:9/api/",
        "SLACK_WRAPPER_PASSWORD": "another",
    }
    assert snakemake(env=down).returncode == 0
    hooks = 'include: slack_wrapper.rules("hooks.smk")\n'
    write(study, INCLUDE + hooks + MANY.replace("slack/", "slack/then/"), CONFIG)
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "2"], cwd=str(study), timeout=60,
        encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    child.expect("Password for keys/slack-api.enc: ")
    child.sendline(PASSWORD)
    assert child.expect(["Password for", "still queued.*nobody is asked now"]) == 1
    assert child.expect(["Password for", pexpect.EOF]) == 1
    child.close()
    assert child.exitstatus == 0
    assert len(shown(sandbox)) == 6
    assert len(list((study / ".snakemake/slack/outbox").glob("*.json"))) == 1
    flush = pexpect.spawn(
        sys.executable, ["-m", "slack_wrapper.cli.main", "flush", "--configfile", "config.json"],
        cwd=str(study), timeout=60, encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    flush.expect("Password for keys/other.enc: ")
    flush.sendline("another")
    flush.expect(pexpect.EOF)
    assert len(shown(sandbox)) == 7


def test_in_the_background_of_a_terminal_nobody_is_asked(study: Path, sandbox: Sandbox) -> None:
    """The shell would stop it there, and nobody would see why."""
    write(study, INCLUDE + MANY, CONFIG)
    script = f"set -m; {sys.executable} -m snakemake --cores 1 & wait $!; echo ended $?"
    child = pexpect.spawn(
        "bash", ["-c", script], cwd=str(study), timeout=60, encoding="utf-8", env=dict(os.environ)
    )
    child.expect("there is no password for the key file")
    child.expect("ended 1")


@pytest.mark.parametrize("asks", ["step", "hook", "checkpoint", "logger"])
def test_interrupted_at_the_prompt_it_ends_without_a_traceback(
    study: Path, sandbox: Sandbox, asks: str
) -> None:
    work = "rule work:\n    output: 'work.txt'\n    shell: 'touch {output}'\n"
    texts = {"step": MANY, "checkpoint": CHECKPOINT, "logger": work,
             "hook": 'include: slack_wrapper.rules("hooks.smk")\n' + work}  # fmt: skip
    write(study, INCLUDE + texts[asks], CONFIG)
    logger = ["--logger", "slack"] if asks == "logger" else []
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "1", *logger], cwd=str(study), timeout=60,
        encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    child.expect("Password for keys/slack-api.enc: ")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert "slack-wrapper: error: interrupted before the first job" in child.before
    assert "Traceback" not in child.before
    assert shown(sandbox) == []
    assert left_over() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_leaves_nothing_secret(
    study: Path, sandbox: Sandbox, snakemake: Run, number: int
) -> None:
    write(study, INCLUDE + MANY, {**CONFIG, "password": PASSWORD})
    fault = sandbox.faults.add(Fault("chat.postMessage", "pause"))
    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "1"],
        cwd=study, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert fault.reached.wait(60)
    process.send_signal(number)
    time.sleep(0.5)
    fault.release()
    process.wait(60)
    found = [path for folder in left_over() for path in folder.rglob("*")]
    assert all(path.is_socket() for path in found)
    for path in (path for path in study.rglob("*") if path.is_file()):
        if path.name != "config.json":
            assert PASSWORD.encode() not in path.read_bytes(), path
    if number == signal.SIGKILL:
        snakemake("--unlock", env={})
        again = snakemake("--rerun-incomplete", env={})
        assert again.returncode == 0, again.stderr
    assert left_over() == []


def test_a_run_whose_socket_is_swept_away_goes_on(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    tidy = """
rule tidy:
    output: "tidied.txt"
    shell:
        "rm -rf $(dirname $SLACK_WRAPPER_SESSION) || true;"
        " until [ -S $SLACK_WRAPPER_SESSION ]; do sleep 0.05; done; touch {output}"
use rule slack_message as hello with:
    input: "tidied.txt"
    output: "slack/hello.json"
    params: message="still here"
"""
    (study / "sitecustomize.py").write_text(
        "from slack_wrapper.session import server\nserver.KEEP_SECONDS = 0.2\n"
    )
    write(study, INCLUDE + tidy, {**CONFIG, "password": PASSWORD})
    done = snakemake("slack/hello.json", env={"PYTHONPATH": str(study)})
    assert done.returncode == 0, done.stderr
    assert shown(sandbox) == ["still here"]
    assert left_over() == []


def test_a_step_that_has_lost_its_session_asks_nobody(study: Path, sandbox: Sandbox) -> None:
    """Its run has a terminal, but after hours nobody sits there."""
    lose = """
rule lose:
    output: "lost.txt"
    shell: "rm -r $(dirname $SLACK_WRAPPER_SESSION); touch {output}"
use rule slack_message as hello with:
    input: "lost.txt"
    output: "slack/hello.json"
    params: message="never said"
"""
    (study / "sitecustomize.py").write_text(
        "from slack_wrapper.session import server\nserver.KEEP_SECONDS = 1000.0\n"
    )
    write(study, INCLUDE + lose, CONFIG)
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "1", "slack/hello.json"], cwd=str(study),
        timeout=60, encoding="utf-8", env={**os.environ, "PYTHONPATH": str(study)},
    )  # fmt: skip
    child.expect("Password for keys/slack-api.enc: ")
    child.sendline(PASSWORD)
    assert child.expect(["Password for", "cannot reach the session of its run there"]) == 1
    assert child.expect(["Password for", pexpect.EOF]) == 1
    child.close()
    assert child.exitstatus == 1


# Steps that a checkpoint adds are not known at the start; their key is opened then all the same.

CHECKPOINT = """
checkpoint split:
    output: directory("parts")
    shell: "mkdir {output}; touch {output}/a {output}/b; touch begun"
def receipts(wildcards):
    folder = checkpoints.split.get().output[0]
    return expand("slack/part_{n}.json", n=glob_wildcards(folder + "/{n,[ab]}").n)
use rule slack_message as part with:
    output: "slack/part_{n}.json"
    params: message="part {n}"
rule all:
    default_target: True
    input: receipts
"""


def test_the_key_of_steps_that_a_checkpoint_may_add_is_opened_at_the_start(
    study: Path, sandbox: Sandbox
) -> None:
    write(study, INCLUDE + CHECKPOINT, CONFIG)
    child = pexpect.spawn(
        sys.executable, ["-m", "snakemake", "--cores", "2"], cwd=str(study), timeout=60,
        encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip
    child.expect("Password for keys/slack-api.enc: ")
    assert not (study / "begun").exists()
    child.sendline(PASSWORD)
    assert child.expect(["Password for", pexpect.EOF]) == 1
    child.close()
    assert child.exitstatus == 0
    assert sorted(shown(sandbox)) == ["part a", "part b"]


def test_that_it_does_not_open_is_told_at_the_start(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + CHECKPOINT, CONFIG)
    done = snakemake(env={})
    assert done.returncode == 1
    warning = "slack-wrapper: warning: a checkpoint may add the step part, which could not post: "
    said = done.stderr
    assert said.index(warning) < said.index("checkpoint split:")
    assert "there is no password for the key file" in said[said.index(warning) :]


def test_a_checkpoint_without_steps_of_ours_asks_for_nothing(
    study: Path, sandbox: Sandbox, snakemake: Run
) -> None:
    write(study, INCLUDE + CHECKPOINT, {**CONFIG, "password_command": f"touch {study}/asked"})
    done = snakemake("parts", env={})
    assert done.returncode == 0, done.stderr
    assert not (study / "asked").exists()


# The socket itself.


class Echo(LocalSession):
    def __init__(self) -> None:
        """Answer without Slack: what is tested is the socket."""

    def post(self, request):
        return {"text": request.message}


@pytest.fixture
def served():
    served = ServedSession(Echo())
    yield served
    served.close()


def test_a_long_temporary_folder_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    served = ServedSession(Echo())
    assert Path(served.path).is_socket()
    served.close()
    assert not Path(served.path).parent.exists()


def test_only_what_dead_runs_left_is_swept(served: ServedSession) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    live = Path(served.path).parent
    dead = Path(str(live).replace(f"-{os.getpid()}-", f"-{ended.pid}-"))
    elsewhere = Path(tempfile.gettempdir()) / f"slack-wrapper-otherhost-{ended.pid}-abc"
    dead.mkdir(mode=0o700)
    elsewhere.mkdir(mode=0o700)
    ServedSession(Echo()).close()
    assert live.exists()
    assert elsewhere.exists()
    assert not dead.exists()


def test_the_folder_is_private(served: ServedSession) -> None:
    assert Path(served.path).parent.stat().st_mode & 0o777 == 0o700


def until(true: Callable[[], object]) -> None:
    """Wait for something that happens in another thread."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slack_wrapper.session.server.KEEP_SECONDS", 0.05)


def answers(path: str) -> bool:
    try:
        return RemoteSession(path).post(HELLO) == {"text": "hello"}
    except SessionUnreachable:
        return False


@pytest.mark.parametrize("what", ["folder", "socket"])
def test_what_is_swept_away_is_there_again_for_jobs_that_know_its_path(
    watchful: None, served: ServedSession, what: str
) -> None:
    path = Path(served.path)
    for _ in range(3):
        if what == "folder":
            shutil.rmtree(path.parent, ignore_errors=True)  # it may be made again meanwhile
        else:
            path.unlink(missing_ok=True)
        until(lambda: answers(str(path)))
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_it_is_touched_so_that_it_is_not_swept_away(watchful: None, served: ServedSession) -> None:
    path = Path(served.path)
    for place in (path, path.parent):
        os.utime(place, (0, 0))
    until(lambda: path.stat().st_mtime > 0 and path.parent.stat().st_mtime > 0)


def test_a_path_that_somebody_has_taken_meanwhile_is_left_to_him(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    served = ServedSession(Echo(), told.append)
    path = Path(served.path)
    trap = path.parent.with_name("trap")
    trap.mkdir()
    path.parent.rename(path.parent.with_name("away"))
    path.parent.symlink_to(trap)
    served._look()
    assert [answers(one) for one in told] == [False, True]
    assert not list(trap.iterdir())
    served.close()
    monkeypatch.setenv("SLACK_WRAPPER_SESSION", str(path))
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(trap / "socket"))
        theirs.listen()
        assert RemoteSession.reachable() is None  # nothing is told to whoever listens there


def test_after_the_end_it_is_not_made_again(watchful: None) -> None:
    served = ServedSession(Echo())
    served.close()
    time.sleep(0.3)
    assert left_over() == []


def test_sweeping_follows_no_link_and_leaves_a_run_in_another_container(
    served: ServedSession,
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    live = Path(served.path).parent
    precious = live.with_name("precious")
    precious.mkdir(mode=0o700)
    (precious / "file").touch()
    name = str(live).replace(f"-{os.getpid()}-", f"-{ended.pid}-")
    Path(name + "link").symlink_to(precious)
    other = Path(name)  # its process is not one of ours, but it answers
    other.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(other / "socket"))
        theirs.listen()
        ServedSession(Echo()).close()
        assert (precious / "file").exists()
        assert other.exists()
    ServedSession(Echo()).close()
    assert not other.exists()


@pytest.mark.parametrize(
    "data", [b"", b"\0\0\0\5hello", b"\xff\xff\xff\xff", b"\0\0\0\2{}", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_garbage_does_not_disturb_it(served: ServedSession, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stray:
        stray.connect(served.path)
        stray.sendall(data)
    assert RemoteSession(served.path).post(HELLO) == {"text": "hello"}


def stray(path: str, data: bytes = b"") -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    connection.sendall(data)
    return connection


def test_running_out_of_descriptors_does_not_end_it(served: ServedSession) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    connection = socket.socket(socket.AF_UNIX)
    held: list[int] = []
    few = len(list(Path("/proc/self/fd").iterdir())) + 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        connection.connect(served.path)  # accept() now fails with EMFILE, again and again
        time.sleep(0.3)
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    connection.settimeout(30)
    protocol.send(connection, {"version": protocol.VERSION, "cwd": "", "request": HELLO.to_dict()})
    assert protocol.receive(connection)["receipt"] == {"text": "hello"}
    assert answers(served.path)


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000], ids=["lists", "objects"])
def test_brackets_without_end_are_not_json(
    served: ServedSession, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with stray(served.path, len(body).to_bytes(4, "big") + body) as connection:
        connection.settimeout(30)
        assert connection.recv(1) == b""
    assert answers(served.path)
    assert "Traceback" not in capfd.readouterr().err


def test_half_sent_questions_take_little_memory_and_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("slack_wrapper.session.server.ASKING_SECONDS", 2.0)
    served = ServedSession(Echo())
    half = protocol.MAX_BYTES.to_bytes(4, "big") + bytes(protocol.MAX_BYTES // 2)
    before = psutil.Process().memory_info().rss
    strays = []
    for _ in range(40):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(served.path)
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            sent = 0
            while sent < len(half):
                sent += connection.send(half[sent:])
                time.sleep(0.001)
        strays.append(connection)
    assert psutil.Process().memory_info().rss - before < 40 << 20
    assert answers(served.path)  # a small question passes them
    for connection in strays:
        connection.setblocking(True)
        connection.settimeout(30)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection.close()
    served.close()


def test_more_connections_than_it_takes_are_answered_in_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("slack_wrapper.session.server.ASKING_SECONDS", 0.5)
    before = threading.active_count()  # others' threads may still be ending
    served = ServedSession(Echo())
    silent = [stray(served.path, b"\0") for _ in range(ASKING + 10)]
    assert threading.active_count() < before + ASKING + 20
    assert answers(served.path)
    for connection in silent:
        connection.close()
    served.close()
