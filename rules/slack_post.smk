# One post of the config's `slack.posts`, by name.

from slack_wrapper.run import declared_posts as slack_declared


rule slack_post:
    input:
        unpack(lambda wildcards: slack_declared.inputs(slack_section, wildcards.post)),
    output:
        "slack/{post}.json",
    log:
        "slack/logs/{post}.log",
    wildcard_constraints:
        post=slack_declared.pattern(slack_section),
    retries: 0
    localrule: True
    container:
        None
    resources:
        slack=slack_one,
    params:
        option=slack_option(
            lambda wildcards: slack_declared.param(
                slack_section, wildcards.post, "option"
            )
        ),
        channel=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "channel"
        ),
        encrypted_key=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "encrypted_key"
        ),
        message=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "message"
        ),
        comment=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "comment"
        ),
        thread=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "thread"
        ),
        fields=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "fields"
        ),
        color=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "color"
        ),
        mention_missing=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "mention_missing"
        ),
        mention=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "mention"
        ),
        on_failure=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "on_failure"
        ),
        post_at=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "post_at"
        ),
        template=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "template"
        ),
        markdown=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "markdown"
        ),
        chart=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "chart"
        ),
        mrkdwn=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "mrkdwn"
        ),
        layout=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "layout"
        ),
        footer=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "footer"
        ),
        coalesce=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "coalesce"
        ),
        max_files=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "max_files"
        ),
        blocks=lambda wildcards: slack_declared.param(
            slack_section, wildcards.post, "blocks"
        ),
        alt=lambda wildcards: slack_declared.param(slack_section, wildcards.post, "alt"),
    shell:
        slack_step_command
