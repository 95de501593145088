"""`post(request) -> receipt`: the one way from a step, hook or command to Slack.

It joins keys, names and `sending` in one process (`local`), and offers that to others over a
socket (`server`, `remote`). Snakemake is not known here.
"""
