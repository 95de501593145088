#!/usr/bin/env bash
# The demo: starts the sandbox, encrypts its token, runs the workflow, leaves results/.
# Use: make demo. Expects slack-wrapper and snakemake on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
place=.build/demo
mkdir -p "$place"
rm -f "$place/ready.json"

slack-wrapper sandbox --state "$place/sandbox" --ready-file "$place/ready.json" >"$place/sandbox.log" 2>&1 &
sandbox=$!
trap 'kill $sandbox 2>/dev/null; wait $sandbox 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    [ -f "$place/ready.json" ] && break
    kill -0 $sandbox 2>/dev/null || { cat "$place/sandbox.log" >&2; exit 1; }
    sleep 0.1
done
ready() { python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$place/ready.json" "$1"; }
SLACK_WRAPPER_BASE_URL=$(ready api_url)
export SLACK_WRAPPER_BASE_URL

if [ ! -f "$place/slack-api.enc" ]; then
    (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(24))' >"$place/password")
    ready token |
        slack-wrapper encrypt --key - --encrypted "$place/slack-api.enc" --password-file "$place/password"
fi

snakemake --cores 2 --configfile config/config.yaml config/demo.yaml
slack-wrapper sandbox --state "$place/sandbox" --export results/slack/channel.html --channel librec_channel >"$place/export.log"

echo
echo "Done. Look at"
echo "  results/slack/channel.html         the channel, with the plot in it"
echo "  results/slack/post_summary.json    receipt of the message"
echo "  results/slack/post_ndcg.json       receipt of the plot"
