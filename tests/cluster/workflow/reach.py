"""Tries the session sockets in $SOCKETS, where this test's runs have theirs; prints the answers."""

import os
import socket
from pathlib import Path

from slack_wrapper.session import protocol

paths = {str(path) for path in Path(os.environ["SOCKETS"]).glob("slack-wrapper-*/socket")}
paths |= {os.environ.get(protocol.VARIABLE, protocol.ELSEWHERE)} - {protocol.ELSEWHERE}
answers = []
for path in sorted(paths):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(path)
            protocol.send(connection, {"version": protocol.VERSION, "nothing": {}})
            answers.append(protocol.receive(connection)["error"]["class"])
        except OSError as error:
            answers.append(type(error).__name__)
print(os.environ.get(protocol.VARIABLE), *answers)
