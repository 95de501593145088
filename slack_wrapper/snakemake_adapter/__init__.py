"""All that is known of Snakemake's inside: private attributes, phrases of its log, its folders.

Snakemake's objects come in, plain records go out. Each module says on which releases it was seen;
where a release differs, this is the only room to change.
"""
