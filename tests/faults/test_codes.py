"""`ok: false` with every code we know: posted once in the end, or refused with a remedy.

In one process, through the session that a run shares; a handful goes through real runs in
`outages`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from slack_wrapper.client.error_codes import AMBIGUOUS, REMEDIES, TRANSIENT
from slack_wrapper.client.messages import Posted
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.settling import FULL
from slack_wrapper.client.updates import Living, update
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused
from slack_wrapper.message.parameters import build
from slack_wrapper.sandbox.faults import Fault
from slack_wrapper.sandbox.server import Sandbox
from slack_wrapper.sending.attempt import LOST_UPLOAD
from slack_wrapper.session.factory import open_local
from slack_wrapper.session.local import LocalSession
from slack_wrapper.spool.outbox import Outbox
from tests.faults.harness import Outcome
from tests.faults.scenarios import POST, RESERVE, SHARE

# Enough attempts for a connection that a busy machine drops by itself.
QUICK = RetryPolicy(attempts=4, total=20.0, base=0.02, cap=0.1, max_wait=2.0)
CHANNEL = "C0000LIBREC"
FOREVER = 10**6
CALLS = [("message", POST), ("file", RESERVE), ("file", SHARE), ("files", SHARE)]


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.chdir(tmp_path)
    # Turns and holds of their own: another campaign's 429 must not make these posts wait.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    with Sandbox() as box:
        monkeypatch.setenv("SLACK_WRAPPER_BASE_URL", box.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", box.token)
        yield box


def session() -> LocalSession:
    opened = open_local({"channel": CHANNEL})
    opened.poster.policy = QUICK
    return opened


def post(kind: str, opened: LocalSession) -> dict:
    params: dict = {"channel": CHANNEL, "thread": "none", "on_failure": "queue"}
    if kind == "message":
        params["message"] = "text"
    else:
        params["file"] = ["a.txt", "b.txt"][: 1 + (kind == "files")]
    return opened.post(build(params, receipt=f"slack/{kind}.json"))


@pytest.mark.parametrize("code", sorted(TRANSIENT | AMBIGUOUS))
@pytest.mark.parametrize(("kind", "method"), CALLS)
def test_trouble_that_passes(
    box: Sandbox, table: list[Outcome], kind: str, method: str, code: str
) -> None:
    box.faults.add(Fault(method, "error", code=code, times=FOREVER))
    opened = session()
    receipt = post(kind, opened)
    first = len(box.messages())
    box.faults.clear()
    opened.flush(patient=True)
    final = len(box.messages())
    table.append(_cell(code, kind, method, receipt["status"], first, final))
    assert (receipt["status"], first, final) == ("queued", 0, 1)
    assert Outbox().entries() == []


@pytest.mark.parametrize("code", sorted(AMBIGUOUS))
@pytest.mark.parametrize(("kind", "method"), CALLS)
def test_trouble_after_all_was_done(
    box: Sandbox, table: list[Outcome], kind: str, method: str, code: str
) -> None:
    box.faults.add(Fault(method, "error", code=code, when="after"))
    receipt = post(kind, session())
    posts = len(box.messages())
    table.append(_cell(f"{code}, handled", kind, method, receipt["status"], posts, posts))
    assert (receipt["status"], posts) == ("delivered", 1)


LOST = [(SHARE, code) for code in LOST_UPLOAD]  # not refused: the files are uploaded again
REFUSALS = [
    (kind, method, code)
    for kind, method in CALLS
    for code in sorted({*REMEDIES} - TRANSIENT)
    if (method, code) not in LOST
]


@pytest.mark.parametrize("code", LOST_UPLOAD)
@pytest.mark.parametrize(("kind", "method"), [call for call in CALLS if call[1] == SHARE])
def test_a_lost_upload(
    box: Sandbox, table: list[Outcome], kind: str, method: str, code: str
) -> None:
    """Slack does not know the file: it is uploaded again; if that does not help, it waits."""
    box.faults.add(Fault(method, "error", code=code, times=FOREVER))
    opened = session()
    receipt = post(kind, opened)
    first = len(box.messages())
    assert len(box.calls(RESERVE)) == 2 * (1 + (kind == "files"))
    box.faults.clear()
    opened.flush()
    final = len(box.messages())
    table.append(_cell(code, kind, method, receipt["status"], first, final))
    assert (receipt["status"], first, final) == ("queued", 0, 1)


@pytest.mark.parametrize(("kind", "method", "code"), REFUSALS)
def test_refusals(box: Sandbox, table: list[Outcome], kind: str, method: str, code: str) -> None:
    box.faults.add(Fault(method, "error", code=code, times=FOREVER))
    opened = session()
    with pytest.raises(SlackRefused) as caught:
        pytest.fail(f"not refused: {post(kind, opened)}")
    first = len(box.messages())
    assert Outbox().entries() == []
    assert caught.value.code == code
    assert caught.value.hint
    box.faults.clear()
    again = post(kind, opened)["status"]
    final = len(box.messages())
    table.append(_cell(code, kind, method, "refused", first, final))
    assert (first, again, final) == (0, "delivered", 1)


def _cell(code: str, kind: str, method: str, status: str, first: int, final: int) -> Outcome:
    expected = ("queued", "delivered", "refused")
    refused = int(status == "refused")
    return Outcome(f"ok: false, {code}", f"{kind}: {method}", status, refused, first, final,
                   (0,), expected=expected, exits=(0, 1))  # fmt: skip


UPDATE = [
    *[("reset", when) for when in ("before", "after")],
    *[("close", when) for when in ("before", "after")],
    ("hang", "before"), ("hang", "after"), ("truncate", "after"), ("http", "before"),
    ("http", "after"), ("error", "before"), ("error", "after"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "when"), UPDATE)
@pytest.mark.parametrize("parts", [1, 3])
def test_an_update(box: Sandbox, table: list[Outcome], parts: int, kind: str, when: str) -> None:
    """A message that is changed says the new text once, and so do the replies that continue it."""
    transport = WebApiTransport(Secret(box.token), base_url=box.api_url, timeout=1.0)
    there = transport.call(POST, {"channel": CHANNEL, "text": "old"})
    living = Living(Posted(CHANNEL, there["ts"]), "key")
    for method in ("chat.update", *[POST] * (parts > 1)):
        box.faults.add(Fault(method, kind, when=when, seconds=3.0, code="internal_error"))
    text = "\n\n".join(f"part {number} " + "word " * 700 for number in range(parts))
    update(transport, living, text, Retrier(QUICK), about=f"channel {CHANNEL}", seconds=FULL)
    begins = [message["text"][:6] for message in box.messages()]
    words = f"{kind}, {'not ' if when == 'before' else ''}handled"
    name = f"update{' over 4,000' if parts > 1 else ''}"
    table.append(Outcome(words, name, "delivered", 0, len(begins) // parts, len(begins) // parts))
    assert begins == [f"part {number}" for number in range(parts)]
