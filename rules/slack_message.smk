# Posts a text. Use it by `use rule slack_message as … with:` output, and params or input: message=…
# It names no log: a log must have the wildcards of the output, which only the user knows.


rule slack_message:
    retries: 0
    localrule: True
    container:
        None
    resources:
        slack=slack_one,
    params:
        option=slack_option("message"),
    shell:
        slack_step_command
