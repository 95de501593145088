# The two Slack steps: the summary as a message, the plot as a file.

import slack_wrapper


include: slack_wrapper.rules("slack.smk")


use rule slack_message as post_summary with:
    input:
        message="results/summary.md",
    output:
        "results/slack/post_summary.json",
    log:
        "results/logs/post_summary.log",
    params:
        color="good",


use rule slack_file as post_ndcg with:
    input:
        file="results/ndcg.png",
    output:
        "results/slack/post_ndcg.json",
    log:
        "results/logs/post_ndcg.log",
    params:
        message="NDCG for the experiment",
