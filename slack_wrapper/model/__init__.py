"""Typed records that all rooms share: what is asked to be posted, what is left of it.

Nothing here does anything: no network, no disk, no Snakemake. Plain data goes out, at the doors
(socket, disk, receipt) it becomes JSON and comes back checked.
"""
