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
# shellcheck source-path=SCRIPTDIR source=../lib/redis.sh
source "$VM_LIB/redis.sh"

readonly KERNEL=/sys/kernel/security/apparmor PORT=6379
parser=$(readlink -f "$(command -v apparmor_parser)")
readonly parser

# ask CONTAINER: a dry run of enforce with all that it did so far, for gate and verdicts.
ask() { arrived && gates=$(armorctl enforce "$1" --dry-run --json 2>/dev/null); }
# gate NAME: "refused REASON | EVIDENCE | ...".
gate() { jq -r --arg gate "$1" '.gates[] | select(.gate == $gate) | .verdict + " " + .reason + (.evidence // [] | map(" | " + .) | add // "")' <<<"$gates"; }
verdicts() { jq -r '.gates[] | .gate + " " + .verdict' <<<"$gates"; }
# work: what the service is for.
work() { wait_for 40 redis_answers $PORT && [[ $(redis $PORT SET greeting hello) == +OK && $(redis $PORT SAVE) == +OK ]]; }
# start IMAGE: redis under the profile.
start() {
    docker run --detach --name db --security-opt apparmor=armord-db --publish 127.0.0.1:$PORT:6379 --volume gates:/data "$1" \
        redis-server --protected-mode no --save ''
}
# with_parser COMMAND: a compiler in the place of the real one, which is "$parser.away".
with_parser() {
    mv "$parser" "$parser.away"
    printf '#!/bin/sh\n%s\n' "$1" >"$parser"
    chmod 755 "$parser"
}
real_parser() { mv "$parser.away" "$parser"; }
# age CONTAINER SECONDS: as if what was learned of it had been learned so much earlier. armord has no such option, so it is done in its store.
age() {
    stop_armord
    python3 - "$@" <<'PYTHON'
import sqlite3, sys
name, seconds = sys.argv[1:]
with sqlite3.connect("/var/lib/armord/armord.db") as database:
    database.execute("UPDATE rule SET first = first - ? WHERE container = (SELECT id FROM container WHERE name = ?)",
                     (int(seconds) * 1000000, name))
PYTHON
    systemctl start armord.service
}

ok "armord starts, and who follows Docker" systemctl start armord.service armord-docker.service
ok "learn" armorctl learn db
ask db
like "observed: nothing was seen" "$(gate observed)" '^refused nothing was seen, and no process runs under armord-db'
ok "redis starts" start armord-test/redis
ok "it works" work
first=$(docker inspect --format '{{.Image}}' db)
ok "who follows Docker has told armord of the start" wait_for 20 container_is db .image "$first"
is "so it is a run" "$(container_says db .runs)" 1

docker exec --user root db sh -c 'read -r line </etc/shadow; chown redis /data'
ask db
like "ready: one run says little" "$(gate ready)" '^refused not yet: 1 run seen.*do: restart it'
like "reviewed: a guard rail holds a rule, which is shown" "$(gate reviewed)" '^refused 1 rule is held by a guard rail.* \| /etc/shadow r,$'
ok "it is denied" armorctl deny db '/etc/shadow r,'

with_parser 'echo "AppArmor parser error: out of paper" >&2; exit 1'
ask db
like "compiles: the compiler's own words" "$(gate compiles)" '^refused .*out of paper'
like "proved: not asked then" "$(gate proved)" '^not-asked .*doesn.t compile'
real_parser
with_parser "sed '/ \\/data/d' | $parser.away \"\$@\""
ask db
like "proved: a compiler that leaves rules out is found out by the kernel" "$(gate proved)" \
    '^refused of [0-9]+ accesses.* [1-9][0-9]* refused.* \| /data/'
real_parser
mount --bind /dev/null $KERNEL/.access
ask db
like "proved: a kernel that doesn't answer" "$(gate proved)" "^refused the kernel didn't answer: .*0 were asked of the kernel, [1-9][0-9]* checked"
umount $KERNEL/.access
ask db
like "proved: of all that was seen" "$(gate proved)" '^passed of [1-9][0-9]* accesses that were seen, [1-9][0-9]* were asked of the kernel, [1-9][0-9]* checked .* 0 refused$'
like "reviewed: decided" "$(gate reviewed)" '^passed '
diag "$(gate proved)"

