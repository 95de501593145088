"""A template that shows all of the config shows no secret, unless its author lists it."""

import json

import pytest

from tests.leaks import secrets
from tests.leaks.conftest import New
from tests.leaks.study import LOUD
from tests.leaks.ways import configfile

ALL = """
{{ config }}
{{ config | tojson }}
{{ config.items() | list }}
{% for name, value in config.items() recursive %}{{ name }}: {{ value }}
{% endfor %}
{{ params }} {{ run }} {{ wildcards }}
"""
STEP = """
use rule slack_message as template with:
    input: template="all.md.j2"
    output: "slack/template.json"
"""


@pytest.mark.parametrize("listed", [False, True])
def test_a_template_shows_no_secret_of_the_config(new_study: New, listed: bool) -> None:
    study = new_study(configfile)
    (study.folder / "all.md.j2").write_text(ALL)
    other = secrets.password()  # nothing but its place tells that it is one
    secret = other.text
    config = json.loads((study.folder / "config.json").read_text())
    config["database"] = {
        "PGPASSWORD": secret, "dbPassword": secret, "pwd": secret, "api_key": secret,
        "tokens": [secret, {"pass": secret}], "dsn": secret, "webhook": secret,
        "servers": [{"secret": secret, "shown": "a value"}],
        "url": "postgres://anna:" + secret.encode().hex() + "@db.example.org/x",
    }  # fmt: skip
    config["plain"] = secret if listed else "a plain value"
    if listed:
        config["slack"]["template_config"] = ["plain"]
    (study.folder / "config.json").write_text(json.dumps(config))
    with (study.folder / "Snakefile").open("a") as snakefile:
        snakefile.write(STEP)
    done = study.run("slack/template.json", *LOUD)
    assert done.code == 0, done.output
    texts = json.dumps(study.sandbox.messages(), ensure_ascii=False).encode()
    found = secrets.find(texts, study.password, study.token, other)
    if listed:
        assert found == ["password"], "the control: a key that is listed is shown"
        return
    assert found == []
    assert b"a plain value" in texts
    assert b"a value" in texts
    assert study.leaks(done) == []
    assert secrets.find(done.output, other) == []
    left = secrets.find_in_tree(study.folder, other)
    assert [place for place in left if not place.startswith("config.json:")] == []
