"""How our steps are known among the jobs of a workflow: by the command or wrapper of their rule.

The command is one constant text. Snakemake records it as the code of the rule, so that a text that
named a version, a path or an environment would post everything again after each upgrade or move.
The two variables are set by whichever Snakemake process reads the rule files; see `run.run`.
"""

from __future__ import annotations

from typing import Any

from slack_wrapper.locate import wrapper

PYTHON_VARIABLE = "SLACK_WRAPPER_PYTHON"
CLIENT_VARIABLE = "SLACK_WRAPPER_CLIENT"
_CLIENT = f'"${PYTHON_VARIABLE}" -I -S "${CLIENT_VARIABLE}"'
POST = f"{_CLIENT} post {{output:q}}"
ENCRYPT = f"{_CLIENT} encrypt {{output:q}}"


def posts(rule: Any) -> bool:
    """Whether a rule of Snakemake's is one that posts: a rule of ours, or one with our wrapper."""
    return bool(rule.shellcmd == POST or (rule.wrapper and rule.wrapper == wrapper()))


def encrypts(rule: Any) -> bool:
    """Whether a rule of Snakemake's is one that encrypts a key."""
    return bool(rule.shellcmd == ENCRYPT)


def config_of(rule: Any) -> Any:
    """Return the config of the workflow or module whose file a rule comes from, empty without one.

    Snakemake (9.1.4 to 9.27) compiles each rule in the globals of its file, where a module has a
    config of its own.
    """
    found = getattr(rule.run_func, "__globals__", {}).get("config")
    return {} if found is None else found
