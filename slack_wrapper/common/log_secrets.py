"""Secrets in the logs of other tools: told by their place, and by the rules of detect-secrets.

https://github.com/Yelp/detect-secrets has a plugin per kind of key; the ones in `PLUGINS` raise no
false alarm on logs of bioinformatics, which tests/redaction measures. All of it takes time in
proportion to the text: a repetition is bounded or possessive, and foreign patterns see windows.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache

from slack_wrapper.common.secret_names import confidential

# Plugins of detect-secrets whose patterns are used. Not: high entropy and ip_public (hashes and
# addresses fill logs), keyword, jwt, basic_auth, openai, npm, slack (ours take linear time and find
# more), aws (its ACCA… is found in DNA), artifactory, mailchimp, telegram (they find accessions,
# checksums and regions of a genome).
PLUGINS = (
    "azure_storage_key", "cloudant", "discord", "github_token", "gitlab_token", "ibm_cloud_iam",
    "ibm_cos_hmac", "pypi_token", "sendgrid", "softlayer", "square_oauth", "stripe", "twilio",
)  # fmt: skip
_WINDOW, _OVERLAP = 1500, 300  # characters that a foreign pattern sees at once

# A value: in quotes (the last may be missing), or as a shell takes a word.
_VALUE = re.compile(
    r"""(?:"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')(?=[\s,:;&<)}\]\\]|$)
    |(?:"(?:[^"\\\n]|\\.)*+\\?"?|'(?:[^'\\\n]|\\.)*+\\?'?|\\.|[^\s"'&;<>\\])++""",
    re.S | re.X,
)
_NAMED = re.compile(
    r"""(?<![\w.-])(?P<flag>-{1,2})?(?P<name>\w[\w.-]*+)
    (?P<sep>\\?["']?[ \t]{0,8}(?:={1,2}>?|:(?!:)=?)[ \t]{0,8}   # name: value, name=value
    |\\?["'][ \t]{0,8},[ \t]{0,8}(?=\\?["'])                    # ('name', 'value')
    |>(?=[^<\n])                                                # <name>value
    |(?(flag)["']?,?[ \t]{1,8}(?!-)|(?!)))""",  # --name value
    re.X,
)
# What stands where a secret would and is none.
_EMPTY = re.compile(r"(?i)[\"'\\]*(?:none|null|true|false|nil|undefined)?[\"',)\]}\\]*")
_NUMBER = re.compile(r"[\"']?[-+]?[\d.,_]+(?:e[-+]?\d+)?%?[\"',)\]};]*")
_PLACES = (
    r"(?i)\bauthorization[\"'\\]{0,2}[ \t]{0,8}[:=][ \t]{0,8}[\"'\\]{0,2}(?P<s>[^\r\n\"']+)",
    r"(?i)\b(?:set-)?cookie[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?(?P<s>[^\r\n\"']+)",
    # Addresses: name and password, where the password may hold what an address may not; a token.
    r"://[^/\s:@\"'<>]{0,256}:(?!\d{1,5}(?:[/?#\s]|$))"
    r"(?P<s>[^\s\"'<>@]{1,256}+(?:@[^\s\"'<>@/]{1,256}+(?=@))*+)@",
    r"(?i)\bhttps?://(?!git@)(?P<s>[^/\s:@\"'<>]{1,512})@",
    r"(?i)://(?P<s>(?=[^/@\s]{0,40}\d)[^/\s:@\"'<>]{20,512})@",
    r"(?i)[?&;](?:sig|code|x-amz-[a-z-]{1,40}|signature|awsaccesskeyid|key|hmac)=(?P<s>[^\s&\"'<>;]{12,})",
    r"(?i)\bhooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<s>[^\s\"'<>|)]+)",
    r"(?i)/api/webhooks/(?P<s>\d{5,}/[\w-]{16,})",
    r"(?<=/hooks/)(?P<s>\w{16,64}(?:/\w{16,64})?)",
    r"(?i)\.webhook\.office\.com/(?P<s>[^\s\"'<>]+)",
    # Options of known commands that a name does not tell.
    r"(?i)(?<![\w-])(?:-u|--user|--proxy-user|-U)[= \t]{0,8}[\"']?(?!\d+:\d+\b)"
    r"[^\s:\"'@/]{1,100}:(?P<s>[^\s\"']+)",
    r"(?i)(?<![\w-])-U[ \t]{0,8}[\"']?[^\s%\"']{1,100}%(?P<s>[^\s\"']+)",
    r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mongo|mongosh|7za?|docker login|podman login"
    r"|helm registry login|sshpass)\b[^\n|;]{0,300}?[ \t]-p[ \t]{0,4}(?P<s>[^\s-]\S{0,512})",
    r"\b(?:unzip|zip|sqlcmd|bcp)\b[^\n|;]{0,300}?[ \t]-P[ \t]{0,4}(?P<s>[^\s-]\S{0,512})",
    r"\bredis-cli\b[^\n|;]{0,300}?[ \t]-a[ \t]{1,4}(?P<s>\S{1,512})",
    r"\bldap\w{1,20}\b[^\n|;]{0,300}?[ \t]-w[ \t]{1,4}(?P<s>\S{1,512})",
    r"(?i)\blogin[ \t]{1,8}\S{1,200}[ \t\n]{1,8}password[ \t]{1,8}(?P<s>\S{1,512})",  # .netrc
    r"(?i)\bidentified by[ \t]{1,4}(?P<s>\"[^\"\n]*\"?|'[^'\n]*'?|\S+)",
    r"(?s)(?P<s>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z))",
)
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(r"[ \t>|]*[A-Za-z0-9+/=]{8,}[ \t\r]*")


