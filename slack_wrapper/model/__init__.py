"""Typed records that all rooms share: what is asked to be posted, what is left of it.

Also the one table of Slack's blocks and their limits, for client and sandbox (`block_types`).
Nothing here does anything: no network, no disk, no Snakemake. Plain data goes out, at the doors
(socket, disk, receipt) it becomes JSON and comes back checked.
"""
