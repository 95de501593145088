"""Workflows that are not ours run with Slack as they do without."""

import os
from pathlib import Path

import pytest

from tests.wild import generated, packages
from tests.wild.outcomes import Way
from tests.wild.snakemake_cases import CASES, Case
from tests.wild.study import Subject, Verdict, run, study

pytestmark = pytest.mark.timeout(600)  # three runs in each
TABLE = os.environ.get("WILD_TABLE")  # read before the environment is scrubbed


def compared(subject: Subject, scratch: Path, *, exit_code: int, jobs: bool = True) -> Verdict:
    """Study a workflow that is known to end so, and write its row down for the table."""
    verdict = study(subject, scratch)
    if TABLE:
        with Path(TABLE).open("a", encoding="utf-8") as file:
            file.write(verdict.row() + "\n")
    plain = verdict.outcomes[Way.PLAIN]
    # Else nothing would have been studied.
    assert plain.exit_code == exit_code, plain.printed
    assert bool(plain.jobs) is jobs, plain.printed
    assert not verdict.differences, "\n".join(
        [
            *verdict.differences,
            *(f"--- {way}\n{one.printed}" for way, one in verdict.outcomes.items()),
        ]
    )
    return verdict


@pytest.mark.parametrize("name", generated.MADE)
def test_a_workflow_made_for_the_study(name: str, tmp_path: Path) -> None:
    made = generated.MADE[name]
    compared(generated.subject(name, tmp_path), tmp_path, exit_code=made.exits, jobs=made.jobs)


@pytest.mark.parametrize("package", packages.PACKAGES, ids=lambda package: package.name)
def test_a_workflow_that_a_package_ships(package: packages.Package, tmp_path: Path) -> None:
    try:
        subject = packages.subject(package, tmp_path)
    except packages.NotToBeHad as reason:
        pytest.skip(str(reason))
    compared(subject, tmp_path, exit_code=package.exits, jobs=package.exits == 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_test_case_of_snakemake(case: Case, tmp_path: Path) -> None:
    try:
        folder = packages.unpacked(packages.SNAKEMAKE, sdist=True)
    except packages.NotToBeHad as reason:
        pytest.skip(str(reason))
    (tests,) = folder.glob("*/tests")
    subject = Subject(case.name, tests / case.name, arguments=case.arguments, remote=case.remote,
                      fail=case.fail)  # fmt: skip
    compared(subject, tmp_path, exit_code=case.exits, jobs=case.jobs)


# The control: the comparison sees what it is there for.


def outcomes(tmp_path: Path, with_slack: str) -> Verdict:
    """Study a workflow that behaves differently when our rules are there."""
    folder = tmp_path / "workflow"
    folder.mkdir()
    (folder / "Snakefile").write_text(with_slack)
    return study(Subject("control", folder), tmp_path)


SEES = {
    "an output": ("rule all:\n    output: 'ours' if OURS else 'plain'\n", "plain: None instead of"),
    "an exit code": ("rule all:\n    input: ['none'] * OURS\n    output: 'a'\n", "exit code"),
    "a content": ("open('b', 'w').write(str(OURS))\nrule all:\n    output: 'a'\n", "b: "),
    "a job": (
        "rule all:\n    input: ['a'] * OURS\n    output: 'b'\nrule one:\n    output: temp('a')\n",
        "jobs that only ran there",
    ),
}


@pytest.mark.parametrize("kind", SEES)
def test_the_study_sees(kind: str, tmp_path: Path) -> None:
    text, said = SEES[kind]
    head = "import os\nOURS = os.path.exists('wild_with_slack.smk')\n"
    verdict = outcomes(tmp_path, head + text)
    assert any(said in line for line in verdict.differences), verdict.differences
    assert all(line.startswith("ours: ") for line in verdict.differences)


# What cannot go together: the error is clear, and the way out is what `generated` has as a module.


@pytest.mark.parametrize(
    ("name", "said"),
    [("a slack section of its own", "bandwidth"), ("rules of our names", "slack_message")],
)
def test_what_cannot_be_included_is_said(name: str, said: str, tmp_path: Path) -> None:
    subject = generated.subject(name, tmp_path)
    with (subject.folder / "Snakefile").open("a") as file:
        file.write('import slack_wrapper\ninclude: slack_wrapper.rules("slack.smk")\n')
    done = run(subject, Way.PLAIN, tmp_path)
    assert done.exit_code == 1
    error = done.printed.split("error: ")[-1]
    assert said in error
    assert "hint: " in error
    assert "Traceback" not in done.printed
