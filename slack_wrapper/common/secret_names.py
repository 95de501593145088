"""Whether a name is one that secrets have: `PGPASSWORD`, `dbPassword`, `api_key`, `webhook`."""

from __future__ import annotations

import re

# Words that say it, wherever they stand in a name.
_WORDS = frozenset(
    ("password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pgpass", "sshpass",
     "secret", "secrets", "credential", "credentials", "dsn", "webhook", "webhooks")
)  # fmt: skip
# What the whole name, without its separators, ends in.
_ENDS = (
    "password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey",
    "accesskey", "secretkey", "privatekey", "authkey", "accountkey", "sharedkey", "encryptionkey",
    "signingkey", "masterkey", "servicekey", "storagekey", "sessionkey", "licensekey", "sshkey",
    "webhookurl", "connectionstring", "authstring",
)  # fmt: skip
# Names that mean other things as often: their values decide.
_WEAK = frozenset(("pass", "pw", "auth", "tokens", "sas"))
# Last words that tell something about a secret, which is not the secret.
_ABOUT = frozenset(
    ("file", "files", "path", "dir", "folder", "command", "cmd", "length", "len", "count", "type",
     "name", "names", "policy", "prompt", "expiry", "expires", "ttl", "scope", "scopes", "usage",
     "limit", "index", "helper", "store", "backend", "required", "enabled")
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_A-Za-z]+")


def confidential(name: str, *, weak: bool = True) -> bool:
    """Whether a name is one that secrets have.

    Args:
        name: of a variable, a key of a config, an option, a header.
        weak: count names that mean other things as often, such as `pass` and `tokens`.
    """
    words = [word.lower() for word in _WORD.findall(name[:200])]
    if not words or (len(words) > 1 and words[-1] in _ABOUT):
        return False
    if not _WORDS.isdisjoint(words) or "".join(words).rstrip("0123456789").endswith(_ENDS):
        return True
    # All lower case: PGPASSWORD, mysqlpassword, dbpwd, xauthtokenx stand in one word.
    joined = max(words, key=len)
    if any(part in joined for part in ("passw", "passphrase", "apikey", "authtoken")):
        return True
    return weak and words[-1] in _WEAK
