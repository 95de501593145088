"""Secrets do not print, and texts lose them."""

import base64
import copy
import json
import logging
import pickle
import re
import subprocess
import sys
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.client.webhook import WebhookTransport
from slack_wrapper.common import redact as masks
from slack_wrapper.common.log_filter import scrub_http_logs
from slack_wrapper.common.redact import MASK, Secret, mask_tokens_in, redact, redact_log
from slack_wrapper.sandbox.server import Sandbox


def test_a_secret_never_prints() -> None:
    secret = Secret("tr0ub4dor&3")
    for text in (str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{secret}"):
        assert "tr0ub4dor" not in text
    assert secret.reveal() == "tr0ub4dor&3"


@pytest.mark.parametrize("leak", [pickle.dumps, json.dumps, copy.copy])
def test_a_secret_does_not_serialise(leak) -> None:
    with pytest.raises(TypeError):
        leak(Secret("tr0ub4dor&3"))


@pytest.mark.parametrize(
    "form",
    [
        str,
        quote,
        quote_plus,
        lambda text: json.dumps(text)[1:-1],
        lambda text: base64.b64encode(text.encode()).decode(),
    ],
)
def test_registered_secrets_are_masked_in_every_form(form) -> None:
    text = 'sésame "open" & shut'
    Secret(text)
    assert redact(f"before {form(text)} after") == f"before {MASK} after"


@pytest.mark.parametrize(
    "text",
    [
        "token xoxb-1234-abcd end",
        "xoxe.xoxb-1-abcdef",
        "xapp-1-A1-abc",
        "https://hooks.slack.com/services/T01/B02/abcDEF",
        "Authorization: Bearer abc.def.ghi",
        "http://user:hunter22@proxy:8080",
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str) -> None:
    shown = redact(text)
    assert MASK in shown
    for word in ("1234", "abc", "hunter22"):
        assert word not in shown


def test_short_secrets_do_not_riddle_a_text() -> None:
    Secret("a")
    assert redact("a cat sat") == "a cat sat"


def test_data_is_redacted_throughout() -> None:
    shown = mask_tokens_in({"a": ["xoxb-1234-abcd", {"b": "xoxb-1234-abcd"}], "n": 1})
    assert shown == {"a": [MASK, {"b": MASK}], "n": 1}


def test_a_secret_that_is_no_utf8_is_masked_too():
    secret = Secret(b"\xff\xfeno-utf8-here".decode("utf-8", "surrogateescape"))
    assert "no-utf8-here" not in redact(f"a {secret.reveal()} b %FF%FEno-utf8-here c")


def test_urllib3_at_debug_logs_no_secret(sandbox: Sandbox, caplog, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter22@127.0.0.1:9")
    caplog.set_level(logging.DEBUG)
    transport = WebApiTransport(Secret(sandbox.token), base_url=sandbox.api_url)
    transport.call("chat.postMessage", {"channel": "librec_channel", "text": sandbox.token})
    hook = WebhookTransport(Secret(f"{sandbox.url}/services/T0000TEAM/B0000HOOK/sandbox"))
    hook.call("chat.postMessage", {"channel": "librec_channel", "text": "by webhook"})
    assert "chat.postMessage" in caplog.text
    assert "POST /[redacted]" in caplog.text
    for secret in (sandbox.token, "hunter22", "B0000HOOK"):
        assert secret not in caplog.text


def test_an_exception_in_a_log_record_is_scrubbed(caplog) -> None:
    scrub_http_logs()
    try:
        raise ValueError(Secret("s3same-open").reveal())
    except ValueError:
        logging.getLogger("urllib3.connection").critical("bad %s", "s3same-open", exc_info=True)
    assert "bad" in caplog.text
    assert "ValueError" in caplog.text
    assert "s3same-open" not in caplog.text


def test_an_uncaught_error_prints_no_secret() -> None:
    code = (
        "from slack_wrapper.common.log_filter import guard_tracebacks;"
        "from slack_wrapper.common.redact import Secret;"
        "guard_tracebacks(); raise ValueError(Secret('s3same' + '-open').reveal())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError: [redacted]" in done.stderr
    assert "s3same-open" not in done.stderr


def test_an_uncaught_error_in_a_thread_prints_no_secret() -> None:
    code = (
        "import threading\n"
        "from slack_wrapper.common.log_filter import guard_tracebacks\n"
        "from slack_wrapper.common.redact import Secret\n"
        "def work(): raise ValueError(Secret('s3same' + '-open').reveal())\n"
        "guard_tracebacks(); threading.Thread(target=work).start()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ValueError: [redacted]" in done.stderr
    assert "s3same-open" not in done.stderr


def test_another_programs_own_way_of_showing_errors_is_left_alone() -> None:
    code = (
        "import sys; from slack_wrapper.common.log_filter import guard_tracebacks\n"
        "sys.excepthook = lambda *error: print('theirs')\n"
        "guard_tracebacks(); raise ValueError"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "theirs\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part", ["a.", "a", "password_", "api_key ", "token=", "://a:b", 'token="']
)
def test_no_line_of_a_log_is_worth_minutes(part: str) -> None:
    """With a search that goes back and back, 64 KiB of the first took nine minutes."""
    assert redact_log(part * (65536 // len(part)))


def test_the_longer_secret_is_taken_out_first() -> None:
    """Else what is left of it would stand there, and tell most of it."""
    Secret("s3same")
    Secret("s3same-and-its-rest")
    assert redact("a s3same-and-its-rest b") == f"a {MASK} b"


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,17}", fullmatch=True))
def test_a_short_word_is_no_token(word: str) -> None:
    """Such words are not looked at; this says that no pattern would have masked one."""
    for pattern in masks._PATTERNS:
        assert not re.search(pattern, word)
