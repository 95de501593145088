# All models: a table, and the text of the message.


rule summarize:
    input:
        expand("results/ndcg/{model}.json", model=config["models"]),
    output:
        table="results/ndcg.tsv",
        message="results/summary.md",
    log:
        "results/logs/summarize.log",
    conda:
        "../envs/science.yaml"
    params:
        cutoff=config["cutoff"],
    script:
        "../scripts/summarize.py"
