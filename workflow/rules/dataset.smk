# The data set, with the grades of relevance that NDCG needs.


rule dataset:
    output:
        table="results/dataset.tsv",
    log:
        "results/logs/dataset.log",
    conda:
        "../envs/science.yaml"
    params:
        grades=config["experiment"]["grades"],
    script:
        "../scripts/dataset.py"
