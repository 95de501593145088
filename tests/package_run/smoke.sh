# What a user does who has read the README: run in an empty folder but for the README's workflow
# (Snakefile, config.yaml). Expects slack-wrapper and snakemake on the PATH, and nothing else.
set -euo pipefail

step() { printf '  %s\n' "$*"; }

step "a Slack to post to"
slack-wrapper sandbox --state box --ready-file ready.json --until-parent-exits >sandbox.log 2>&1 &
for _ in $(seq 200); do
    [ -f ready.json ] && break
    sleep 0.1
done
ready() { python -c 'import json, sys; print(json.load(open("ready.json"))[sys.argv[1]])' "$1"; }
SLACK_WRAPPER_BASE_URL=$(ready api_url)
export SLACK_WRAPPER_BASE_URL

step "the token, encrypted"
mkdir -p safe-place keys post results
ready token >safe-place/slack-api.key
(umask 077 && echo "correct horse battery staple" >password)
slack-wrapper encrypt --key safe-place/slack-api.key --encrypted keys/slack-api.enc \
    --password-file password 2>/dev/null
slack-wrapper inspect keys/slack-api.enc | grep -q rfc9106-low
slack-wrapper manifest | grep -q 'chat:write'
export SLACK_WRAPPER_PASSWORD="correct horse battery staple"
slack-wrapper check --configfile config.yaml >check.txt

step "the README's workflow: include, steps, hooks"
printf '*all* well\n' >results/summary.md
printf '\377\330\377 a plot' >post/viz-bar-NormalizedDCG.jpg
snakemake --cores 2 --quiet all -- slack/post_ndcg.json slack/post_summary.json
grep -q '"status": "delivered"' slack/post_ndcg.json
grep -q '"status": "delivered"' slack/post_summary.json

step "the same rules as a module, and the bare wrapper"
mkdir -p other && cp -r keys other
cat >other/Snakefile <<'SNAKEFILE'
import slack_wrapper

config["slack"] = {"channel": "librec_channel", "encrypted_key": "keys/slack-api.enc"}

module slack:
    snakefile: slack_wrapper.rules("slack.smk")
    config: config

use rule * from slack

use rule slack_message from slack as hello with:
    output: "slack/hello.json"
    params: message="hello from a module"

rule bare:
    input: "slack/hello.json"
    output: "slack/bare.json"
    params: channel="librec_channel", encrypted_key="keys/slack-api.enc", message="hello, bare"
    wrapper: slack_wrapper.wrapper()
SNAKEFILE
snakemake --cores 2 --quiet all --directory other --snakefile other/Snakefile -- slack/bare.json
grep -q '"status": "delivered"' other/slack/hello.json other/slack/bare.json

step "the logger plugin, for a workflow that knows nothing of it"
mkdir -p plain
cat >plain/Snakefile <<'SNAKEFILE'
rule plain_rule:
    output: "done.txt"
    shell: "sleep 1; touch {output}"
SNAKEFILE
snakemake --cores 2 --quiet all --directory plain --snakefile plain/Snakefile --logger slack \
    --logger-slack-channel librec_channel --logger-slack-encrypted-key "$PWD/keys/slack-api.enc"

step "from a shell"
slack-wrapper message --channel librec_channel --encrypted-key keys/slack-api.enc "hello, shell"
slack-wrapper file --channel librec_channel --encrypted-key keys/slack-api.enc results/summary.md
slack-wrapper outbox
slack-wrapper flush

step "what a person sees in Slack"
slack-wrapper sandbox --state box --export channel.html --channel librec_channel >/dev/null
for text in "NDCG for the experiment" "hello from a module" "hello, bare" "plain_rule" "hello, shell"; do
    grep -q "$text" channel.html || { echo "not in the channel: $text" >&2; exit 1; }
done

step "no password and no token at rest"
if grep -rlE 'correct horse|xoxb-sandbox' .snakemake slack other; then
    echo "a secret was left in these files" >&2
    exit 1
fi
