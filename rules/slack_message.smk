# Posts a text. Use it by `use rule slack_message as … with:` output, and params or input: message=…


rule slack_message:
    params:
        option="message",
    resources:
        slack=1,
    retries: 0
    localrule: True
    wrapper:
        slack_wrapper_folder
