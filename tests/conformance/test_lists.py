"""Methods, types of blocks, scopes and tiers: Slack's packages and docs, and we."""

from collections.abc import Iterable
from typing import Any

from slack_wrapper.cli.manifest import FEATURES
from slack_wrapper.client import call_rate
from slack_wrapper.client.methods import METHODS
from slack_wrapper.model.block_types import BLOCKS
from slack_wrapper.sandbox import pacing
from slack_wrapper.sandbox.store import ALL_SCOPES
from tests.conformance import python_sdk
from tests.conformance.recorder import OUTSIDE

# Calls a minute: https://docs.slack.dev/apis/web-api/rate-limits
TIERS = {2: 20, 3: 50, 4: 100}
LOOK = ("decide whether the product should know it (docs.slack.dev/reference), then add it to "
        "tests/conformance/reviewed.yaml")  # fmt: skip
GONE = "they have it no longer: look whether we still use it, then take it out of reviewed.yaml"


def same(theirs: Iterable[str], ours: Iterable[str], what: str) -> None:
    new, gone = sorted(set(theirs) - set(ours)), sorted(set(ours) - set(theirs))
    assert not new, f"new {what}: {', '.join(new)}: {LOOK}"
    assert not gone, f"{what} {', '.join(gone)}: {GONE}"


def test_methods_of_web_api(theirs: dict[str, Any], reviewed: dict[str, Any]) -> None:
    known = {name.split(".")[0]: name for name in [*reviewed["methods"], *reviewed["unused"]]}
    families = {name.split(".")[0] for name in theirs["methods"]}
    same(families, {*known, *reviewed["families"]}, "families of methods in @slack/web-api")
    near = [name for name in theirs["methods"] if name.split(".")[0] in known]
    same(near, [*reviewed["methods"], *reviewed["unused"]], "methods in @slack/web-api")


def test_methods_of_slack_sdk(reviewed: dict[str, Any]) -> None:
    listed = {python_sdk.spelled(name) for name in [*reviewed["methods"], *reviewed["unused"]]}
    families = {name.split("_")[0] for name in listed}
    theirs = [name for name in python_sdk.method_names() if name.split("_")[0] in families]
    npm_only = {"files_uploadV2"}
    same(theirs, (listed - npm_only) | set(reviewed["python_methods"]), "methods in slack_sdk")


def test_what_we_call_is_reviewed(reviewed: dict[str, Any]) -> None:
    same({*METHODS, *OUTSIDE}, reviewed["methods"], "methods that we call")
    by_json = {name for name, method in METHODS.items() if method.json}
    takes = {name for name, told in reviewed["methods"].items() if told["json"]}
    assert by_json <= takes, "Slack documents no JSON body for it"


def test_types_of_blocks(
    theirs: dict[str, Any], reviewed: dict[str, Any], exceptions: dict[str, Any]
) -> None:
    same(theirs["blocks"], reviewed["blocks"], "types of blocks in @slack/types")
    same(theirs["elements"], reviewed["elements"], "elements of blocks in @slack/types")
    same(python_sdk.block_types(), reviewed["python_blocks"], "types of blocks in slack_sdk")
    apart = [*exceptions["typescript"]["blocks"], *exceptions["typescript"]["table"]]
    ours = set(BLOCKS) - {one["type"] for one in apart}
    assert ours == set(theirs["blocks"]), "slack_wrapper/model/block_types.py has it not, or alone"


def test_scopes(theirs: dict[str, Any], reviewed: dict[str, Any]) -> None:
    asked = {scope for scopes in FEATURES.values() for scope in scopes}
    assert asked <= set(theirs["scopes"]), "the manifest asks for a scope that Slack has not"
    assert set(ALL_SCOPES) <= set(theirs["scopes"]), "the sandbox has a scope that Slack has not"
    for method, told in reviewed["methods"].items():
        enough = not told["scopes"] or asked.intersection(told["scopes"])
        assert enough, f"{method} needs one of {told['scopes']}, no feature of the manifest has it"
    needed = {scope for told in reviewed["methods"].values() for scope in told["scopes"]}
    needed |= {"chat:write.public", "chat:write.customize"}  # of what chat.postMessage does with it
    assert asked <= needed, f"no method that we call needs {sorted(asked - needed)}"


def test_tiers(reviewed: dict[str, Any]) -> None:
    told = {method: TIERS.get(one["tier"]) for method, one in reviewed["methods"].items()}
    for method, rate in call_rate.TIERS.items():
        assert told[method] == rate, f"slack_wrapper/client/call_rate.py: {method}"
    for method, rate in pacing._TIERS.items():
        assert told.get(method, rate) == rate, f"slack_wrapper/sandbox/pacing.py: {method}"
