# What the rules share: the package, and the checked `slack:` section of the config.

import importlib.util
import os
import sys

slack_rules_folder = workflow.current_basedir

if (
    importlib.util.find_spec("slack_wrapper") is None
):  # a checkout that is not installed
    sys.path.append(
        os.path.dirname(slack_rules_folder.get_path_or_uri(secret_free=True))
    )

from slack_wrapper.snakemake_adapter import our_rules as slack_our_rules
from slack_wrapper.run import rules_api

slack_step_command = slack_our_rules.POST
slack_encrypt_command = slack_our_rules.ENCRYPT
slack_section = rules_api.section(config, workflow)
slack_run = rules_api.run_of(workflow, slack_section)
slack_one = rules_api.slack_resource(slack_run)
slack_none = rules_api.slack_resource(slack_run, 0)


def slack_option(value):
    return rules_api.option(slack_run, value)
