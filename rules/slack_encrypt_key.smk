# Encrypts a Slack token. Use it by `use rule slack_encrypt_key as … with:` params: key=…, encrypted=…


rule slack_encrypt_key:
    output:
        "slack/slack_encrypt_key.json",
    log:
        "slack/logs/slack_encrypt_key.log",
    retries: 0
    localrule: True
    params:
        key="slack-api.key",
        encrypted="keys/slack-api.enc",
    wrapper:
        f"{slack_wrapper_folder}/encrypt_key"
