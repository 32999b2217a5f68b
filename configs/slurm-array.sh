#!/bin/sh
# Training sets of many models, a part for each task of a Slurm array:
#
#   sbatch --array=0-15 configs/slurm-array.sh MODELS SETS/ [option...]
#
# MODELS is a folder, or a list in JSON or CSV; SETS/ is a folder that all nodes see. Tasks that are ended early go on
# where they were when they are submitted again; to submit some of them only, say how many there were:
# sbatch --export=ALL,PARTS=16 --array=3,7 …. With GPUs add --gpus-per-task=1: each task then sees one.
#SBATCH --job-name=maquette
#SBATCH --cpus-per-task=2
#SBATCH --requeue
models=$1
sets=$2
shift 2
exec maquette dataset "$models" -o "$sets" --resume --threads "${SLURM_CPUS_PER_TASK:-1}" \
  --shard "$SLURM_ARRAY_TASK_ID/${PARTS:-$SLURM_ARRAY_TASK_COUNT}" "$@"
