# Cross-validation of one model under one seed: NDCG per fold.


rule evaluate:
    input:
        table="results/dataset.tsv",
        models=workflow.source_path("../scripts/models.py"),
    output:
        scores="results/scores/{model}.{seed}.tsv",
    log:
        "results/logs/evaluate.{model}.{seed}.log",
    wildcard_constraints:
        model="[a-z]+",
        seed="[0-9]+",
    conda:
        "../envs/science.yaml"
    params:
        folds=config["experiment"]["folds"],
        cutoff=config["experiment"]["cutoff"],
    script:
        "../scripts/evaluate.py"
