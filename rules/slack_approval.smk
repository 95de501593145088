# Asks people, waits for their reaction. Use it by `use rule slack_approval as … with:` output, and
# params or input: message=…; input: file=… goes with the question. See docs/approvals.md.
# It names no log: a log must have the wildcards of the output, which only the user knows.

# Snakemake's local executor has five places beside those of the cores: more questions at once
# would keep other jobs waiting. `--resources slack_approvals=N` sets another number.
if "slack_approvals" not in workflow.global_resources:
    workflow.register_resource("slack_approvals", 5)


rule slack_approval:
    retries: 0
    localrule: True
    container:
        None
    threads: 0
    resources:
        slack=slack_none,
        slack_approvals=1,
    params:
        option=slack_option("approval"),
    shell:
        slack_step_command
