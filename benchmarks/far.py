"""A Slack that is 80 ms away: the sandbox over TLS, behind a proxy that delays what it passes on.

A new connection costs a round trip for TCP and one for TLS, as it does on a network; a request on a
kept one costs one. Nothing is verified less than elsewhere: both sides are given the certificate as
their only authority, in $SSL_CERT_FILE. `far_server` is the process.
"""

import contextlib
import datetime
import ipaddress
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import REPOSITORY, Cost, environment

TOKEN = "xoxb-bench"
TEAM = "https://bench.slack.com"  # which links to messages begin with


@dataclass(frozen=True)
class Far:
    """A server that is far away.

    Args:
        url: of its API.
        env: what a client needs: the token, the address and the authority.
        process: its own.
    """

    url: str
    env: dict[str, str]
    process: subprocess.Popen[str]

    def run(self, module: str, side: str, *arguments: str) -> Cost:
        """Measure one side in a process of its own: a module that prints its cost."""
        with tempfile.TemporaryDirectory() as folder:
            argv = [sys.executable, "-m", f"benchmarks.{module}", side, *arguments]
            done = subprocess.run(
                argv, cwd=folder, env=environment(**self.env, TMPDIR=folder), capture_output=True,
                text=True, check=False,
            )  # fmt: skip
        if done.returncode:
            sys.exit(f"{side} failed:\n{done.stderr}")
        return Cost(*json.loads(done.stdout))

    def calls(self) -> Counter[str]:
        """Return how often each method was called since this was asked last."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("calls\n")
        self.process.stdin.flush()
        return Counter(json.loads(self.process.stdout.readline()))


@contextlib.contextmanager
def far(channels: int = 40) -> Iterator[Far]:
    """Run one in a process of its own; its channels are c0, c1, …, their IDs `channel_id`."""
    with tempfile.TemporaryDirectory() as name:
        pem = str(certificate(Path(name)))
        argv = [sys.executable, "-m", "benchmarks.far_server", pem, TEAM, str(channels)]
        with subprocess.Popen(
            argv, cwd=REPOSITORY, env=environment(), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdin and process.stdout
            url = process.stdout.readline().strip()
            env = {"SSL_CERT_FILE": pem, "SLACK_BOT_TOKEN": TOKEN, "SLACK_WRAPPER_BASE_URL": url}
            try:
                yield Far(url, env, process)
            finally:
                process.stdin.close()


def channel_id(number: int) -> str:
    """Return the ID of a channel."""
    return f"C{number:09}"


def certificate(folder: Path) -> Path:
    """Write a self-signed certificate for localhost with its key, and return the file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "localhost.pem"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(
        made.public_bytes(encoding)
        + key.private_bytes(encoding, form, serialization.NoEncryption())
    )
    return path