# The load itself: the kernel never gets it, so its list says complain where enforce was asked for.
mount --bind /dev/null $KERNEL/.replace
refusal=$(armorctl enforce db --override ready --override proved 2>&1)
is "loads and verifies: enforce is refused" "$?" 1
like "by what the kernel lists" "$refusal" 'lists armord-db as "complain" instead of "enforce"'
umount $KERNEL/.replace
is "it still learns" "$(container_says db .mode) $(in_kernel armord-db)" "learning complain"
ok "and works" work

# A process that went on in a child profile, as under a profile that somebody loaded by hand: it has no rule for the second program.
ok "learn another" armorctl learn child
printf 'profile armord-child flags=(attach_disconnected,complain) { }\n' | apparmor_parser --replace
aa-exec --profile armord-child -- sh -c 'exec sleep 600' &
child=$!
in_child() { grep -q '^armord-child//null-' "/proc/$child/attr/current"; }
ok "a process goes on in a child profile" wait_for 20 in_child
ask child
like "contained: it is told" "$(gate contained)" '^refused .*child profile.*restart the container'
kill $child && wait $child
ok "forget it" armorctl forget child

# Restarts, until all gates are open.
for runs in 2 3 4 5 6 7; do
    docker restart --time 5 db >/dev/null
    work || break
    ask db
    diag "$(gate ready)"
    [[ $(gate ready) != passed* ]] || break
done
like "ready after $runs runs" "$(gate ready)" '^passed '
verdicts | diag
is "all gates are open" "$(verdicts | grep -v ' passed$')" ""
ok "enforce, without an override" armorctl enforce db
is "it runs under the profile" "$(label db)" "armord-db (enforce)"
mark=$(audit_mark)
ok "it works" work

# Another image under the same name.
docker commit --change 'LABEL other=yes' db armord-test/redis-other >/dev/null
docker rm --force db >/dev/null
second=$(docker image inspect --format '{{.Id}}' armord-test/redis-other)
ok "it starts from another image" start armord-test/redis-other
ok "which is noticed" wait_for 20 container_is db .image_seen "$second"
is "it stays enforced, as armord asks first" "$(label db)" "armord-db (enforce)"
ok "and works" work
is "nothing was denied" "$(denied_since "$mark" armord-db)" ""
like "status says what to do" "$(armorctl status db)" "it runs $second: armorctl keep db"
ok "the operator keeps it" armorctl keep db
is "that is the image now" "$(container_says db .image)" "$second"
ok "it is to learn anew with the next one" armorctl settings db image-change=learn
ok "five minutes later" age db 310
docker rm --force db >/dev/null
ok "it starts from the first one again" start armord-test/redis
ok "and goes back to complain by itself" wait_for 20 container_is db .mode learning
is "in the kernel too" "$(label db)" "armord-db (complain)"
like "and says why" "$(armorctl status db)" "returned .*another image runs, $first"

# Far more new names in a minute than a service that runs asks for.
# shellcheck disable=SC2016 # for the container's shell
docker exec db sh -c 'i=0; while [ $i -lt 600 ]; do : >/tmp/name-$i; i=$((i + 1)); done'
ask db
like "calm: a flood of new names" "$(gate calm)" \
    '^refused 6[0-9][0-9] rules were new in the minute from .* asks for 500 at most; do: .*learn anew \| 600 in /tmp/ .*\| 6[0-9][0-9] asked for by sh'
diag "$(gate calm)"

# The kernel drops records: over a limit of one a second.
like "complete: so far" "$(gate complete)" '^passed '
auditctl -r 1 >/dev/null
# shellcheck disable=SC2016
docker exec --user root db sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo >/new$i; done'
auditctl -r 0 >/dev/null
ask db
like "complete: records were lost" "$(gate complete)" '^refused .*[1-9][0-9]* .*lost'
is "and enforce ends with" "$(exit_status armorctl enforce db --override ready --override calm)" 1

docker rm --force db >/dev/null
docker rmi armord-test/redis-other >/dev/null
docker volume rm gates >/dev/null
ok "forget" armorctl forget db
systemctl stop armord-docker.service
done_testing
