"""Which names of emoji there are.

Slack answers `invalid_name` to any other (slackapi/bolt-python#808, slackapi/python-slack-sdk#1588,
gammons/slk#65: it has names of its own and takes neither Unicode's nor the characters). Its list is
not published by Slack and has two thousand names; here a name is known when the page can draw it,
when the workspace has added it, or when Unicode has a symbol of that name, which lets a few pass
that Slack does not take.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from slack_wrapper.html.mrkdwn import is_drawn

_FORM = re.compile(r"[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?")
# Unicode's own names, and those of other programs, that were tried and refused.
_REFUSED = ("ballot_box_with_tick", "check_mark", "heavy_tick", "negative_squared_tick",
            "thumbs_down", "thumbs_up", "white_tick")  # fmt: skip
# Endings that Unicode's name has and Slack's has not: "ok_hand" is OK HAND SIGN.
_ENDINGS = ("", " sign", " symbol", " face", " with smiling eyes")


def is_emoji(name: str, own: Collection[str] = ()) -> bool:
    """Whether a workspace takes a name, without colons, as an emoji.

    Args:
        name: such as `eyes` or `wave::skin-tone-3`.
        own: the names that the workspace has added.
    """
    if name in own:
        return True
    if not _FORM.fullmatch(name) or name in _REFUSED:
        return False
    plain = name.partition("::")[0]
    return is_drawn(plain) or any(
        _is_symbol(plain.replace("_", " ").replace("-", " ") + one) for one in _ENDINGS
    )


def _is_symbol(name: str) -> bool:
    try:
        return unicodedata.category(unicodedata.lookup(name.upper())[0]) == "So"
    except KeyError:
        return False
