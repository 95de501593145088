"""Blocks of the documentation, made whole."""

import re

HEAD = """
configfile: "config.yaml"
SAMPLES = ["a", "b"]
import slack_wrapper
"""


FRAGMENT = """use rule slack_message as fragment with:
    input: message="summary.md"
    output: "slack/fragment.json"
"""


RULES = 'include: slack_wrapper.rules("slack.smk")\n'


def whole(text: str) -> str:
    """Return a Snakefile with what the page has said before, and a target for all receipts."""
    text = re.sub(r"^(\s*)\.\.\.$", r'\1output: "released.txt"\n\1shell: "touch {output}"', text,
                  flags=re.M)  # fmt: skip
    if text.startswith("params:"):  # what can stand in a rule
        text = FRAGMENT + re.sub("^", "    ", text, flags=re.M).rstrip() + "\n"
    own = any(word in text for word in ("include:", "module ", "slack_wrapper.wrapper()"))
    paths = re.findall(r'"(slack/[^"]+\.json)"', text)
    receipts = [path.replace("{sample}", "a") for path in paths]
    return (
        HEAD
        + ("" if own else RULES)
        + text.replace('configfile: "config.yaml"', "", 1)
        + "\nrule docs_base:\n    output: touch('docs_base.txt')\n"
        + f"rule docs_all:\n    input: 'docs_base.txt', {sorted(set(receipts))}\n"
    )
