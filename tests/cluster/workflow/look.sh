# Keeps what a job on the cluster can see: look.sh OUTPUT
set -eu
env > "$1.env"
if [ -n "${SLURM_JOB_ID:-}" ]; then
    scontrol show job -dd "$SLURM_JOB_ID" > "$1.job"
    scontrol write batch_script "$SLURM_JOB_ID" "$1.script"
    mkdir "$1.spool"  # of the controller and of the node; has each job's environment and script
    cp -r "$(dirname "$SLURM_CONF")/ctld" "$(dirname "$SLURM_CONF")/d" "$1.spool"
fi
python reach.py > "$1"
