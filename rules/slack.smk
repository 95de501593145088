# Slack steps for any workflow: one rule a file.
#
#     import slack_wrapper
#     include: slack_wrapper.rules("slack.smk")


include: "slack_common.smk"
include: "slack_message.smk"
include: "slack_file.smk"
include: "slack_approval.smk"
include: "slack_digest.smk"
include: "slack_post.smk"
include: "slack_posts.smk"
include: "slack_encrypt_key.smk"
