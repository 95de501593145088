"""One Snakemake run: opened, served, closed; its hooks and its steps.

Rule files and hooks call in; it puts adapter, session and live message together.
"""
