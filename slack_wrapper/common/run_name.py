"""What a run is called, where its page is, and whose it is: from git and from the CI's variables.

Variables: https://docs.github.com/actions/reference/workflows-and-actions/variables,
https://docs.gitlab.com/ci/variables/predefined_variables, https://www.jenkins.io/doc/book/pipeline
/jenkinsfile/#using-environment-variables, https://buildkite.com/docs/pipelines/environment-variables
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from slack_wrapper.common.host import git

# Names of folders that say nothing of what is in them.
_NAMELESS = frozenset({".test", "workflow", ".", ""})
_PAGES = ("CI_JOB_URL", "BUILDKITE_BUILD_URL", "BUILD_URL")  # GitLab, Buildkite, Jenkins
_STARTERS = ("GITLAB_USER_EMAIL", "BUILDKITE_BUILD_CREATOR_EMAIL", "BUILD_USER_EMAIL")


def name(folder: Path | None = None) -> str:
    """Return the name of a workflow: that of its git remote, else of its folder.

    Args:
        folder: the working directory; None for the current one.
    """
    where = folder or Path.cwd()
    remote = git("config", "--get", "remote.origin.url", folder=where) or ""
    last = re.split(r"[/:]", remote.rstrip("/"))[-1].removesuffix(".git")
    if last not in _NAMELESS:
        return last
    for part in (where, *where.parents):
        if part.name not in _NAMELESS:
            return part.name
    return str(where)


def page() -> str:
    """Return the address of the page where a CI shows the run, empty without one."""
    parts = [os.environ.get(f"GITHUB_{one}", "") for one in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    if all(parts):
        return "{}/{}/actions/runs/{}".format(*parts)
    found = next((os.environ[one] for one in _PAGES if os.environ.get(one)), "")
    return found if found.startswith(("https://", "http://")) else ""


def author(folder: Path | None = None) -> str:
    """Return the e-mail address of who started the run, else of the last commit's author.

    A CI names who started it; on a machine of one's own it is git's `user.email`.
    """
    found = next((os.environ[one] for one in _STARTERS if os.environ.get(one)), "")
    where = folder or Path.cwd()
    for asked in (("config", "--get", "user.email"), ("log", "-1", "--format=%ae")):
        found = found or (git(*asked, folder=where) or "")
    return found.strip() if "@" in found else ""
