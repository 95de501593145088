"""How the frozen vectors of version 2 were made; run once, and never needed again.

Written from docs/key-format.md with the primitives alone, not with the package: so the vectors
also tell whether the page and the package say the same.
"""

import base64
import json
import unicodedata
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HERE = Path(__file__).parent / "vectors"
SECRET = "xoxb-vector-0123456789"
NAMES = {
    "shared": ("2026-01-31T12:00:00Z", "pässword for vectors"),
    "alice": ("2026-02-28T23:59:59Z", "alice's own words"),
    "bob@example.org": ("2026-03-01T00:00:00Z", "bob's 中文"),
}
COSTS = {"test-only": (32, 1, 1), "rfc9106-low": (65536, 3, 4)}
VERSION = b"slack-wrapper-key v2"
SALT = bytes(range(16))
MEMBER = bytes(range(0x40, 0x60))
DATA_KEY = bytes(range(0x60, 0x80))


def b64(data: bytes) -> bytes:
    return base64.b64encode(data)


def public(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def sealed(key: bytes, nonce: bytes, secret: bytes, bound_to: bytes) -> bytes:
    return nonce + AESGCM(key).encrypt(nonce, secret, bound_to)


def name_line(number: int, name: str, costs: tuple[int, int, int]) -> bytes:
    created, password = NAMES[name]
    memory, passes, lanes = costs
    derived = Argon2id(
        salt=SALT, length=32, iterations=passes, lanes=lanes, memory_cost=memory
    ).derive(unicodedata.normalize("NFC", password).encode())
    own = X25519PrivateKey.from_private_bytes(bytes([0x80 + number]) * 32)
    ephemeral = X25519PrivateKey.from_private_bytes(bytes([0xA0 + number]) * 32)

    line = f"name: {name} {created} public=".encode() + b64(public(own))
    private = own.private_bytes_raw() + MEMBER
    nonce = bytes([0xC0 + number]) * 12
    line += b" private=" + b64(sealed(derived, nonce, private, VERSION + b"\n" + line))

    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public(own)))
    info = b"slack-wrapper-key v2 data key\n" + public(ephemeral) + public(own)
    key = HKDF(algorithm=SHA256(), length=32, salt=MEMBER, info=info).derive(shared)
    nonce = bytes([0xE0 + number]) * 12
    data = public(ephemeral) + sealed(key, nonce, DATA_KEY, VERSION + b"\n" + line)
    return line + b" data=" + b64(data) + b"\n"


def key_file(names: list[str], costs: tuple[int, int, int]) -> bytes:
    header = (
        VERSION
        + b"\n# an encrypted Slack key; each name below opens it with a password of its own\n"
        + b"created: 2026-03-01T00:00:00Z\n"
        + "kdf: argon2id m={} t={} p={} salt=".format(*costs).encode()
        + b64(SALT)
        + b"\n"
    )
    header += b"".join(name_line(number, name, costs) for number, name in enumerate(names))
    nonce = bytes(range(100, 112))
    return header + b"key: " + b64(sealed(DATA_KEY, nonce, SECRET.encode(), header)) + b"\n"


def main() -> None:
    """Write a file with one name, one with three, and the passwords."""
    for profile, costs in COSTS.items():
        (HERE / f"v2-{profile}.enc").write_bytes(key_file(list(NAMES), costs))
    (HERE / "v2-one-name.enc").write_bytes(key_file(["alice"], COSTS["test-only"]))
    passwords = {name: password for name, (_, password) in NAMES.items()}
    (HERE / "vectors-v2.json").write_text(
        json.dumps({"secret": SECRET, "passwords": passwords}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
