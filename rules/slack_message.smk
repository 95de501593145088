# Posts a text. Use it by `use rule slack_message as … with:` output, and params or input: message=…


rule slack_message:
    retries: 0
    localrule: True
    resources:
        slack=1,
    params:
        option="message",
    wrapper:
        slack_wrapper_folder
