"""A secret that never prints, and the removal of secrets from texts that do.

Token forms: https://docs.slack.dev/authentication/tokens.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

from slack_wrapper.common.foreign import printable

MASK = "[redacted]"
# Replacing a secret this short everywhere would riddle ordinary text with masks, which both
# destroys the text and tells the secret; what looks like a token is masked at any rate.
MIN_LENGTH = 4

# Texts, which `re` compiles at their first use and keeps: so importing them costs a step nothing.
# Each takes time in proportion to the text, whatever is in it: a repetition is bounded, possessive,
# or cannot begin within itself.
_PATTERNS = (
    r"\bx(?:ox[a-z]|app|oxe\.xox[a-z])-[A-Za-z0-9-]{4,}",
    r"(?<=/services/)T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+",
    r"(?<=/workflows/)T[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9/]+",
    r"(?<=/triggers/)[TE][A-Za-z0-9]+/\d+/[A-Za-z0-9]+",
    r"(?i)(?<=bearer )[ \t]{0,8}[A-Za-z0-9._~+/-]{6,}=*",
    r"(?i)(?<=bearer\t)[ \t]{0,8}[A-Za-z0-9._~+/-]{6,}=*",
    r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    # Keys whose form says what they are.
    r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}",  # a JSON web token
    r"\b(?:gh[pousr]_|github_pat_)\w{20,}",
    r"(?<![\w-])(?:glpat|gldt|glrt|glcbt|glptt|glft|glsoat|dckr_pat|dckr_oat|npg|pul|lin_api|gsk|xai"
    r"|r8|nvapi|shpat|shpss|dop_v1|doo_v1|sntrys|figd|rpa|tskey|ntn|atlasv1|hvs|hvb)[_.-][\w.-]{16,}",
    r"(?<![\w-])sk-[\w-]{20,}",  # OpenAI, Anthropic and those that took their form
    r"(?<![A-Za-z0-9])(?:hf|api_org|npm)_[A-Za-z0-9]{16,}",
    r"(?<![\w-])AIza[\w-]{30,}",
    r"(?<![\w-])ya29\.[\w-]{16,}",
    r"(?<![\w-])GOCSPX-[\w-]{16,}",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{16,}",
    r"\b(?:AKIA|ASIA|ABIA)[0-9A-Z]{16}\b",
)
# Characters of the shortest token that has nothing but letters, digits and underscores in it. Most
# of what is written down are shorter words of that kind, such as the names of fields.
_SHORTEST = len("hf_") + 16


class Secret:
    """Holds a password or token; only `reveal` gives it.

    It does not print, format, pickle or serialise, and registers itself with the scrubber.

    Args:
        value: the secret itself.
        source: where it comes from, for errors.
    """

    __slots__ = ("__value", "source")

    def __init__(self, value: str, *, source: str = "") -> None:
        self.__value = value
        self.source = source
        SCRUBBER.register(value)

    def reveal(self) -> str:
        """Return the secret itself."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied")


class Scrubber:
    """Replaces registered secrets, and whatever looks like a Slack credential, by a mask."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._lock = threading.Lock()

    def register(self, secret: str) -> None:
        """Mask `secret` from now on, also URL-encoded, in JSON and in base64."""
        if len(secret) < MIN_LENGTH:
            return
        raw = _raw(secret)
        forms = {
            secret,
            quote(raw, safe=""),
            quote_plus(raw),
            json.dumps(secret)[1:-1],
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(raw).decode(),
        }
        with self._lock:
            self._forms |= forms

    def __call__(self, text: str) -> str:
        """Return `text` without secrets."""
        return mask_tokens(self.known(text))

    def known(self, text: str) -> str:
        """Return `text` without the secrets that were registered."""
        with self._lock:
            forms = sorted(self._forms, key=len, reverse=True)
        for form in forms:
            if form in text:
                text = text.replace(form, MASK)
        return text


def _raw(secret: str) -> bytes:
    """Return the bytes of a secret, whatever it holds; an error here would print it."""
    try:
        # Arguments and environment variables that are no UTF-8 reach us with escaped bytes.
        return secret.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, from YAML or JSON
        return secret.encode("utf-8", "surrogatepass")


def mask_tokens(text: str) -> str:
    """Return `text` with every token-like word masked.

    For texts that are still to be posted: a short password that is also an ordinary word must not
    change them, and a token must never be in them.
    """
    if len(text) < _SHORTEST and (not text or text.isidentifier()):
        return text
    for pattern in _PATTERNS:
        text = re.sub(pattern, MASK, text)
    return text


SCRUBBER = Scrubber()


def redact(text: str) -> str:
    """Return `text` with every registered secret and every token-like word masked."""
    return SCRUBBER(text)


def redact_log(text: str) -> str:
    """Return the log of another tool without secrets, as far as they can be told.

    Beyond `redact` it masks what stands where secrets do: behind a name such as `password` or
    `--token`, in headers, in addresses; see `log_secrets`. For logs only: in a text that somebody
    wrote it masks too much. Terminal sequences are taken out first: they could split a secret.
    """
    from slack_wrapper.common import log_secrets  # what only failures need

    whole = SCRUBBER.known(printable(SCRUBBER.known(text)))
    return mask_tokens(log_secrets.mask(whole, MASK))


def mask_tokens_in(value: Any) -> Any:
    """Return JSON-like data with `mask_tokens` applied to every text in it, keys included."""
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, dict):
        return {mask_tokens(str(key)): mask_tokens_in(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_tokens_in(entry) for entry in value]
    return value
