"""What a log says went wrong, in one line: its last line that looks like an error.

Only lines that are redacted already come in here; half of a secret would not be found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_wrapper.common import foreign
from slack_wrapper.common.text import shorten

MAX_ERROR = 160  # characters of the line
# Words of errors in the logs of tools, compilers, shells, Python, R, Java and schedulers.
_ERROR = re.compile(
    r"""\b(?:\w*(?:error|exception)s?\b|fatal|fail(?:ed|ure|s)?|panic(?:ked)?|abort(?:ed|ing)?|killed
    |out\ of\ memory|oom|cannot|can't|could\ not|couldn't|unable\ to|no\ such|not\ found|denied
    |core\ dumped|segmentation\ fault|segfault|traceback|no\ space\ left|quota|time[d\ -]*out
    |refused|unrecognized|invalid|missing|undefined|corrupt(?:ed)?|unexpected|exceeded|critical
    |stopped\ with\ status|halted)\b""",
    re.I | re.X,
)
# The same words where nothing is wrong, and the last words of a run of any kind.
_HARMLESS = re.compile(
    r"\b(?:no|0|without)\s+(?:\w+\s+)?(?:errors?|failures?|failed)\b"
    r"|\b(?:errors?|failures?|failed)\s*[:=]\s*0\b"
    r"|^\s*Traceback \(most recent call last\):|^\s*File \"|^Execution halted$",
    re.I,
)
_SEPARATOR = re.compile(r"[\s\W_]*")
# What shells mean by exit codes: https://tldp.org/LDP/abs/html/exitcodes.html; 128 + a signal.
MEANINGS = {
    126: "the command cannot be executed",
    127: "command not found",
    130: "stopped by Ctrl-C (SIGINT)",
    134: "aborted (SIGABRT)",
    135: "bus error (SIGBUS)",
    137: "killed (SIGKILL), often for lack of memory",
    139: "segmentation fault (SIGSEGV)",
    140: "a limit of time was reached (SIGUSR2)",
    143: "terminated (SIGTERM), often at a limit of time",
}


def error_line(lines: Sequence[str], exit_code: int | None = None) -> str:
    """Return what went wrong, empty when nothing tells.

    Args:
        lines: of a log, redacted.
        exit_code: of the command; what it means is told where no line looks like an error.
    """
    for line in reversed(lines):
        if _ERROR.search(line) and not _HARMLESS.search(line):
            return _cut(line)
    if exit_code in MEANINGS:
        return MEANINGS[exit_code]
    last = next((line for line in reversed(lines) if not _SEPARATOR.fullmatch(line)), "")
    return _cut(last)


def first_line(text: str) -> str:
    """Return the first line of an error that Snakemake has printed: what it says, not its header.

    The header is a line such as `WorkflowError in file "Snakefile", line 3:`.

    Args:
        text: redacted.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback (most recent") for line in lines):
        # The first exception of a chain is what the others have come of.
        raised = [line for line in lines if re.match(r"[\w.]*(?:Error|Exception)\b: ", line)]
        lines = raised or lines
    told = [line for line in lines if not _is_header(line)]
    return _cut((told or lines or [""])[0])


def _is_header(line: str) -> bool:
    named = re.match(r"[\w.]+(?:Error|Exception|Interrupt)?(?: in (?:rule|file) .*)?[:.]$", line)
    return bool(named) or line.startswith(("Traceback (most recent", "File "))


def _cut(line: str) -> str:
    return shorten(foreign.one_line(line).strip(), MAX_ERROR, plain=True)
