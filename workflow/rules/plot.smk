# Bar chart of NDCG per model.


rule plot:
    input:
        data="results/summary.json",
    output:
        image="results/ndcg.png",
    log:
        "results/logs/plot.log",
    conda:
        "../envs/science.yaml"
    script:
        "../scripts/plot.py"
