"""Names that Slack has told, kept on disk for a while: conversations.list is 20 calls a minute.

One file a token, in the user's cache folder, mode 0600. It holds names, e-mail addresses and IDs,
never a token. Losing it, or a write of it, costs a look-up and nothing else; so writers do not
wait for each other, they read, merge and replace.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

from slack_wrapper.common import atomic_files
from slack_wrapper.common.parsing import from_json
from slack_wrapper.common.regular_file import read_bytes

_MAX_BYTES = 64 << 20  # of the file; a hundred thousand names are 10 MB
EXPIRY = 12 * 3600.0  # seconds; a channel may be renamed, and its name given to another one


def folder() -> Path:
    """Return where the files lie: `$XDG_CACHE_HOME/slack-wrapper`, by default in `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "slack-wrapper"


class NameCache:
    """What one token has been told, name → ID, kind by kind.

    Args:
        fingerprint: of the token and its server; tells nothing of the token.
        place: folder of the file; None for the user's.
    """

    def __init__(self, fingerprint: str, place: Path | None = None) -> None:
        self._place, self._name = place, f"names-{fingerprint}.json"
        self._read: dict[str, dict[str, tuple[str, float]]] | None = None
        self._lock = threading.Lock()  # of this process's writers

    def get(self, kind: str, name: str) -> str | None:
        """Return the ID of a name of a kind, None when it is not known or known for too long."""
        if self._read is None:
            self._read = self._load()
        found, since = self._read.get(kind, {}).get(name, ("", 0.0))
        return found if 0 <= time.time() - since < EXPIRY else None

    def put(self, kind: str, names: dict[str, str]) -> None:
        """Remember names of a kind."""
        with self._lock:
            known, now = self._load(), time.time()
            known.setdefault(kind, {}).update({name: (found, now) for name, found in names.items()})
            self._store(known)

    def forget(self, kind: str, name: str) -> bool:
        """Forget a name that has turned out wrong; return whether it was known."""
        with self._lock:
            known = self._load()
            if name not in known.get(kind, {}):
                return False
            del known[kind][name]
            self._store(known)
            return True

    def _load(self) -> dict[str, dict[str, tuple[str, float]]]:
        """Return what is on disk; a file that is damaged or not ours counts as empty."""
        try:
            path = self._path()
            if path.stat().st_uid != os.getuid():
                return {}
            data = from_json(read_bytes(path, _MAX_BYTES))
            return {
                str(kind): {str(name): (str(one[0]), float(one[1])) for name, one in names.items()}
                for kind, names in data.items()
            }
        except (OSError, RuntimeError, ValueError, TypeError, AttributeError, LookupError):
            return {}

    def _store(self, known: dict[str, dict[str, tuple[str, float]]]) -> None:
        self._read = known
        oldest = time.time() - EXPIRY
        fresh = {
            kind: {name: entry for name, entry in names.items() if entry[1] > oldest}
            for kind, names in known.items()
        }
        try:
            path = self._path()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            atomic_files.write(path, json.dumps(fresh).encode("utf-8"), mode=0o600)
        except (OSError, RuntimeError):  # no home, or none that can be written
            return

    def _path(self) -> Path:
        return (self._place or folder()) / self._name
