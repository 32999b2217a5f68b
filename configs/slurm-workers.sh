#!/bin/sh
# Workers of a service, as many as the array has tasks:
#
#   maquette keys --data maquette-data --create fleet --scopes work > fleet.key     # where the service runs
#   sbatch --array=0-15 configs/slurm-workers.sh https://maquette.example.org fleet.key
#
# They share nothing with the server but its address. One that is ended gives its job back, or loses it to another
# after a minute; add and take away as many as you like. With GPUs add --gpus-per-task=1.
#SBATCH --job-name=maquette-worker
#SBATCH --cpus-per-task=2
#SBATCH --requeue
exec maquette worker --server "$1" --key-file "$2" --data "${TMPDIR:-/tmp}/maquette-worker-$SLURM_JOB_ID"
