#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bursts: what the kernel and its buffers hold is learned whole, and what they lose is counted as the kernel counts it, blamed on who
# learned then, and made up for. armord is killed, restarted and upgraded in the middle of it. The host's settings are as before at the end.
# The first bursts have 200,000 accesses in the large size, and 4,000 otherwise.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly SMALL=4000
if [[ $VM_FULL == yes ]]; then readonly BURST=200000; else readonly BURST=$SMALL; fi
readonly FILES=50 NAMES=150 DATA=/tmp/burst-data GO=/tmp/burst-go
readonly DATABASE=/var/lib/armord/armord.db SERVICE=/run/systemd/system/armord.service.d

audit() { auditctl -s | sed -nE "s/^$1 (.*)\$/\1/p"; }
audit_is() { [[ $(audit "$1") == "$2" ]]; }
rules() { get /v1/containers/burst/rules; }
# What armord has counted of the burst's own accesses: the evidence is one rule for each file.
counted() { rules | jq '[.rules[] | select(.rule | test("^/data/[0-9]")) | .count] | add // 0'; }
settings() { # settings LINE...: armord's, beside those that make a scenario short; the kernel is to report all of it
    printf '%s\n' 'quiet: off' 'flush-interval-seconds: 1' 'audit-interval-seconds: 1' "$@" >/etc/armord/armord.yaml
}
begin() {
    armorctl learn burst && docker run --detach --name burst --network none --volume $DATA:/data --volume $GO:/go \
        --security-opt apparmor=armord-burst armord-test/busybox sleep 100000
}
end() { docker rm --force burst && armorctl forget burst; }
shell_of() { docker top burst -eo pid,args | awk '/\/go\/pipe/ {print $1}' | grep .; }
go() { timeout 60 bash -c "echo go >$GO/pipe"; }

# flood ACCESSES PROCESSES [PRIORITY]: so many processes read the files, so often or a little less, without a program of their own; at a
# real-time priority, where one is given.
flood() {
    local rounds=$(($1 / $2 / FILES)) shell
    # shellcheck disable=SC2016  # for the container's shell
    docker exec burst sh -c 'read -r go </go/pipe
        for p in $(seq '"$2"'); do (i=0; while [ $i -lt '"$rounds"' ]; do for f in /data/[0-9]*; do read -r line <"$f"; done; i=$((i + 1)); done) & done
        wait' &
    shell=$(wait_for 20 shell_of) || return
    [[ -z ${3:-} ]] || chrt --fifo --pid "$3" "$shell" || return
    go && wait $!
}
accesses() { echo $(($1 / $2 / FILES * $2 * FILES)); } # what flood makes of that

# writer SEGMENTS: each time it is told to go, NAMES names that there weren't before.
writer() {
    # shellcheck disable=SC2016
    docker exec burst sh -c 's=0; while [ $s -lt '"$1"' ]; do read -r go </go/pipe; i=0
        while [ $i -lt '$NAMES' ]; do : >>/data/name-$s-$i; i=$((i + 1)); done; s=$((s + 1)); done'
}
lines() { rules | jq -r '.rules[] | "\(.state) \(.rule)"' | sort; }

mkdir -p $DATA $GO /etc/armord $SERVICE
for i in $(seq $FILES); do echo "$i" >"$DATA/$i"; done
mkfifo $GO/pipe
before=$(host_settings)
settings
systemctl restart armord.service
original=$(audit backlog_limit)
lost=$(audit lost)

# --- what the kernel holds, with armord's settings ---
ok "learn, and a container" begin
is "the backlog limit is raised" "$(audit backlog_limit)" 8192
like "the socket's buffer is of twice 64 MiB" "$(ss --no-header --query netlink --all --memory | grep -A 1 audit:)" 'rb134217728,'
from=$SECONDS
ok "four processes, $BURST accesses" flood $BURST 4
diag "$((SECONDS - from)) s"
settled burst
is "the kernel lost none" "$(($(audit lost) - lost))" 0
is "each was counted" "$(counted)" "$(accesses $BURST 4)"
is "armord lost none" "$(container_says burst '.lost, .incomplete' | xargs)" "0 null"

# At a real-time priority they leave the kernel no time to send: its backlog may run full, and its counter is all there is to know.
from=$SECONDS
ok "three real-time processes, $BURST accesses" flood $BURST 3 50
diag "$((SECONDS - from)) s"
settled burst
sleep 3
in_kernel=$(($(audit lost) - lost))
seen=$(($(counted) - $(accesses $BURST 4)))
diag "the kernel lost $in_kernel, armord counted $seen"
is "what the kernel lost is what armord says" "$(container_says burst .lost)" "$in_kernel"
ok "counted or lost, each of them" test $((seen + in_kernel)) -ge "$(accesses $BURST 3)"
if ((in_kernel > 0)); then
    like "and enforce is refused for it" "$(armorctl enforce burst 2>&1)" "complete +refused +$in_kernel audit records lost"
else
    is "all of them were counted" "$seen" "$(accesses $BURST 3)"
fi

