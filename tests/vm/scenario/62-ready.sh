#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs: each start is counted, what it needed and used is known, and the verdict says when it is enough.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

say() { container_says ready "$1"; }
run() { say ".run_history[-1].$1"; }
# read_names NAME...: in one docker exec, which takes a second here.
# shellcheck disable=SC2016 # for the container's shell
read_names() { docker exec ready sh -c 'for name; do read -r line </data/$name || exit; done' sh "$@"; }
# Names that have nothing in common, or one pattern would stand for all.
readonly USUAL=(amber basalt cedar dune ember fjord) NEW=glacier
# work NAME...: what the container always does, and NAMEs.
work() { read_names "${USUAL[@]}" "$@"; }
# judged N: N runs, and what is new is counted.
judged() {
    settled ready
    wait_for 40 container_is ready .runs "$1" && sleep 6
}

mkdir -p /tmp/ready-data
for name in "${USUAL[@]}" "$NEW"; do echo "$name" >"/tmp/ready-data/$name"; done
ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn ready
ok "the container starts" docker run --detach --name ready --network none --volume /tmp/ready-data:/data \
    --security-opt apparmor=armord-ready armord-test/busybox sh -c 'read -r line </etc/hostname; exec sleep 100000'
ok "it works" work
ok "its start is seen" judged 1
like "one run isn't enough" "$(say .readiness.verdict)" '^not yet: 1 run seen'
like "enforce asks for more" "$(armorctl enforce ready 2>&1)" 'ready +refused.*restart it'

ok "a restart" docker restart --time 0 ready
ok "it works, and does something new" work $NEW
ok "the start is seen" judged 2
is "from its first access on" "$(run whole)" true
ok "what is known is reported again in it: $(run used) of $(run known)" test "$(run used)" -ge 6
ok "it needed $(run novel) new rules" test "$(run novel)" -ge 1
like "not yet" "$(say .readiness.verdict)" '^not yet: 2 runs seen, 1 of the 1 after the first with a new rule'
is "rules know their runs" "$(get /v1/containers/ready/rules | jq '[.rules[] | select(.rule | test("/data/[a-f]"))] | map(.runs) | min')" 2

# It ends by itself, and is started again.
docker exec ready kill 1 2>/dev/null
docker kill ready >/dev/null 2>&1
ok "ended and started" docker start ready
ok "it works" work $NEW
ok "the start is seen" judged 3
is "nothing was new" "$(run novel)" 0
systemctl restart armord.service
is "runs outlive armord" "$(wait_for 20 get /v1/status >/dev/null && say '.runs, (.run_history | length)' | xargs)" "3 3"
for number in 4 5; do
    docker restart --time 0 ready >/dev/null
    work $NEW
    judged "$number"
done
armorctl status ready | diag
like "ready" "$(say .readiness.verdict)" '^ready: 5 runs seen, 1 of the 4'
like "there is a learning curve" "$(say '.curve | map(.[1]) | tostring')" '^\[[0-9]+,.*\]$'
ok "enforce" armorctl enforce ready
mark=$(audit_mark)
ok "a restart" docker restart --time 0 ready
ok "it works" work
is "nothing was denied" "$(denied_since "$mark" armord-ready)" ""
docker rm --force ready >/dev/null
ok "away" armorctl forget ready
rm -r /tmp/ready-data
done_testing
