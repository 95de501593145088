"""A librec-auto study configuration, and what its scripts post to Slack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_wrapper.common.regular_file import read_bytes
from slack_wrapper.errors import RequestError, os_reason
from slack_wrapper.model.request import FILE, MESSAGE

SCRIPT_NAMES = ("slack-post.py", "slack_post.py")  # in its documentation, and in its package
PARAMETERS = ("option", "channel", "encrypted_key", "file", "message", "password")
NOTHING = "No"  # the third option: a script that is switched off
_ROOT = "librec-auto"


@dataclass(frozen=True)
class Script:
    """One `<script>` of a study.

    Args:
        place: where it stands, such as `post/script 2`.
        name: of the script.
        slack: whether it is librec-auto's Slack script.
        params: its parameters that have a text, but never the password.
        remarks: what could not be taken over as it was, and why.
        refused: why it cannot be taken over at all; empty when it can.
    """

    place: str
    name: str
    slack: bool
    params: dict[str, str]
    remarks: tuple[str, ...] = ()
    refused: str = ""

    @property
    def lost(self) -> bool:
        """Whether librec-auto would post with it, or tries to, and the workflow will not."""
        return bool(self.refused) and self.params["option"] != NOTHING

    @property
    def is_file(self) -> bool:
        """Whether it posts a file."""
        return self.params["option"] == FILE


@dataclass(frozen=True)
class Study:
    """A study: its folder, which its paths are relative to, and its scripts in their order."""

    folder: Path
    scripts: tuple[Script, ...]

    @property
    def posts(self) -> list[Script]:
        """The Slack scripts that can be taken over."""
        return [script for script in self.scripts if script.slack and not script.refused]


def read(path: str | os.PathLike[str]) -> Study:
    """Read a study configuration, usually STUDY/conf/config.xml.

    Raises:
        RequestError: it cannot be read, is no XML, has entities, or is none of librec-auto's.
    """
    import defusedxml
    import defusedxml.ElementTree

    place = Path(path).absolute()
    try:
        root = defusedxml.ElementTree.fromstring(read_bytes(place))
    except OSError as error:
        raise RequestError(
            f"{path} cannot be read: {os_reason(error)}", hint="give the study's conf/config.xml"
        ) from None
    except defusedxml.DefusedXmlException:
        raise RequestError(
            f"{path} defines entities, which are not read: they can take all memory or other files",
            hint="write their texts where they are used",
        ) from None
    except RecursionError:
        raise RequestError(
            f"{path} is nested too deeply", hint="give the study's conf/config.xml"
        ) from None
    except (defusedxml.ElementTree.ParseError, ValueError, LookupError) as error:
        raise RequestError(
            f"{path} is not well-formed XML: {str(error).splitlines()[0]}",
            hint="librec-auto refuses it too; correct it first",
        ) from None
    if root is None or root.tag != _ROOT:
        raise RequestError(
            f"{path} is not a study configuration of librec-auto",
            hint=f"its outermost element is {_ROOT}; usually it is STUDY/conf/config.xml",
        )
    folder = place.parent.parent if place.parent.name == "conf" else place.parent
    return Study(folder, tuple(_scripts(root)))


def _scripts(root: Any) -> Iterator[Script]:
    for section in root:
        for number, element in enumerate(section.iter("script"), 1):
            place = f"{section.tag}/script {number}"
            name = (element.findtext("script-name") or "").strip()
            if element.get("ref"):
                yield Script(place, name or f"(of the library: {element.get('ref')})", False, {})
            elif name not in SCRIPT_NAMES:
                yield Script(place, name or "(without a name)", False, {})
            else:
                yield _slack_script(place, name, element, section.tag == "post")


def _slack_script(place: str, name: str, element: Any, in_post: bool) -> Script:
    params: dict[str, str] = {}
    remarks = []
    for param in element.findall("param"):
        key, text = str(param.get("name")), (param.text or "").strip()
        if key not in PARAMETERS:
            remarks.append(f"{key} is no parameter of it: left out")
        elif len(param):
            remarks.append(f"{key} has elements inside: left out")
        elif key != "password" and text:
            params[key] = text
        elif text:
            remarks.append("the password in the file is not taken: remove it there, change it")
    params.setdefault("option", FILE if "file" in params else MESSAGE)
    refused = _refused(params) if in_post else "librec-auto runs it in <post> only"
    return Script(place, name, True, params, tuple(remarks), refused)


def _refused(params: dict[str, str]) -> str:
    """Return why a post of these parameters cannot be; empty when it can."""
    if params["option"] not in (MESSAGE, FILE):
        return f"option {params['option']} posts nothing"
    if "channel" not in params:
        return "it has no channel"
    if params["option"] == FILE and "file" not in params:
        return "it has no file"
    if params["option"] == MESSAGE and "message" not in params:
        return "it has no message"
    return ""
