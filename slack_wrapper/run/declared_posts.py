"""Declarative posts, `slack.posts`: what the rule `slack_post` takes from each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_wrapper.message import content, templates
from slack_wrapper.message.content import INPUTS
from slack_wrapper.message.parameters import strings
from slack_wrapper.model.request import NO_THREAD, RUN_THREAD

CHART = "chart"  # whose file is an input
NOTHING = "(?!)"  # a pattern that matches no name


def names(section: Mapping[str, Any]) -> list[str]:
    """Return the names of the posts, in the order of the config."""
    return list(section.get("posts") or {})


def pattern(section: Mapping[str, Any]) -> str:
    """Return the wildcard constraint that matches the posts' names and no other."""
    return "|".join(re.escape(name) for name in names(section)) or NOTHING


def inputs(section: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the inputs of a post: its files, its message file, and what must exist first."""
    post = section["posts"][name]
    after = list(strings(post.get("input"), "input"))
    thread = post.get("thread")
    if thread and thread not in (RUN_THREAD, NO_THREAD):
        after.append(thread)
    found: dict[str, Any] = {}
    if post.get("file"):
        found["file" if post.get("option") != "message" else "attached"] = post["file"]
    if post.get("message_file"):
        found["message"] = post["message_file"]
    for key in INPUTS:
        if post.get(key) and _names_files(key, post[key]):
            found[key] = post[key]
    if (post.get(CHART) or {}).get("file"):
        found[CHART] = post[CHART]["file"]
    found.update(post.get("data") or {})
    if after:
        found["after"] = after
    return found


def param(section: Mapping[str, Any], name: str, key: str) -> Any:
    """Return one parameter of a post, None when it does not set it, or when it is an input."""
    value = section["posts"][name].get(key)
    return None if key in INPUTS and value and _names_files(key, value) else value


def _names_files(key: str, value: Any) -> bool:
    """Whether a value names files, which must exist first, and is not the content itself."""
    if key == CHART:
        return False
    if key == "template":
        return templates.is_file(str(value))
    return key != "blocks" or (isinstance(value, str) and content.is_block_file(value))
