# Target: every post of the config's `slack.posts`.

from slack_wrapper.run import declared_posts as slack_declared


rule slack_posts:
    input:
        expand("slack/{post}.json", post=slack_declared.names(slack_section)),
    localrule: True
    container:
        None
