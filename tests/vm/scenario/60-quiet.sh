#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Quieting: what is known isn't reported again, the container is faster for it, and what is learned is the same as without.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly DATA=/tmp/quiet-data

# Reads 400 files five times, without a program of its own: a shell's built-in.
# shellcheck disable=SC2016  # for the container's shell
readonly WORKLOAD='for i in 1 2 3 4 5; do for f in /data/*; do read -r line <"$f"; done; done'

workload() { docker exec quiet sh -c "$WORKLOAD"; }
milliseconds() { # of COMMAND
    local from=${EPOCHREALTIME/./}
    "$@" >/dev/null && echo $(((${EPOCHREALTIME/./} - from) / 1000))
}
quieting() { get /v1/containers/quiet | jq ".quieting.$1"; }
loads_above() { [[ $(quieting loads) -gt $1 ]]; }
# told: what was reported last is in the kernel: no load is due any more.
told() {
    local before=-1 now
    settled quiet
    now=$(quieting loads)
    while [[ $now != "$before" ]]; do
        before=$now
        sleep 4
        now=$(quieting loads)
    done
}
begin() { armorctl learn quiet && docker run --detach --name quiet --network none --volume "$DATA:/data" --security-opt apparmor=armord-quiet \
    armord-test/busybox sleep 100000; }
end() { docker rm --force quiet && armorctl forget quiet; }
rules() { get /v1/containers/quiet/rules | jq -r '.rules[] | "\(.state) \(.rule)"'; }

mkdir -p "$DATA"
for i in {1..400}; do echo "$i" >"$DATA/file-$i"; done

ok "armord starts" systemctl start armord.service
ok "learn, and a container" begin
mark=$(audit_mark)
first=$(milliseconds workload)
ok "the kernel is told" wait_for 30 loads_above 0
told
loud=$(events quiet)
ok "the first round is reported: $loud events" test "$loud" -ge 2000
second=$(milliseconds workload)
settled quiet
quiet=$(($(events quiet) - loud))
ok "the second one is not: $quiet events, at most a hundredth" test $((quiet * 100)) -le "$loud"
ok "and is faster: $second ms after $first ms" test "$second" -lt "$first"
is "no revision came of it" "$(get /v1/containers/quiet/revisions | jq '.revisions | length')" 1
refused "nor is it on disk" grep -q /data/ /etc/apparmor.d/armord-quiet
like "status says so" "$(armorctl status quiet)" 'quieting +the kernel was told'

# What is new is reported, and a program each time.
docker exec quiet sh -c 'echo new >/data/new; /bin/true' >/dev/null
settled quiet
like "what is new is learned" "$(rules)" '/data/new'
before=$(events quiet)
told
docker exec quiet sh -c '/bin/true; /bin/true' >/dev/null
settled quiet
is "programs are reported always" $(($(events quiet) - before)) 2

# The end of a container is reported, and armord learns nothing of it that the baseline doesn't have.
docker stop --time 1 quiet >/dev/null
settled quiet
like "docker stop is reported" "$(records_since "$mark" AUDIT armord-quiet)" 'operation="signal".*comm="runc"'
unlike "and is no new rule" "$(rules)" 'set=\((term|kill)\) peer=(unconfined|runc)'
rm "$DATA/new"
ok "away" end

# The same without quieting.
printf 'quiet: off\n' >/etc/armord/armord.yaml
systemctl reload armord.service
ok "learn, with quiet: off" begin
workload
settled quiet
twice=$(events quiet)
workload
settled quiet
ok "the second round is reported too: $(events quiet) events, $twice after the first" test $(($(events quiet) * 10)) -ge $((twice * 19))
loud_rules=$(rules)
ok "away" end
rm /etc/armord/armord.yaml
systemctl reload armord.service
ok "learn, with quiet: on" begin
workload
told
workload
settled quiet
is "the same rules either way" "$(rules)" "$loud_rules"
ok "away" end
rm -r "$DATA"
done_testing
