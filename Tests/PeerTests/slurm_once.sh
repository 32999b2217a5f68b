#!/bin/sh
# slurm_once.sh COMMAND...: brings up a Slurm of one node on the loopback interface, runs the command with SLURM_CONF
# set, and ends what it has started. Exit status: the command's; 77 where Slurm does not come up here, with the reason.
#
# Needs slurmctld, slurmd, slurm-client, munge and libnss-wrapper. All it writes is in one temporary folder.
set -u
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

leave_out() { echo "$*" >&2; exit 77; }
for program in munged munge slurmctld slurmd sbatch scontrol sinfo setsid; do
  command -v $program >/dev/null 2>&1 || leave_out "$program is not installed"
done

folder=$(mktemp -d) || exit 1
daemons=
finish() {
  status=$?
  trap - EXIT INT TERM
  [ -e "$folder/slurm.conf" ] && timeout 5 env $names scancel --user "$(id -un)" 2>/dev/null
  # Last started, first ended.
  for process in $daemons; do
    kill -TERM "$process" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      kill -0 "$process" 2>/dev/null || break
      sleep 0.3
    done
    kill -KILL "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  rm -rf "$folder"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The daemons bind the address of the host's name; this makes it the loopback's, for them and their clients only.
echo '127.0.0.1 localhost' >"$folder/hosts"
names="SLURM_CONF=$folder/slurm.conf LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTNAME=localhost NSS_WRAPPER_HOSTS=$folder/hosts"
[ "$(env $names hostname 2>/dev/null)" = localhost ] || leave_out "libnss-wrapper is not installed"

# munged wants its socket to be reachable by all, and its key by nobody else.
chmod 711 "$folder"
mkdir -m 700 "$folder/key" "$folder/state" && mkdir -m 711 "$folder/munge" && mkdir "$folder/spool" || exit 1
(umask 077 && head -c 128 /dev/urandom >"$folder/key/munge")
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
user=$(id -un)
cat >"$folder/slurm.conf" <<END
ClusterName=once
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=$user
SlurmdUser=$user
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmdParameters=config_overrides
ReturnToService=2
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MailProg=/bin/true
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
NodeName=n0 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=n0 Default=YES MaxTime=INFINITE State=UP
END
# A plugin for control groups is always loaded; these are the ones that do nothing, before 23.02 and since.
case $(slurmctld -V) in
*" 1"?.* | *" 2"[012].*) echo 'CgroupPlugin=cgroup/v1' ;;
*) echo 'CgroupPlugin=disabled' ;;
esac >"$folder/cgroup.conf"

start() {
  env $names setsid "$@" </dev/null >>"$folder/log" 2>&1 &
  last=$!
  daemons="$last $daemons"
}

# await NAME COMMAND...: until the command succeeds
await() {
  name=$1
  shift
  for _ in $(seq 100); do
    if env $names timeout 5 "$@" >/dev/null 2>&1; then return; fi
    kill -0 "$last" 2>/dev/null || break
    sleep 0.3
  done
  tail -n 20 "$folder/log" >&2
  leave_out "$name does not come up here"
}

start munged --foreground --key-file="$folder/key/munge" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/pid" --log-file="$folder/munge.log" --seed-file="$folder/key/seed"
await munged munge -n -S "$folder/munge/socket"
start slurmctld -D -f "$folder/slurm.conf"
await slurmctld sh -c 'scontrol ping | grep -q " UP$"'
start slurmd -D -N n0 -f "$folder/slurm.conf"
await slurmd sh -c '[ "$(sinfo -h -N -o %T)" = idle ]'

env $names "$@"
