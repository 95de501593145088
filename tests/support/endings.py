"""Workflows that end well and badly."""

GOES_WELL = """
rule all:
    localrule: True
    input: expand("{s}.txt", s=["a", "b"])
rule work:
    output: "{s}.txt"
    shell: "touch {output}"
"""


TWO_FAIL = """
rule all:
    localrule: True
    input: expand("{s}.txt", s=["a", "b", "c"])
rule work:
    output: "{s}.txt"
    log: "{s}.log"
    shell: "echo trouble with {wildcards.s} > {log}; [ {wildcards.s} = c ] && touch {output}"
"""
