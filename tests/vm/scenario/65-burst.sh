#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bursts: what the kernel and its buffers hold is learned whole, what they don't is said to the record; and a killed armord loses none.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

say() { get /v1/containers/burst | jq -r "$1"; }
lost() { auditctl -s | sed -nE 's/^lost ([0-9]+)$/\1/p'; }
limit() { auditctl -s | sed -nE 's/^backlog_limit ([0-9]+)$/\1/p'; }
limit_is() { [[ $(limit) == "$1" ]]; }
begin() { armorctl learn burst && docker run --detach --name burst --network none --cap-add SYS_NICE --volume /tmp/burst-data:/data \
    --security-opt apparmor=armord-burst armord-test/busybox sleep 100000; }
end() { docker rm --force burst && armorctl forget burst; }
rules() { get /v1/containers/burst/rules | jq -r '.rules[] | .rule' | sort; }
# flood PROCESSES ROUNDS [COMMAND...]: each process reads the 50 files so often, without a program of its own.
flood() {
    local processes=$1 rounds=$2
    shift 2
    # shellcheck disable=SC2016  # for the container's shell
    docker exec burst "$@" sh -c 'for p in $(seq '"$processes"'); do
        (i=0; while [ $i -lt '"$rounds"' ]; do for f in /data/*; do read -r line <"$f"; done; i=$((i + 1)); done) & done; wait'
}

mkdir -p /tmp/burst-data
for i in {1..50}; do echo "$i" >/tmp/burst-data/"$i"; done
mkdir -p /etc/armord
printf 'quiet: off\nflush-interval-seconds: 1\naudit-interval-seconds: 1\n' >/etc/armord/armord.yaml # the kernel is to report all of it
systemctl restart armord.service
original=$(limit)
before=$(lost)

ok "learn, and a container" begin
is "the backlog limit is raised" "$(limit)" 8192
from=$SECONDS
ok "four processes, 100,000 accesses" flood 4 500
diag "$((SECONDS - from)) s"
settled burst
is "the kernel lost none" "$(($(lost) - before))" 0
is "armord lost none" "$(say .lost)" 0
ok "each was counted: $(say .events)" test "$(say .events)" -ge 100000
unlike "nothing is missing" "$(say .incomplete)" '[a-z]'

# Real-time processes leave the kernel no time to send: its backlog runs full, and that is all there is to know.
ok "three real-time processes, 100,000 accesses" flood 3 667 chrt -f 50
settled burst
sleep 3
in_kernel_lost=$(($(lost) - before))
diag "the kernel lost $in_kernel_lost"
is "what the kernel lost is what armord says" "$(say .lost)" "$in_kernel_lost"
events=$(say .events)
if ((in_kernel_lost > 0)); then
    like "and enforce is refused for it" "$(armorctl enforce burst 2>&1)" 'complete +refused'
else
    unlike "nothing is missing" "$(say .incomplete)" '[a-z]'
fi
ok "counted and lost together: $events + $in_kernel_lost" test $((events + in_kernel_lost)) -ge 200000
ok "away" end
ok "the limit is given back" wait_for 20 limit_is "$original"

# Ten times kill -9 while 500 names come, each once.
many() { # in the container: a name, a name...
    # shellcheck disable=SC2016
    docker exec burst sh -c 'i=0; while [ $i -lt 500 ]; do : >>/data/name-$i; i=$((i + 1)); done'
}
ok "learn" begin
ok "500 names, undisturbed" many
settled burst
calm=$(rules)
ok "away" end
rm /tmp/burst-data/name-*
ok "learn" begin
many &
writer=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
    sleep "0.$((RANDOM % 9 + 1))"
    systemctl kill --signal=KILL armord.service
    [[ $i == 10 ]] || wait_for 30 get /v1/status >/dev/null
done
wait "$writer"
ok "armord comes back" wait_for 30 get /v1/status
settled burst
is "ten times kill -9, the same rules" "$(rules)" "$calm"
is "and nothing was lost" "$(say .lost)" 0
systemctl kill --signal=KILL armord.service
ok "away, after one more" wait_for 30 end
ok "the limit is given back after a kill too" wait_for 20 limit_is "$original"
rm -rf /tmp/burst-data /etc/armord/armord.yaml
systemctl restart armord.service
done_testing
