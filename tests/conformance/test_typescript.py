"""Slack's own TypeScript types take what is sent, and refuse what is planted."""

import copy
from pathlib import Path
from typing import Any

from tests.conformance import typescript
from tests.conformance.recorder import FORM, JSON, WEBHOOK, Call

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def without(calls: list[Call], exceptions: dict[str, Any]) -> list[Call]:
    """Return the calls without what the listed exceptions name."""
    arguments = {(one["method"], one["argument"]) for one in exceptions["arguments"]}
    types = {one["type"] for one in exceptions["blocks"]}
    made = copy.deepcopy(calls)
    for call in made:
        call.args = {name: value for name, value in call.args.items()
                     if (call.method, name) not in arguments}  # fmt: skip
        _drop(call.args, types)
    return made


def _drop(value: Any, types: set[str]) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("blocks"), list):
            value["blocks"] = [one for one in value["blocks"] if one.get("type") not in types]
        for inner in value.values():
            _drop(inner, types)
    elif isinstance(value, list):
        for inner in value:
            _drop(inner, types)


def test_all_that_is_sent_is_of_their_types(
    captured: list[Call], exceptions: dict[str, Any], npm: Path, tmp_path: Path
) -> None:
    cases = typescript.cases(without(captured, exceptions["typescript"]))
    assert len(cases) > 100
    refused = typescript.check(cases, tmp_path / "cases", npm)
    told = "\n".join(str(one) for one in refused)
    assert not refused, f"mend what sends it, or list it in exceptions.yaml:\n{told}"
    print(f"{len(captured)} calls, {len(cases)} different literals")


PLANTED = [
    (Call("chat.postMessage", JSON, {"channel": "C1", "txet": "x"}), "txet"),
    (Call("chat.postMessage", JSON, {"text": "x"}), "channel"),
    (Call("chat.postMessage", JSON, {"channel": "C1", "text": "x", "reply_broadcast": "yes"}),
     "reply_broadcast"),
    (Call("chat.postMessage", JSON, {"channel": "C1", "text": "x",
          "blocks": [{"type": "header", "text": "a text alone"}]}), "PlainTextElement"),
    (Call("chat.postMessage", JSON, {"channel": "C1", "text": "x",
          "blocks": [{**SECTION, "colour": "red"}]}), "colour"),
    (Call("chat.postMessage", JSON, {"channel": "C1", "text": "x",
          "attachments": [{"color": "good", "blocks": [{"type": "sectoin"}]}]}), "sectoin"),
    (Call("chat.postMessage", JSON, {"channel": "C1", "text": "x",
          "metadata": {"event_type": "x", "event_payload": "y"}}), "string"),
    (Call("files.getUploadURLExternal", FORM, {"filename": "a", "length": "many"}), "length"),
    (Call("files.getUploadURLExternal", FORM, {"filename": "a", "length": "1", "alt_txt": "x"}),
     "alt_txt"),
    (Call("files.completeUploadExternal", FORM, {"files": [{"ident": "F1"}]}), "ident"),
    (Call("conversations.list", FORM, {"exclude_archived": "maybe"}), "maybe"),
    (Call("chat.postMassage", JSON, {"channel": "C1", "text": "x"}), "postMassage"),
    (Call(WEBHOOK, JSON, {"text": "x", "thread": "1.2"}), "thread"),
]  # fmt: skip


def test_planted_errors_are_caught(npm: Path, tmp_path: Path) -> None:
    good = [
        Call("chat.postMessage", JSON, {"channel": "C1", "text": "x", "blocks": [SECTION]}),
        Call("conversations.list", FORM, {"limit": "999", "exclude_archived": "true"}),
    ]
    for number, (call, _) in enumerate(PLANTED):
        call.scene = f"planted {number}"
    cases = typescript.cases([*good, *(call for call, _ in PLANTED)])
    refused = typescript.check(cases, tmp_path / "cases", npm)
    assert not [one for one in refused if not one.scene], "the good ones pass"
    for call, word in PLANTED:
        told = [str(one) for one in refused if one.scene == call.scene]
        assert any(word in text for text in told), f"{call} passes: {told}"


def test_the_exceptions_are_needed(theirs: dict[str, Any], exceptions: dict[str, Any]) -> None:
    for one in exceptions["typescript"]["arguments"]:
        assert one["argument"] not in theirs["methods"][one["method"]], f"take it out: {one}"
    for one in exceptions["typescript"]["blocks"]:
        assert one["type"] not in theirs["blocks"], f"take it out: {one}"
    listed = [*exceptions["typescript"]["arguments"], *exceptions["typescript"]["blocks"]]
    assert all(one["reason"] and one["source"] for one in listed)
