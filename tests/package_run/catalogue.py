"""What the Snakemake plugin catalogue takes from an installed plugin, and from its distribution."""

import importlib.metadata
import json

from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

plugin = LoggerPluginRegistry().get_plugin("slack")
settings = [
    {
        key: getattr(value, "__name__", None) if key == "type" else value
        for key, value in one.items()
    }
    for one in plugin.get_settings_info()
]
flags = {one["cliarg"] for one in json.loads(json.dumps(settings))}
assert "--logger-slack-channel" in flags, flags
assert all(one["help"] for one in settings), settings

theirs = importlib.metadata.distribution("snakemake-logger-plugin-slack")
ours = importlib.metadata.version("snakemake-slack-wrapper")
assert f"snakemake-slack-wrapper=={ours}" in (theirs.requires or []), theirs.requires
assert theirs.metadata["Author"], "the catalogue names the authors"
