"""Apprise's Slack plugin, by a bot's token and by a webhook; its addresses are class attributes."""

import json
import os

from apprise import Apprise, AppriseAttachment
from apprise.plugins.slack import NotifySlack

NotifySlack.api_url = os.environ["BASE"] + "{}"
NotifySlack.webhook_url = os.environ["BASE"].replace("/api/", "/services")
token, hook = os.environ["TOKEN"], os.environ["HOOK"].rpartition("/services/")[2]


def sent(address: str, **more: object) -> bool:
    service = Apprise()
    if not service.add(address):
        raise SystemExit(f"apprise does not take the address {address}")
    return bool(service.notify(title="NDCG", body="by *apprise*", **more))


print(json.dumps({
    "bot": sent(f"slack://{token}/%23librec_channel"),
    "blocks": sent(f"slack://{token}/%23librec_channel?blocks=yes&footer=yes"),
    "file": sent(f"slack://{token}/%23librec_channel",
                 attach=AppriseAttachment(os.environ["FILE"])),
    "person": sent(f"slack://{token}/ada@example.org"),
    "webhook": sent(f"slack://{hook}"),
    "nowhere": sent(f"slack://{token}/%23nowhere"),
}))  # fmt: skip