diag "$SECONDS s so far"
# --- loss that is sure to come ---
settings 'backlog-limit: 0' # leave it alone
ok "armord takes its settings" systemctl reload armord.service
# In complain mode the kernel reports a capability once for each text, and each processor.
chroots() { rules | jq '[.rules[] | select(.kind == "capability") | .count] | add // 0'; }
use_chroot() { docker exec burst sh -c 'for i in 1 2 3 4 5 6; do taskset 1 chroot / true; done' && settled burst; }
ok "a capability" use_chroot
once=$(chroots)
ok "is reported" test "$once" -ge 1
ok "six times more" use_chroot
is "are not" "$(chroots)" "$once"
lost=$(audit lost)
told=$(container_says burst .lost)
auditctl -b 64 >/dev/null
ok "three real-time processes, and a backlog of 64" flood $SMALL 3 50
auditctl -b 8192 >/dev/null
settled burst
sleep 3
in_kernel=$(($(audit lost) - lost))
ok "the kernel lost $in_kernel" test "$in_kernel" -gt 0
is "armord says so, exactly" "$(($(container_says burst .lost) - told))" "$in_kernel"
like "in words" "$(armorctl status burst)" 'missing .*audit records lost in the kernel.s audit backlog'
[[ $VM_FULL == yes ]] || # the journal has no room for 400,000 records and what came before
    like "so does the journal" "$(journalctl --unit armord.service --output cat)" 'burst is incomplete: .* audit records lost'
ok "the capability again" use_chroot
ok "is reported again: $(chroots) times, $once before" test "$(chroots)" -gt "$once"
ok "who begins to learn now" armorctl learn later
is "isn't blamed" "$(container_says later '.lost, .incomplete' | xargs)" "0 null"
ok "away" armorctl forget later
refusal=$(armorctl enforce burst 2>&1)
is "enforce is refused" "$?" 1
like "with the reason" "$refusal" 'complete +refused +[0-9]+ audit records lost'
ok "by an operator's word it isn't" armorctl enforce burst --override complete --override ready --reason 'a test of loss'
is "who did it and why is kept" \
    "$(get /v1/containers/burst/revisions | jq -r '.revisions[-1] | .author, .note, (.gates[] | select(.gate == "complete") | .overridden)' | xargs)" \
    "root (uid 0) a test of loss true"
ok "away" end
settings
ok "armord takes its settings" systemctl reload armord.service

diag "$SECONDS s so far"
# --- killed, restarted and upgraded in a flood ---
printf '[Service]\nRestartSec=100ms\n' >$SERVICE/soon.conf # a scenario has less time than a host
systemctl daemon-reload
restarts() { systemctl show --property NRestarts --value armord.service; }
is_up() { get /v1/status >/dev/null 2>&1; }
# The store as an armord of schema 7 wrote it: what schemas 8 and 9 brought is undone. A newer one is to be undone here, too.
make_older() {
    (($(schema) == 9)) || return
    python3 - $DATABASE <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.executescript("""
    ALTER TABLE container ADD COLUMN watch_limit INTEGER NOT NULL DEFAULT 0;
    DROP TABLE setting;
    DROP TABLE intent;
    PRAGMA user_version = 7""")
PYTHON
}
schema() { python3 -c "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version').fetchone()[0])" $DATABASE; }
undisturbed() {
    local i writer
    writer 12 &
    writer=$!
    for i in {1..12}; do go || return; done
    wait $writer
}
ok "learn" begin
ok "$((12 * NAMES)) names, undisturbed" undisturbed
settled burst
calm=$(lines)
ok "each is known" test "$(grep -c /data/name- <<<"$calm")" -ge $((12 * NAMES))
ok "away" end
rm $DATA/name-*
lost=$(audit lost)
ok "learn" begin
writer 12 &
writer=$!
first=$(restarts)
moments=()
for i in {0..9}; do # each time at another moment: when so many names are there
    pid=$(systemctl show --property MainPID --value armord.service)
    moment=$((RANDOM % (NAMES / 2)))
    go
    until [[ -e $DATA/name-$i-$moment ]]; do :; done
    there=("$DATA/name-$i-"*)
    kill -KILL "$pid"
    moments+=(${#there[@]})
    wait_for 30 is_up
done
is "armord was killed ten times" "$(($(restarts) - first))" 10
diag "when so many of $NAMES names were there: ${moments[*]}"
amidst=0
for moment in "${moments[@]}"; do amidst=$((amidst + (moment < NAMES))); done
ok "in the middle of it: $amidst times" test $amidst -ge 5
go
ok "restarted" systemctl restart armord.service
newest=$(schema)
go
systemctl stop armord.service
ok "its store is made one of an older armord" make_older
is "as old as schema" "$(schema)" 7
systemctl daemon-reload
ok "upgraded" systemctl start armord.service
ok "armord is there" wait_for 30 is_up
is "the store's schema is the newest" "$(schema)" "$newest"
wait $writer
settled burst
is "the same rules" "$(lines)" "$calm"
is "nothing was lost" "$(container_says burst '.lost, .incomplete' | xargs)" "0 null"
is "in the kernel neither" "$(($(audit lost) - lost))" 0

diag "$SECONDS s so far"
# --- the host's settings ---
systemctl kill --signal=KILL armord.service
is "the backlog limit stays while somebody learns, killed or not" "$(audit backlog_limit)" 8192
wait_for 30 is_up
ok "away" end
ok "then it is given back" wait_for 20 audit_is backlog_limit "$original"
rm -r $DATA $GO /etc/armord/armord.yaml $SERVICE
systemctl daemon-reload
systemctl restart armord.service
like "the host has settings" "$before" backlog_limit
is "nothing else on the host was changed" "$(host_settings)" "$before"
done_testing
