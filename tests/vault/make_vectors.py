"""How the frozen vectors were made; run once. Version 1 must never need it again."""

import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from slack_wrapper.vault.keyfile import kdf
from slack_wrapper.vault.keyfile.format import KeyFile

SECRET, PASSWORD = "xoxb-vector-0123456789", "pässword for vectors"
HERE = Path(__file__).parent / "vectors"


def main() -> None:
    """Write one good file a profile that tests can afford."""
    for profile in ("test-only", "rfc9106-low"):
        content = KeyFile(
            datetime(2026, 1, 31, 12, tzinfo=UTC), kdf.PROFILES[profile], bytes(range(16)), b""
        )
        key = kdf.derive(PASSWORD, content.salt, content.costs, "vector")
        nonce = bytes(range(100, 112))
        sealed = nonce + AESGCM(key).encrypt(nonce, SECRET.encode(), content.header)
        whole = KeyFile(content.created, content.costs, content.salt, sealed)
        (HERE / f"v1-{profile}.enc").write_bytes(whole.to_bytes())
    (HERE / "vectors.json").write_text(
        json.dumps({"secret": SECRET, "password": PASSWORD}, ensure_ascii=False) + "\n"
    )


if __name__ == "__main__":
    main()
