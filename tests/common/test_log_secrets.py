"""Logs of other tools: what is found of many secrets, and what is taken for one in clean logs."""

import random
import string
from pathlib import Path

import pytest

from slack_wrapper.common import log_secrets
from slack_wrapper.common.redact import MASK, Secret, mask_tokens, redact_log
from slack_wrapper.common.secret_names import confidential

CLEAN = Path(__file__).with_name("clean.log").read_text(encoding="utf-8")


def word(length: int, letters: str = string.ascii_letters + string.digits) -> str:
    """Return a secret that nobody has: made anew, so that none is in this repository."""
    return "".join(random.Random(f"{length} {letters}").choices(letters, k=length))


S = "q7" + word(14)  # has a letter and a figure, and stands for a password or token
LOWER, HEX, DIGITS = string.ascii_lowercase + string.digits, "0123456789abcdef", string.digits
# A line of a log, with {} where the secret is, and the secret.
NAMED = [
    "PGPASSWORD={} psql -h db", "export MYSQL_PWD={}", "SSHPASS={} sshpass -e ssh host",
    "prog --password {} --user ada", "prog --password={}", "prog --token {} run", "-token {}",
    "prog --api-key '{}'", "DB_PASSWORD: {}", "dbPassword={}", "spring.datasource.password={}",
    '{{"password": "{}", "user": "ada"}}', '{{"password":"{}","user":"ada"}}',
    "{{'db_password': '{}'}}", '{{\\"password\\": \\"{}\\"}}', "('password', '{}')",
    "['--password', '{}']", "<password>{}</password>", "a=password={}", "password: '{}",
    "x?access_token={}&y=1", "X-Api-Key: {}", "PRIVATE-TOKEN: {}", "api_key => {}",
    "//registry.example.org/:_authToken={}", "aws_secret_access_key = {}", "db_pass: {}",
    "AccountKey={};EndpointSuffix=x", "webhook: https://x.example.org/{}", "dsn={}",
    "machine h login ada password {}", "IDENTIFIED BY '{}'",
    "client_secret={}", "SECRET_KEY_BASE={}", "github_token: {}", "credentials: {}",
    "passphrase = {}", "pass:{}", "mysql_root_password={} docker compose up",
]  # fmt: skip
PLACED = [
    "curl -u ada:{} https://h", "curl -uada:{}", "curl --user 'ada:{}' https://h",
    "Authorization: Basic {}", "authorization:Bearer  {}", "Authorization: Bearer\t{}",
    "Proxy-Authorization: Basic {}", "-H 'Authorization: token {}'", "Cookie: session={}",
    '"Authorization": "Bearer {}"', "https://{}@host/x", "https://ada:{}@host/x",
    "postgres://ada:a/{}@db/x", "postgres://ada:a@{}@db/x", "redis://:{}@db", "ftp://ada:{}@h",
    "mysql -u root -p{} db", "mysqldump --x -p{}", "sshpass -p {} ssh h", "unzip -P {} a.zip",
    "docker login -u ada -p {}", "redis-cli -h h -a {}", "ldapsearch -w {} -x",
    "smbclient //h/s -U ada%{}", "https://h/x?sv=1&sig={}", "https://h/hooks/{}",
    "https://hooks.slack.com/services/T01AB/B01AB/{}",
    "https://hooks.slack.com/workflows/T01AB/A01AB/123/{}",
    "https://hooks.slack.com/triggers/T01AB/123/{}", "https://discord.com/api/webhooks/12345/{}",
    "https://x.webhook.office.com/webhookb2/{}",
]  # fmt: skip
FORMED = [
    f"xoxb-123-{word(12)}", f"xapp-1-A1-{word(9)}", f"hf_{word(34)}", f"sk-ant-api03-{word(40)}",
    f"sk-proj-{word(40)}", f"AIza{word(35)}", f"ghp_{word(36)}", f"github_pat_{word(60)}",
    f"glpat-{word(20)}", f"AKIA{word(16, string.ascii_uppercase)}", f"npm_{word(36)}",
    f"eyJ{word(20)}.eyJ{word(30)}.{word(20)}", f"dckr_pat_{word(27)}", f"ya29.{word(30)}",
    f"GOCSPX-{word(28)}", f"hvs.{word(24)}", f"shpat_{word(32, HEX)}", f"sk_live_{word(24)}",
    f"SG.{word(22)}.{word(43)}", f"SK{word(32, HEX)}", f"pypi-AgEIcHlwaS5vcmc{word(80)}",
    f"AGE-SECRET-KEY-1{word(58, string.ascii_uppercase)}",
    f"-----BEGIN PRIVATE KEY-----\n{word(60)}\n{word(60)}\n-----END PRIVATE KEY-----",
    f"{word(60)}\n{word(60)}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{word(60)}\n{word(60)}",
]  # fmt: skip


