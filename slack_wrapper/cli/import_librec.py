"""`slack-wrapper import-librec`: what a librec-auto study posts, as a Snakemake workflow."""

from __future__ import annotations

import argparse
from pathlib import Path

from slack_wrapper.cli.exits import EXIT_DONE, EXIT_FAILED
from slack_wrapper.common import console
from slack_wrapper.errors import KeyFileError, RequestError
from slack_wrapper.librec import drop_in, study, workflow
from slack_wrapper.vault.keyfile import store


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("xml", nargs="?", metavar="CONFIG.xml", help="the study's conf/config.xml")
    parser.add_argument(
        "--out", metavar="DIR", help="folder of the workflow (default: the study's)"
    )
    parser.add_argument(
        "--drop-in",
        metavar="DIR",
        help="keep librec-auto: put its slack-post.py, on today's Slack, into this folder",
    )


def run(args: argparse.Namespace) -> int:
    """Read, write, and say in one table what was taken; 1 when a Slack script could not be."""
    if args.drop_in:
        for path in drop_in.install(args.drop_in):
            console.show(f"wrote {path}")
        if not args.xml:
            return EXIT_DONE
    if not args.xml:
        raise RequestError(
            "there is nothing to import", hint="give the study's conf/config.xml, or --drop-in DIR"
        )
    found = study.read(args.xml)
    out = Path(args.out) if args.out else found.folder
    slack, names = workflow.section(found, out)
    written = workflow.write(slack, out) if names else []
    console.show(_table(found, names))
    if not names:
        raise RequestError(
            f"{args.xml} has no slack-post.py that can be taken over, nothing was written",
            hint="the last column of the table says why",
        )
    console.show("\n" + "\n".join(f"wrote {path}" for path in written))
    console.show("\n".join(_next(slack, out)))
    return EXIT_FAILED if any(one.lost for one in found.scripts) else EXIT_DONE


def _table(found: study.Study, names: dict[str, str]) -> str:
    rows = [("WHERE", "SCRIPT", "POST", "")]
    for script in found.scripts:
        taken = names.get(script.place, "-")
        what = "taken" if taken != "-" else f"not taken: {script.refused}"
        if not script.slack:
            what = "left alone: it is not librec-auto's Slack script"
        lines = [what, *script.remarks]
        rows.append((script.place, script.name, taken, lines[0]))
        rows += [("", "", "", line) for line in lines[1:]]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)),
                   row[3]]).rstrip()
        for row in rows
    )  # fmt: skip


def _next(slack: dict[str, object], out: Path) -> list[str]:
    """Return what the user does next."""
    posts = slack["posts"]
    assert isinstance(posts, dict)
    keys = {slack.get("encrypted_key"), *(post.get("encrypted_key") for post in posts.values())}
    lines = []
    for key in sorted(str(key) for key in keys if key):
        try:
            legacy = store.read(out / key).legacy
        except KeyFileError as error:
            lines.append(f"note: {error.message}")
        else:
            lines += (
                [f"next: slack-wrapper rekey {out / key}   (its form is weak)"] if legacy else []
            )
    return [*lines, f"next: snakemake --cores 1 --directory {out} --snakefile {out / 'Snakefile'}"]
