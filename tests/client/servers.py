"""The Slack-compatible servers that the client suite runs against."""

from dataclasses import dataclass

from slack_wrapper.client.names import Names
from slack_wrapper.client.retry import Retrier, RetryPolicy
from slack_wrapper.client.transport import Transport
from slack_wrapper.redact import Secret

QUICK = RetryPolicy(attempts=3, total=20.0, base=0.01, cap=0.05)


@dataclass
class Server:
    """Address and token of a server, and the name of a channel that the bot is in."""

    api_url: str
    token: str
    channel: str

    def transport(self, *, token: str | None = None, timeout: float = 10.0) -> Transport:
        return Transport(Secret(token or self.token), base_url=self.api_url, timeout=timeout)

    def names(self) -> Names:
        return Names(self.transport())

    def retrier(self) -> Retrier:
        return Retrier(QUICK)
