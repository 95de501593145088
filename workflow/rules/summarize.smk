# All folds of all models in one table, best model first; for people (TSV) and programs (JSON).


rule summarize:
    input:
        scores=expand(
            "results/scores/{model}.{seed}.tsv",
            model=config["experiment"]["models"],
            seed=config["experiment"]["seeds"],
        ),
    output:
        table="results/summary.tsv",
        data="results/summary.json",
    log:
        "results/logs/summarize.log",
    conda:
        "../envs/science.yaml"
    params:
        cutoff=config["experiment"]["cutoff"],
    script:
        "../scripts/summarize.py"
