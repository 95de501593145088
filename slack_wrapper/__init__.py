"""Slack for Snakemake: workflow steps, hooks and a live log, with the token encrypted.

Public names: `rules` and `wrapper` give what a Snakefile includes; importing this package loads
neither slack_sdk nor cryptography.
"""

from __future__ import annotations

from slack_wrapper.locate import rules, wrapper

__version__ = "0.1.0"
__all__ = ["__version__", "rules", "wrapper"]
