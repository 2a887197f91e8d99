#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each gate refuses with its reason, where it should; then all are open by themselves, and redis is enforced without an override.
# machines: trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly KERNEL=/sys/kernel/security/apparmor
parser=$(readlink -f "$(command -v apparmor_parser)")
readonly parser

redis() { # redis COMMAND...: the first line of its answer
    local line
    exec 5<>/dev/tcp/127.0.0.1/6379 || return
    printf '%s\r\n' "$*" >&5
    IFS= read -r -t 20 line <&5
    exec 5>&-
    printf '%s\n' "${line%$'\r'}"
}
answers() { [[ $(redis PING 2>/dev/null) == +PONG ]]; }
# work: what the service is for.
work() { wait_for 40 answers && [[ $(redis SET greeting hello) == +OK && $(redis SAVE) == +OK ]]; }
# gate NAME CONTAINER: "refused REASON | EVIDENCE...", asked in a dry run.
gate() { armorctl enforce "$2" --dry-run --json 2>/dev/null | jq -r --arg gate "$1" '.gates[] | select(.gate == $gate) | .verdict + " " + .reason + (.evidence // [] | map(" | " + .) | add // "")'; }
verdicts() { armorctl enforce db --dry-run --json 2>/dev/null | jq -r '.gates[] | .gate + " " + .verdict'; }
image_is() { [[ $(get /v1/containers/db | jq -r .image) == "$1" ]]; }
seen_is() { [[ $(get /v1/containers/db | jq -r .image_seen) == "$1" ]]; }
learning() { [[ $(get /v1/containers/db | jq -r .mode) == learning ]]; }
# start IMAGE: redis under the profile.
start() {
    docker run --detach --name db --security-opt apparmor=armord-db --publish 127.0.0.1:6379:6379 --volume gates:/data "$1" \
        redis-server --protected-mode no --save ''
}
# A compiler in the place of the real one: COMMAND, with that as "$parser.away".
with_parser() {
    mv "$parser" "$parser.away"
    printf '#!/bin/sh\n%s\n' "$1" >"$parser"
    chmod 755 "$parser"
}
real_parser() { mv "$parser.away" "$parser"; }

ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn db
like "observed: nothing was seen" "$(gate observed db)" '^refused nothing was seen, and no process runs under armord-db'
ok "somebody follows Docker" systemctl start armord-docker.service
ok "redis starts" start armord-test/redis
ok "it works" work
settled db
first=$(docker inspect --format '{{.Image}}' db)
ok "who follows Docker has told armord of the start" wait_for 20 image_is "$first"
is "so it is a run" "$(get /v1/containers/db | jq .runs)" 1

like "ready: one run says little" "$(gate ready db)" '^refused not yet: 1 run seen.*do: restart it'
docker exec --user root db sh -c 'read -r line </etc/shadow; chown redis /data'
settled db
like "reviewed: a guard rail holds a rule, which is shown" "$(gate reviewed db)" '^refused 1 rule is held by a guard rail.* \| /etc/shadow r,$'
ok "it is denied" armorctl deny db '/etc/shadow r,'
like "reviewed: decided" "$(gate reviewed db)" '^passed '

with_parser 'echo "AppArmor parser error: out of paper" >&2; exit 1'
like "compiles: the compiler's own words" "$(gate compiles db)" '^refused .*out of paper'
like "proved: not asked then" "$(gate proved db)" '^not-asked .*doesn.t compile'
real_parser
with_parser "sed '/ \\/data/d' | $parser.away \"\$@\""
like "proved: a compiler that leaves rules out is found out by the kernel" "$(gate proved db)" \
    '^refused of [0-9]+ accesses.* [1-9][0-9]* refused.* \| /data/'
real_parser
mount --bind /dev/null $KERNEL/.access
like "proved: a kernel that doesn't answer" "$(gate proved db)" "^refused the kernel didn't answer: .*0 were asked of the kernel, [1-9][0-9]* checked"
umount $KERNEL/.access
like "proved: of all that was seen" "$(gate proved db)" '^passed of [1-9][0-9]* accesses that were seen, [1-9][0-9]* were asked of the kernel, [1-9][0-9]* checked .* 0 refused$'
diag "$(gate proved db)"

