"""A block for messages."""


def section(text: str, **more: object) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}