@pytest.mark.parametrize("line", [*NAMED, *PLACED])
def test_a_secret_in_its_place_is_masked(line: str) -> None:
    text = redact_log(f"before\n{line.format(S)}\nafter")
    assert S not in text
    assert MASK in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter")


@pytest.mark.parametrize("secret", FORMED)
def test_a_secret_is_told_by_its_form(secret: str) -> None:
    text = redact_log(f"before\n{secret}\nafter")
    assert not any(part in text for part in secret.split("\n") if "-----" not in part)
    assert MASK in text


@pytest.mark.parametrize("secret", FORMED[:6])
def test_a_post_is_not_to_hold_a_token_either(secret: str) -> None:
    assert mask_tokens(f"the token is {secret}") == f"the token is {MASK}"


@pytest.mark.parametrize(
    "cut", ["\x1b[31m", "\x1b[0m", "\x1b]8;;x\x1b\\", "\x9b1m", "\u200b", "\b"]
)
def test_what_is_not_seen_splits_no_secret(cut: str) -> None:
    for line in (f"pass{cut}word={S}", f"password{cut}={cut}{S[:3]}{cut}{S[3:]}"):
        assert S[3:] not in redact_log(line)
        assert S not in redact_log(line)


@pytest.mark.parametrize(
    "value", [f'"a\\"{S}"', f"'a\\'{S}'", f'"a b {S}"', f"a,{S}", f'a"b c"{S}', f'"a {S}',
              f"\\ {S}", f'"{S}"}}', f"a'b'{S}"]
)  # fmt: skip
def test_a_value_is_masked_to_its_end(value: str) -> None:
    assert S not in redact_log(f"password={value}\nnext")
    assert redact_log(f"password={value}\nnext").endswith("\nnext")


def test_json_stays_json() -> None:
    assert redact_log('{"token":"abc","n":1}') == f'{{"token":"{MASK}","n":1}}'


def test_a_known_secret_is_found_before_a_part_of_it_is_masked() -> None:
    Secret("two words and one")
    assert redact_log("password=two words and one, x") == f"password={MASK}, x"


def test_clean_logs_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """The false alarms, counted and shown by `pytest -s`; and each plugin of detect-secrets."""
    lines = CLEAN.splitlines()
    wrong = [line for line in lines if redact_log(line) != line]
    with capsys.disabled():
        print(f"\nclean lines taken for a secret: {len(wrong)} of {len(lines)}")
    assert wrong == []
    assert redact_log(CLEAN) == CLEAN


REFUSED = ("aws", "telegram_token", "mailchimp", "artifactory", "jwt", "basic_auth", "openai")


def test_the_plugins_that_are_used_raise_no_false_alarm() -> None:
    """The control: one that is not used does."""
    alarms = {
        plugin: sum(bool(rule.search(line)) for line in CLEAN.splitlines()
                    for rule in log_secrets.rules_of(plugin))
        for plugin in (*log_secrets.PLUGINS, *REFUSED)
    }  # fmt: skip
    assert not any(alarms[plugin] for plugin in log_secrets.PLUGINS)
    assert alarms["aws"]
    assert alarms["telegram_token"]


def test_detect_secrets_adds_to_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"square sq0csp-{word(43)} here"
    assert MASK in redact_log(line)
    monkeypatch.setattr(log_secrets, "rules", tuple)
    assert redact_log(line) == line


@pytest.mark.parametrize(
    ("name", "yes"),
    [("PGPASSWORD", True), ("dbPassword", True), ("pass", True), ("pwd", True), ("dsn", True),
     ("webhook", True), ("api-key", True), ("secretAccessKey", True), ("apitoken2", True),
     ("password_file", False), ("tokenizer", False), ("secretion", False), ("compass", False),
     ("passed", False), ("max_len", False), ("key", False), ("author", False)],
)  # fmt: skip
def test_names(name: str, *, yes: bool) -> None:
    assert confidential(name) is yes


PARTS = ["eyJ", "eyJ-", "sk-", "://", "-u a", "mysql ", "curl -u a", "password: ", "password ",
         "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "\x1b[31m", "\x1b]", "x-amz-",
         "authorization ", "https://a", "glpat-", "identified by ", "\\", "password='\\", "?sig=",
         "AAAAAAAAAAAA\n", "--a ", "ldap", "/hooks/a", "bearer ", "-U a%", " ", "\u202e", "a=",
         "login a ", '"', "password", "PASSWORD_", "aB"]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("part", PARTS)
def test_no_log_is_worth_minutes(part: str) -> None:
    """64 KiB; with a search that goes back and back some of them take many minutes."""
    redact_log(part * ((1 << 16) // len(part)))
