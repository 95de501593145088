# Encrypts a Slack token. Use it by `use rule slack_encrypt_key as … with:` params: key=…, encrypted=…


rule slack_encrypt_key:
    output:
        "slack/slack_encrypt_key.json",
    log:
        "slack/logs/slack_encrypt_key.log",
    retries: 0
    localrule: True
    container:
        None
    resources:
        slack=slack_none,
    params:
        key="slack-api.key",
        encrypted="keys/slack-api.enc",
    shell:
        slack_encrypt_command
