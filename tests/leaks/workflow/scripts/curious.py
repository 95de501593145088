"""A script job of the test workflow: writes down all that a job can get hold of."""

# ruff: noqa: F821 - Snakemake gives a script `snakemake` and `__real_file__`
import json
import os
import socket
import struct
import time
from pathlib import Path


def asked(question: bytes) -> bytes:
    """Return what the session of the run answers, byte for byte."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(os.environ["SLACK_WRAPPER_SESSION"])
        connection.sendall(struct.pack(">I", len(question)) + question)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def questions() -> list[bytes]:
    """Return what a nosy job may ask: a real post, wrong keys and channels, and nonsense."""
    post = {"option": "message", "channel": "librec_channel", "message": "from a nosy job"}
    requests = [
        post,
        {**post, "channel": "nowhere"},
        {**post, "encrypted_key": "keys/none.enc"},
        {**post, "encrypted_key": "Snakefile"},
        {**post, "thread": "/etc/hostname"},
        {"token": None, "password": None},
    ]
    whole = [{"version": 1, "cwd": str(Path.cwd()), "request": request} for request in requests]
    return [json.dumps(one).encode() for one in [*whole, {"version": 1}, {}]] + [b"token"]


output = Path(snakemake.output[0])
if snakemake.rule == "blocked":
    Path("results").mkdir(exist_ok=True)
    Path("results/blocked.pid").write_text(str(os.getpid()))
    time.sleep(120)  # the test ends it
with output.open("wb") as file:
    file.write(f"{os.getpid()}\n{dict(os.environ)}\n{snakemake.config}\n".encode())
    file.write(Path(__real_file__).read_bytes())
    for question in questions():
        file.write(b"\n" + asked(question))
time.sleep(0.2)
