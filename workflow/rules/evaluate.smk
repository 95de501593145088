# One model: NDCG on every fold.


rule evaluate:
    output:
        "results/ndcg/{model}.json",
    log:
        "results/logs/evaluate/{model}.log",
    wildcard_constraints:
        model="|".join(config["models"]),
    conda:
        "../envs/science.yaml"
    params:
        folds=config["folds"],
        cutoff=config["cutoff"],
        seed=config["seed"],
    script:
        "../scripts/evaluate.py"
