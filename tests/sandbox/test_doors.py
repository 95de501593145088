"""Who may look into the sandbox: whoever has its key, by a name of this machine."""

import http.client
import json
import os
import stat
from pathlib import Path

import pytest

from slack_wrapper.html.mrkdwn import Text
from slack_wrapper.sandbox.server import Sandbox
from tests.sandbox.conftest import MEMBER, client


def ask(box: Sandbox, path: str, method: str = "GET", body: str = "{}", **headers: str) -> tuple:
    """Status, headers and body of an answer, with nothing sent but what is given."""
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=5)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": f"127.0.0.1:{box.port}", **given}.items():
            connection.putheader(name, value)
        if method == "POST":
            connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Content-Type", "application/json")
        connection.endheaders(body.encode() if method == "POST" else None)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


PAGES = ("/", "/channel/librec_channel", "/archives/C0000LIBREC/p1", "/files/F1", "/sandbox/state")
POST = json.dumps({"channel": MEMBER, "text": "x"})


@pytest.mark.parametrize("path", PAGES)
def test_pages_want_the_key(box: Sandbox, path: str) -> None:
    for headers in ({}, {"X_Sandbox_Key": "wrong"}, {"Cookie": f"slack-sandbox-{box.port}=wrong"}):
        status, _, text = ask(box, path, **headers)
        assert (status, "librec" in text) == (403, False)
    assert ask(box, path, X_Sandbox_Key=box.key)[0] in (200, 404)  # 404: there is no F1
    assert ask(box, path, Cookie=f"slack-sandbox-{box.port}={box.key}")[0] in (200, 404)


def test_the_printed_address_opens_the_page_and_leaves_no_key_in_it(box: Sandbox) -> None:
    assert box.key in box.page_url
    status, headers, _ = ask(box, box.page_url.removeprefix(box.url))
    assert (status, headers["Location"]) == (303, "/")
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    status, _, text = ask(box, "/", Cookie=cookie.partition(";")[0])
    assert (status, box.key in text) == (200, False)


def test_control_wants_the_key(box: Sandbox) -> None:
    person = json.dumps({"name": "mallory"})
    assert ask(box, "/sandbox/users", "POST", person)[0] == 403
    assert ask(box, f"/sandbox/users?key={box.key}", "POST", person)[0] == 403
    assert "mallory" not in json.dumps(box.store.data)
    assert ask(box, "/sandbox/users", "POST", person, X_Sandbox_Key=box.key)[0] == 200


@pytest.mark.parametrize("path", ["/", "/sandbox/state", "/api/auth.test", "/api/api.test"])
@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example:80", "[x", "1"])
def test_another_name_of_this_address_is_not_answered(box: Sandbox, path: str, host: str) -> None:
    headers = {"X_Sandbox_Key": box.key, "Authorization": f"Bearer {box.token}"}
    assert ask(box, path, Host=host, **headers)[0] == 403
    for ours in (f"localhost:{box.port}", "[::1]:9", "127.0.0.1"):
        assert ask(box, path, Host=ours, **headers)[0] == 200


@pytest.mark.parametrize(
    "foreign",
    [{"Origin": "https://attacker.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}],
)
def test_what_a_foreign_page_sends_is_not_done(box: Sandbox, foreign: dict[str, str]) -> None:
    bearer = {"Authorization": f"Bearer {box.token}"}
    key = {"X_Sandbox_Key": box.key}
    person = json.dumps({"name": "mallory"})
    assert ask(box, "/api/chat.postMessage", "POST", POST, **bearer, **foreign)[0] == 403
    assert ask(box, "/sandbox/users", "POST", person, **key, **foreign)[0] == 403
    assert box.messages() == []
    own = {"Origin": box.url, "Sec_Fetch_Site": "same-origin"}
    assert ask(box, "/api/chat.postMessage", "POST", POST, **bearer, **own)[0] == 200
    assert len(box.messages()) == 1


def test_a_link_to_the_page_can_be_followed_from_elsewhere(box: Sandbox) -> None:
    followed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert ask(box, "/", X_Sandbox_Key=box.key, **followed)[0] == 200
    framed = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert ask(box, "/", X_Sandbox_Key=box.key, **framed)[0] == 403


def test_the_page_runs_its_own_script_only_and_cannot_be_framed(box: Sandbox) -> None:
    texts = []
    for _ in range(2):
        _, headers, text = ask(box, "/", X_Sandbox_Key=box.key)
        policy = headers["Content-Security-Policy"]
        nonce = text.partition('nonce="')[2].partition('"')[0]
        assert f"script-src 'nonce-{nonce}';" in policy
        assert nonce
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        texts.append(nonce)
    assert texts[0] != texts[1]


def test_keys_and_tokens_are_new_at_each_start(box: Sandbox) -> None:
    with Sandbox() as other:
        assert other.key != box.key
        assert other.token != box.token
        assert client(other).auth_test()["ok"] is not False
        assert ask(other, "/", X_Sandbox_Key=box.key)[0] == 403


def test_the_state_is_for_its_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Sandbox(folder=tmp_path / "box") as box:
            client(box).chat_postMessage(channel=MEMBER, text="x")
    finally:
        os.umask(before)
    state = tmp_path / "box" / "state.json"
    assert box.token in state.read_text()
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    ["[", "]", "(", "*", "**", "**a ", "_", "__a ", "~", "~~a ", "`", "```", "<", ">", "[a](http://",
     "[a", "# ", "#", " ", "\n", "* ", "\n* ", "&lt;", ":a", "![", "<http://a|", "> ", "1. "],
)  # fmt: skip
def test_long_texts_of_marks_are_rendered_in_linear_time(unit: str) -> None:
    """A hundred thousand characters took minutes where the time grew with their square."""
    text = unit * (100_000 // len(unit))
    page = Text({}, {})
    for render in (page.mrkdwn, page.markdown, page.plain):
        render(text)
        render(f"# {text} end")
