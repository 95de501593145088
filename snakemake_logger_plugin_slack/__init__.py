"""`snakemake --logger slack`: a run, live, in one Slack message.

Every Snakemake process of a machine imports this package, whether it logs to Slack or not. So
nothing is imported here but the plugin interface, which Snakemake has loaded already; what the
logger is made of, `slack_wrapper.live`, is loaded when a run begins that uses it.
"""

from snakemake_logger_plugin_slack.handler import LogHandler
from snakemake_logger_plugin_slack.settings import LogHandlerSettings

__all__ = ["LogHandler", "LogHandlerSettings"]
