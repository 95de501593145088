"""A run as one message that is kept up to date: what the logger plugin does, without Snakemake."""
