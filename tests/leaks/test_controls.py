"""What the leak tests rest on: the search finds every form, the sampler what is shown briefly."""

import base64
import gzip
import html
import io
import json
import os
import pickle
import shlex
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.leaks import secrets
from tests.leaks.conftest import New
from tests.leaks.sampler import Sampler
from tests.leaks.ways import configfile, environment


def zipped(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", text)
    return data.getvalue()


FORMS: dict[str, Callable[[str], str | bytes]] = {
    "raw": str,
    "json": json.dumps,
    "quote": lambda text: quote(text, safe=""),
    "quote_plus": quote_plus,
    "shell": shlex.quote,
    "html": html.escape,
    "repr of bytes": lambda text: repr(text.encode()),
    "pickle": pickle.dumps,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "utf-16": lambda text: text.encode("utf-16-le"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, one byte before": lambda text: base64.b64encode(b"-" + text.encode()),
    "base64, two bytes before": lambda text: base64.b64encode(b"--" + text.encode() + b"-"),
    "urlsafe base64": lambda text: base64.urlsafe_b64encode(text.encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zip": zipped,
    "zlib": lambda text: zlib.compress(text.encode()),
    "first four fifths": lambda text: text[: len(text) * 4 // 5],
    "last four fifths": lambda text: text[len(text) // 5 :],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("make", [secrets.password, secrets.token])
def test_every_form_is_found(
    form: str, make: Callable[[], secrets.Planted], tmp_path: Path
) -> None:
    planted, other = make(), make()
    shown = FORMS[form](planted.text)
    data = shown.encode() if isinstance(shown, str) else shown
    assert secrets.find(data, planted) == [planted.name]
    assert secrets.find(data, other) == []
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(data)
    assert secrets.find_in_tree(tmp_path, planted) == [f"below/file: {planted.name}"]


def test_a_name_of_a_file_is_searched_too(tmp_path: Path) -> None:
    planted = secrets.token()
    (tmp_path / planted.text).touch()
    (tmp_path / "link").symlink_to(planted.text)
    assert len(secrets.find_in_tree(tmp_path, planted)) == 2


def test_the_sampler_sees_what_is_shown_for_a_moment() -> None:
    """A process of 50 ms with a secret in its argv, another with one in its environment.

    On a machine with much else to do it may take more than one of them.
    """
    argument, variable = secrets.password(), secrets.token()
    code = "import time; time.sleep(0.05)"
    with Sampler() as sampler:
        for _ in range(20):
            for words, given in (([argument.text], {}), ([], {"PLANTED": variable.text})):
                subprocess.run(
                    [sys.executable, "-c", code, *words], env={**os.environ, **given}, check=True
                )
            seen = list(sampler.seen)
            shown = any(secrets.find(one.argv, argument) for one in seen)
            if shown and any(secrets.find(one.environ, variable) for one in seen):
                break
    assert any(secrets.find(one.argv, argument) for one in sampler.seen)
    assert any(secrets.find(one.environ, variable) for one in sampler.seen)
    assert not any(secrets.find(one.environ, argument) for one in sampler.seen)


def test_a_run_that_leaks_is_caught(new_study: New) -> None:
    """The same runs and searches, with a workflow that leaks in every place that is searched."""
    study = new_study(configfile)
    leak = f"""
rule leaks:
    output: "results/leaks.txt"
    params: secret={study.token.text!r}
    shell: "X={study.token.text} sleep 0.1; echo {study.token.text} | tee {{output}} $TMPDIR/left"
"""
    with (study.folder / "Snakefile").open("a") as file:
        file.write(leak)
    done = study.run("results/leaks.txt", "--printshellcmds")
    assert done.code == 0, done.output
    found = [place.partition(":")[0].split("/.snakemake/")[-1] for place in study.leaks(done)]
    assert {"study/results/leaks.txt", "study/Snakefile", "temporary/left", "output"} <= set(found)
    for kind in ("metadata/", "log/", "env of b'sleep", "argv of b'/usr/bin/bash"):
        assert any(place.startswith(kind) for place in found), (kind, found)


def test_what_is_unavoidable_is_so_for_its_own_way_only(new_study: New) -> None:
    study = new_study(environment)
    (study.folder / "config.json").write_text(
        json.dumps({"slack": {"password": study.password.text}})
    )
    log = study.folder / ".snakemake" / "log" / "one.snakemake.log"
    log.parent.mkdir(parents=True)
    log.write_text(f"Command: snakemake --config slack_password={study.password.text}\n")
    assert study.leaks() == [
        "study/.snakemake/log/one.snakemake.log: password",
        "study/config.json: password",
    ]
