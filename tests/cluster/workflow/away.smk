# A step that is sent to the cluster on purpose: the bare wrapper, without our rule files. It needs
# a password there.
import slack_wrapper


configfile: "config.json"


rule away:
    output:
        "slack/away.json",
    log:
        "logs/away.log",
    params:
        option="message",
        message="from the cluster",
    wrapper:
        slack_wrapper.wrapper()