def mask(text: str, masked: str) -> str:
    """Return a log with what is told for a secret replaced.

    Args:
        text: of any length.
        masked: stands in the place of each secret.
    """
    for pattern in map(re.compile, _PLACES):
        text = pattern.sub(lambda found: _without(found, masked), text)
    text = _without_key_ends(text, masked)
    text = "".join(_assigned(text, masked))
    return _by_rules(text, masked)


def _without(found: re.Match[str], masked: str) -> str:
    whole, start, end = found[0], found.start("s") - found.start(), found.end("s") - found.start()
    return f"{whole[:start]}{masked}{whole[end:]}"


def _without_key_ends(text: str, masked: str) -> str:
    """Mask the rest of a private key whose beginning is not in the text, as after a cut."""
    found = _KEY_END.search(text)
    if found is None:
        return text
    lines = text[: found.start()].split("\n")
    while len(lines) > 1 and _KEY_LINE.fullmatch(lines[-2]):
        del lines[-2]
    return "\n".join([*lines[:-1], masked]) + text[found.end() :]


def _assigned(text: str, masked: str) -> Iterator[str]:
    """Yield the parts of a text, a mask for the values of confidential names."""
    at = 0
    found = _NAMED.search(text)
    while found:
        end = found.end()
        value = _VALUE.match(text, end) if confidential(found["name"]) else None
        if value and value[0].rstrip(",)}") == masked:  # it has been found before
            end = value.end()
        elif value and not _harmless(found["name"], value[0]):
            secret = value[0].rstrip(",)}]") or value[0]
            yield text[at:end]
            yield _quoted(secret, masked)
            at = end = end + len(secret)
        found = _NAMED.search(text, end)
    yield text[at:]


def _quoted(value: str, masked: str) -> str:
    """Return the mask in the quotes of what it replaces, so that JSON stays JSON."""
    quote = value[0] if value[0] in "\"'" and value[-1] == value[0] and len(value) > 1 else ""
    return f"{quote}{masked}{quote}"


def _harmless(name: str, value: str) -> bool:
    if _EMPTY.fullmatch(value):
        return True
    if name in ("PWD", "OLDPWD") and value[0] in "/~":  # the shell's working directory
        return True
    return not confidential(name, weak=False) and bool(_NUMBER.fullmatch(value))


def _by_rules(text: str, masked: str) -> str:
    """Mask what detect-secrets finds."""
    spans: list[tuple[int, int]] = []
    for pattern in rules():
        for start in range(0, len(text), _WINDOW - _OVERLAP):
            spans += [one.span() for one in pattern.finditer(text, start, start + _WINDOW)]
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts += [text[at:start], masked]
        at = max(at, end)
    return "".join([*parts, text[at:]])


@cache
def rules() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of detect-secrets, none where it cannot be loaded."""
    try:
        return tuple(pattern for name in PLUGINS for pattern in rules_of(name))
    except ImportError:  # a failure is to be shown all the same; our own patterns remain
        return ()


def rules_of(plugin: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of one plugin of detect-secrets."""
    module = importlib.import_module(f"detect_secrets.plugins.{plugin}")
    classes = (one for one in vars(module).values() if isinstance(one, type))
    own = [one for one in classes if one.__module__ == module.__name__]
    return tuple(pattern for one in own for pattern in getattr(one, "denylist", ()))