# The load itself: the kernel never gets it, so its list says complain where enforce was asked for.
mount --bind /dev/null $KERNEL/.replace
refusal=$(armorctl enforce db --override ready --override proved 2>&1)
is "loads and verifies: enforce is refused" "$?" 1
like "by what the kernel lists" "$refusal" 'lists armord-db as "complain" instead of "enforce"'
umount $KERNEL/.replace
is "it still learns" "$(get /v1/containers/db | jq -r .mode) $(in_kernel armord-db)" "learning complain"
ok "and works" work

# A process that went on in a child profile, as under a profile that somebody loaded by hand.
ok "learn another" armorctl learn child
printf 'profile armord-child flags=(attach_disconnected,complain) { }\n' | apparmor_parser --replace
ok "it starts" docker run --detach --name child --security-opt apparmor=armord-child armord-test/busybox sh -c '/bin/busybox sleep 600; :'
like "contained: a process in a child profile" "$(gate contained child)" '^refused .*child profile.*restart the container'
docker rm --force child >/dev/null
ok "forget it" armorctl forget child

# Restarts, until all gates are open.
for runs in 2 3 4 5 6 7; do
    docker restart --time 5 db >/dev/null
    work || break
    settled db
    diag "$(gate ready db)" # which looks at the run too
    [[ $(gate ready db) != passed* ]] || break
done
ok "ready after $runs runs: $(gate ready db)" test "$(gate ready db | cut -d ' ' -f 1)" = passed
verdicts | diag
is "all gates are open" "$(verdicts | grep -v ' passed$')" ""
ok "enforce, without an override" armorctl enforce db
is "it runs under the profile" "$(label db)" "armord-db (enforce)"
mark=$(audit_mark)
ok "it works" work
docker restart --time 5 db >/dev/null
ok "after a restart too" work
is "nothing was denied" "$(denied_since "$mark" armord-db)" ""

# Another image under the same name.
docker commit --change 'LABEL other=yes' db armord-test/redis-other >/dev/null
docker rm --force db >/dev/null
second=$(docker image inspect --format '{{.Id}}' armord-test/redis-other)
ok "it starts from another image" start armord-test/redis-other
ok "which is noticed" wait_for 20 seen_is "$second"
is "it stays enforced, as armord asks first" "$(label db)" "armord-db (enforce)"
like "status says what to do" "$(armorctl status db)" "it runs $second: armorctl keep db"
ok "the operator keeps it" armorctl keep db
ok "that is the image now" image_is "$second"
install -d /etc/armord
printf 'image-change: learn\n' >/etc/armord/armord.yaml
systemctl reload armord.service
docker rm --force db >/dev/null
ok "it starts from the first one again" start armord-test/redis
ok "and goes back to complain by itself" wait_for 20 learning
is "in the kernel too" "$(label db)" "armord-db (complain)"
like "and says why" "$(armorctl status db)" "returned .*another image runs, $first"
rm /etc/armord/armord.yaml
systemctl reload armord.service
docker rm --force db >/dev/null
docker rmi armord-test/redis-other >/dev/null
docker volume rm gates >/dev/null
ok "forget" armorctl forget db
systemctl stop armord-docker.service

# The kernel drops records: over a limit of one a second.
ok "learn a third" armorctl learn lossy
auditctl -r 1 >/dev/null
# shellcheck disable=SC2016 # for the container's shell
docker run --rm --security-opt apparmor=armord-lossy armord-test/busybox sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo >/new$i; done'
auditctl -r 0 >/dev/null
like "complete: records were lost" "$(gate complete lossy)" '^refused .*[1-9][0-9]* .*lost'
is "and enforce ends with" "$(exit_status armorctl enforce lossy --override ready)" 1
ok "forget it" armorctl forget lossy
done_testing
