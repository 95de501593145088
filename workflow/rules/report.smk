# The text of the Slack message: which model won, and by how much.


rule report:
    input:
        data="results/summary.json",
    output:
        text="results/summary.md",
    log:
        "results/logs/report.log",
    conda:
        "../envs/science.yaml"
    script:
        "../scripts/report.py"
