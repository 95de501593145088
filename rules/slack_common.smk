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

from slack_wrapper import our_rules as slack_our_rules, parse_time

slack_step_command = slack_our_rules.POST
slack_encrypt_command = slack_our_rules.ENCRYPT
slack_section = parse_time.section(config, workflow)
slack_run = parse_time.run_of(workflow, slack_section)
slack_one = parse_time.slack_resource(slack_run)
slack_none = parse_time.slack_resource(slack_run, 0)


def slack_option(value):
    return parse_time.option(slack_run, value)
