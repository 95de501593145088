"""Two rules of one name, of which one is ours: told with the way out.

Seen on Snakemake 9.1.4 to 9.27: `workflow.add_rule` takes the rule or its name first and raises
CreateRuleException when the name is taken, whichever of the two rules comes first.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from slack_wrapper.errors import ConfigError
from slack_wrapper.locate import PREFIX_EXAMPLE, rule_folders
from slack_wrapper.snakemake_adapter.errors import workflow_error

NAMES = frozenset(
    ("slack_message", "slack_file", "slack_digest", "slack_approval", "slack_post", "slack_posts",
     "slack_encrypt_key")
)  # fmt: skip


def explain_clashes(workflow: Any, names: Collection[str] = NAMES) -> None:
    """Let Snakemake's refusal of a second rule of one of our names say what helps.

    Args:
        workflow: Snakemake's.
        names: of our rules.
    """
    add_rule = workflow.add_rule

    def add(rule: Any, *more: Any, **named: Any) -> Any:
        try:
            return add_rule(rule, *more, **named)
        except Exception as error:
            name = str(getattr(rule, "name", rule))
            if name in names and type(error).__name__ == "CreateRuleException":
                raise workflow_error(_clash(workflow, name, rule, more, named)) from None
            raise

    workflow.add_rule = add


def _clash(workflow: Any, name: str, rule: Any, more: Any, named: Any) -> ConfigError:
    new = getattr(rule, "snakefile", None) or named.get("snakefile") or (more[1:2] or [""])[0]
    old = getattr(workflow.get_rule(name), "snakefile", "")
    if _is_ours(new) and _is_ours(old):
        return ConfigError(
            f"the rule {name} of slack-wrapper is included twice",
            hint='include slack_wrapper.rules("slack.smk") once; it brings all rule files',
        )
    return ConfigError(
        f"the workflow has a rule {name} of its own, and slack-wrapper brings one of that name",
        hint=f"give the rules of slack-wrapper other names: {PREFIX_EXAMPLE}, or "
        "module slack: …, then use rule * from slack as lab_*",
    )


def _is_ours(snakefile: Any) -> bool:
    return bool(snakefile) and any(
        Path(str(snakefile)).is_relative_to(folder) for folder in rule_folders()
    )
