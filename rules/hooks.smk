# Start, success and failure messages, beside the workflow's own hooks.
#
#     import slack_wrapper
#     include: slack_wrapper.rules("hooks.smk")


include: "slack_common.smk"


from slack_wrapper.run import hooks as slack_hooks

slack_hooks.attach_hooks(workflow)
