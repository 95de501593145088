"""The runs send all that there is to send: what is added to the product needs a place there."""

import re
from pathlib import Path
from typing import Any

import yaml

from slack_wrapper.client.methods import METHODS
from slack_wrapper.message.parameter_names import PARAMETERS
from slack_wrapper.model.block_types import BLOCKS
from tests.conformance.recorder import OUTSIDE, WEBHOOK, Call

STUDY = Path(__file__).parent / "study"
# The rules set the option, declared posts the files; the rest stands in the study's Snakefile.
ELSEWHERE = {"encrypted_key": "config.yaml", "template": "an input", "table": "an input"}


def test_every_method_of_the_client_is_called(
    captured: list[Call], exceptions: dict[str, Any]
) -> None:
    called = {call.method for call in captured} - {WEBHOOK}
    listed = {one["method"] for one in exceptions["not_captured"]}
    ours = {*METHODS, *OUTSIDE}
    missing = sorted(ours - called - listed)
    assert not missing, f"no scene of capture.py calls {missing}: add one to it"
    assert not called & listed, f"called after all: take {called & listed} out of not_captured"
    unlisted = sorted(called - ours)
    assert not unlisted, f"slack_wrapper/client/methods.py does not know {unlisted}"


def test_every_parameter_of_steps_is_used() -> None:
    snakefile = (STUDY / "Snakefile").read_text()
    used = set(re.findall(r"^\s+(\w+)=", snakefile, re.MULTILINE)) | set(ELSEWHERE)
    missing = sorted(set(PARAMETERS) - used)
    assert not missing, f"no step of {STUDY / 'Snakefile'} has {missing}: add one"


def test_every_type_of_block_is_posted() -> None:
    posted = {block["type"] for block in yaml.safe_load((STUDY / "every_block.yaml").read_text())}
    postable = {name for name, kind in BLOCKS.items() if not kind.why_not}
    # Slack makes `call` blocks; an app can post one only with the ID of a call that it has made.
    assert posted == postable - {"call"}, "add it to every_block.yaml"


def test_tokens_are_in_no_argument(captured: list[Call]) -> None:
    assert not [call for call in captured if "xoxb-" in call.shape]
