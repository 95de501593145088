"""Proxies and certificate authorities: honoured for API calls and for uploads alike."""

import datetime
import io
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from slack_wrapper.client import local_file, messages, sharing, uploads
from slack_wrapper.client.messages import Message
from slack_wrapper.client.retry import Retrier
from slack_wrapper.client.web_api import WebApiTransport
from slack_wrapper.common.redact import Secret
from slack_wrapper.errors import SlackRefused, SlackUnavailable
from slack_wrapper.sandbox.server import Sandbox
from tests.client.servers import QUICK

CHANNEL = "C0000LIBREC"


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "authority.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(authority: Path) -> Iterator[Sandbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with Sandbox(tls=context) as box:
        yield box


class Proxy:
    """An HTTP proxy that tunnels CONNECT and counts what it does."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.tunnels: list[str] = []
        self._refuse = refuse
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        target = head.split()[1].decode()
        self.tunnels.append(target)
        if self._refuse:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            client.close()
            return
        host, port = target.split(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {client: server, server: client}
        while True:
            for one in select.select(list(ends), [], [])[0]:
                data = one.recv(65536)
                if not data:
                    client.close()
                    server.close()
                    return
                ends[one].sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def post_and_upload(box: Sandbox, path: Path) -> None:
    transport = WebApiTransport(Secret(box.token), base_url=box.api_url, timeout=5)
    message = Message(CHANNEL, "over TLS", key="k" * 32)
    messages.post(transport, message, Retrier(QUICK), about="channel x", locate=str)
    sent = uploads.upload(transport, local_file.check(path), Retrier(QUICK))
    share = uploads.Share(CHANNEL, None, None, "channel x")
    sharing.share(transport, [sent], share, Retrier(QUICK))


def test_a_custom_authority_is_honoured(
    secure: Sandbox, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    post_and_upload(secure, authority)
    assert len(secure.messages()) == 2
    assert len(secure.calls("upload")) == 1


def test_an_unknown_authority_is_refused_with_the_remedy(secure: Sandbox) -> None:
    transport = WebApiTransport(Secret(secure.token), base_url=secure.api_url, timeout=5)
    with pytest.raises(SlackRefused) as caught:
        transport.call("auth.test", {})
    assert "SSL_CERT_FILE" in caught.value.hint
    with pytest.raises(SlackRefused):
        transport.upload(f"{secure.url}/upload/v1/F1", io.BytesIO(b"bytes"), 5)
    assert secure.store.calls == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_is_used_for_calls_and_bytes(
    secure: Sandbox, authority: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv(name, proxy.url)
    post_and_upload(secure, authority)
    assert len(proxy.tunnels) == len(secure.store.calls)
    assert len(secure.messages()) == 2


def test_no_proxy_is_honoured(
    secure: Sandbox, authority: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    post_and_upload(secure, authority)
    assert proxy.tunnels == []


def test_a_proxy_that_refuses_is_told(
    secure: Sandbox, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Proxy(refuse=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("HTTPS_PROXY", strict.url)
    transport = WebApiTransport(Secret(secure.token), base_url=secure.api_url, timeout=5)
    with pytest.raises(SlackUnavailable, match="403") as caught:
        transport.call("auth.test", {})
    assert "HTTPS_PROXY" in caught.value.hint
    strict.close()
