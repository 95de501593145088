"""Commands for keys, at a terminal."""

import os
import sys
from pathlib import Path

import pexpect

from tests.conftest import REPOSITORY

LEGACY = REPOSITORY / "tests" / "vault" / "vectors" / "librec-auto.enc"


LEGACY_PASSWORD = "pässword for vectors"


def at_terminal(study: Path, *arguments: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable, ["-m", "slack_wrapper.cli.main", *arguments], cwd=str(study),
        env=dict(os.environ), encoding="utf-8", timeout=30,
    )  # fmt: skip


def ended(child: pexpect.spawn) -> tuple[str, int | None]:
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before), child.exitstatus


def encrypt(study: Path, key: Path, *typed: str) -> tuple[str, int | None]:
    child = at_terminal(study, "encrypt", "--key", str(key), "--encrypted", "new.enc")
    for prompt, text in zip(
        ("New password for new.enc: ", "The same again: "), typed, strict=False
    ):
        child.expect_exact(prompt)
        child.sendline(text)
    return ended(child)
