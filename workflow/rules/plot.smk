# The bar plot of the models' NDCG.


rule plot:
    input:
        "results/ndcg.tsv",
    output:
        "results/viz-bar-NormalizedDCG.png",
    log:
        "results/logs/plot.log",
    conda:
        "../envs/science.yaml"
    params:
        cutoff=config["cutoff"],
    script:
        "../scripts/plot.py"
