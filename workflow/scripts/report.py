"""Writes the summary that is posted as a message."""
# mypy: disable-error-code="name-defined"

import json
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

# A lead below this many standard errors is told as one that chance may have made.
CLEAR_LEAD = 2.0


def verdict(result: dict[str, Any]) -> str:
    """Return which model won, by how much, and how surely."""
    first, second = result["models"][:2]
    lead = result["lead"]
    clear = lead["mean"] > CLEAR_LEAD * lead["error"]
    surety = "a clear lead" if clear else "a lead within the noise"
    return (
        f"**{first['model']}** ranks best: {result['metric']} {first['mean']:.3f}, "
        f"{lead['mean']:.3f} ± {lead['error']:.3f} over {second['model']}, {surety}: "
        f"it is ahead in {lead['won']} of {result['folds']} test folds."
    )


def text(result: dict[str, Any]) -> str:
    """Return the text: the verdict, then one line a model; as Markdown."""
    lines = [
        f"{entry['model']:<9} {entry['mean']:.3f} ± {entry['sd']:.3f}" for entry in result["models"]
    ]
    return "\n".join([verdict(result), "", "```", *lines, "```", ""])


if __name__ == "__main__":
    with Path(snakemake.log[0]).open("w") as log, redirect_stderr(log):
        result = json.loads(Path(snakemake.input.data).read_text(encoding="utf-8"))
        Path(snakemake.output.text).write_text(text(result), encoding="utf-8")
