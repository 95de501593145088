# One message for many inputs. Use it by `use rule slack_digest as … with:` output, params: message=…,
# and input: table=… and file=…, of one or of all samples. What one message does not take follows in
# its thread. It names no log: a log must have the wildcards of the output, which only the user knows.


rule slack_digest:
    retries: 0
    localrule: True
    container:
        None
    resources:
        slack=slack_one,
    params:
        option=slack_option("digest"),
    shell:
        slack_step_command
