# Posts one or more files. Use it by `use rule slack_file as … with:` output and input: file=…
# It names no log: a log must have the wildcards of the output, which only the user knows.


rule slack_file:
    retries: 0
    localrule: True
    container:
        None
    resources:
        slack=slack_one,
    params:
        option=slack_option("file"),
    shell:
        slack_step_command
