#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# machines: bookworm
# Host trouble: armord and its loader killed at each step of each change, calls that fail, disks that are full or can't be written, a parser that is ended,
# and what others do to profiles. After each the database, the kernel and the disk agree, by themselves or by doctor --repair, and the container is confined.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly ALL=(complete observed ready contained calm reviewed proved)
readonly PROFILES=/etc/apparmor.d STATE=/var/lib/armord FAULT=/usr/local/lib/armord-fault.so

mode() { container_says trouble .mode; }
healthy() { armorctl doctor >"$VM_RESULTS/doctor" 2>&1; }
finds() { armorctl doctor --json 2>/dev/null | jq -r '.findings[] | .subject + " " + .code' | sort | tr '\n' ';'; }

# change VERB: from the mode that it is for, by the shortest way.
change() {
    case $1 in
        enforce) armorctl enforce trouble --watch-for 0 "${overrides[@]}" ;;
        complain) armorctl complain trouble ;;
        accept) armorctl accept trouble "$rule" ;;
        rollback) armorctl rollback trouble ;;
    esac
}

# in_mode MODE: bring it there, with nothing in the way.
in_mode() {
    [[ $(mode) == "$1" ]] && return
    if [[ $1 == enforced ]]; then change enforce; else change complain; fi >/dev/null 2>&1
    [[ $(mode) == "$1" ]]
}

# agreed: database, kernel, disk and process agree in words of their own, not by doctor alone.
agreed() {
    local now kernel
    now=$(mode)
    kernel=complain
    [[ $now != enforced ]] || kernel=enforce
    [[ -n $now && $(in_kernel armord-trouble) == "$kernel" && $(label trouble) == "armord-trouble ($kernel)" ]] || return
    [[ $(armorctl show trouble) == "$(<$PROFILES/armord-trouble)" ]]
}

# settles NAME: by itself, or else by a repair; which of the two is said.
settles() {
    local name=$1 how='by itself'
    if ! wait_for 8 healthy; then
        how='by repair'
        diag "$name: $(finds)"
        armorctl doctor --repair >"$VM_RESULTS/repair" 2>&1
    fi
    wait_for 5 healthy && agreed
    tap_result $? "$name: all agree, $how" "$(cat "$VM_RESULTS/doctor"; mode; in_kernel armord-trouble; label trouble)"
}

# hit WHO VERB FUNCTION PATH N ACTION: VERB, while WHO (armord, loader) is hit at that call.
hit() {
    local who=$1 verb=$2 file=$STATE/fault status from=learning name="$*"
    shift 2
    [[ $who == armord ]] || file=$PROFILES/.fault
    [[ $verb == enforce ]] || from=enforced
    in_mode $from || tap_result 1 "$name: it is $from first" "$(mode)"
    rule=$(get /v1/containers/trouble/rules | jq -r 'first(.rules[] | select(.state == "active") | .rule)')
    echo "$*" >$file
    change "$verb" >"$VM_RESULTS/answer" 2>&1
    status=$?
    diag "$name: exit status $status: $(head -n 1 "$VM_RESULTS/answer")"
    if [[ -e $file ]]; then
        rm $file
        tap_result 1 "$name: the call came"
    fi
    wait_for 10 systemctl is-active --quiet armord.service
    settles "$name"
}

overrides=()
for gate in "${ALL[@]}"; do overrides+=(--override "$gate"); done
rule=''

install -m 755 "$VM_LIB/fault.so" $FAULT
for unit in armord armor-loader; do
    file=$STATE/fault
    [[ $unit == armord ]] || file=$PROFILES/.fault
    install -d /run/systemd/system/$unit.service.d
    printf '[Service]\nEnvironment=LD_PRELOAD=%s FAULT=%s\n' $FAULT $file >/run/systemd/system/$unit.service.d/fault.conf
done
printf '[Service]\nRestartSec=100ms\n' >>/run/systemd/system/armord.service.d/fault.conf
systemctl daemon-reload
systemctl stop armor-loader.service
ok "armord starts" systemctl restart armord.service
ok "learn" armorctl learn trouble
ok "the container starts" docker run --detach --name trouble --security-opt apparmor=armord-trouble armord-test/busybox sleep 1000000
settled trouble
ok "doctor finds nothing" healthy
diag "$(armorctl doctor 2>&1)"
ok "enforce" in_mode enforced
ok "doctor finds nothing, and asked the compiler" healthy

# The loader. Of its requests for enforce the third is the proof, which loads a candidate, and the fourth the profile's load.
hit loader enforce write .armord-trouble.new 1 28
hit loader enforce write .replace 1 done-kill
hit loader enforce write .replace 2 done-kill
hit loader complain rename armord-trouble 1 kill
# armord. Its own requests are messages, its database a log beside it.
hit armord enforce send socket: 4 done-kill
hit armord rollback fsync armord.db-wal 2 kill
if [[ $VM_FULL == yes ]]; then
    for verb in enforce complain accept rollback; do
        for point in 'write .armord-trouble.new 1' 'fsync .armord-trouble.new 1' 'write .replace 1' 'rename armord-trouble 1' \
            'fsync apparmor.d 1' 'send socket: 1'; do
            for action in kill done-kill 5 28 30; do
                # shellcheck disable=SC2086 # three words
                hit loader $verb $point $action
            done
        done
        for point in 'send socket: 1' 'write armord.db-wal 1' 'write armord.db-wal 2' 'write armord.db-wal 4' 'fsync armord.db-wal 1' \
            'fsync armord.db-wal 2'; do
            for action in kill done-kill 28; do
                # shellcheck disable=SC2086
                hit armord $verb $point $action
            done
        done
    done
fi

# Disks.
in_mode learning
systemctl stop armor-loader.service
mount --bind $PROFILES $PROFILES && mount -o remount,bind,ro $PROFILES
like "read-only $PROFILES: enforce is refused" "$(change enforce 2>&1)" 'Read-only file system.*nothing was changed: trouble goes on learning'
like "doctor says so" "$(finds)" 'disk disk-readonly'
umount $PROFILES
systemctl stop armor-loader.service
settles "a disk that can't be written"

# The way back waits for no disk.
learning() { [[ $(mode) == learning ]]; }
# returns WHAT: complain, while WHAT can't be written.
returns() {
    is "$1: complain can't be written down" "$(exit_status change complain)" 1
    is "but the kernel complains" "$(in_kernel armord-trouble)" complain
    like "status says so" "$(armorctl status trouble)" 'returning .*(Read-only|No space|full)'
}
in_mode enforced
systemctl stop armor-loader.service
mount --bind $PROFILES $PROFILES && mount -o remount,bind,ro $PROFILES
returns "read-only $PROFILES"
umount $PROFILES
systemctl stop armor-loader.service
ok "then it is written down by itself" wait_for 15 learning
settles "a way back past a disk that can't be written"

stop_armord
cp -a $STATE /var/lib/armord.away
mount -t tmpfs -o size=8m,mode=700 tmpfs $STATE
chown armord:armord $STATE
cp -a /var/lib/armord.away/. $STATE/
systemctl start armord.service
dd if=/dev/zero of=$STATE/full bs=64k status=none 2>/dev/null
like "a full disk: enforce is refused" "$(change enforce 2>&1)" 'full'
is "and nothing is half done" "$(in_kernel armord-trouble)" complain
like "doctor says so" "$(finds)" 'disk disk-full;'
rm $STATE/full
ok "with room again: enforce" change enforce
dd if=/dev/zero of=$STATE/full bs=64k status=none 2>/dev/null
returns "a full disk"
rm $STATE/full
ok "with room again it is written down by itself" wait_for 15 learning
ok "enforce" change enforce
stop_armord
umount $STATE
systemctl start armord.service
# The database is the one of before, which doesn't know of the enforce.
like "an older database: doctor sees what differs" "$(finds)" 'trouble (disk-text|kernel-mode)'
ok "and mends it" armorctl doctor --repair
settles "an older database"

# The parser.
parser=$(command -v apparmor_parser)
mv "$parser" "$parser.away"
like "doctor misses the parser" "$(finds)" 'parser parser-missing'
# shellcheck disable=SC2016 # for the script
printf '#!/bin/sh\nkill -9 $$\n' >"$parser" && chmod 755 "$parser"
like "a parser that is killed: enforce is refused" "$(change enforce 2>&1)" 'signal 9'
if [[ $VM_FULL == yes ]]; then
    printf '#!/bin/sh\nsleep 100\n' >"$parser"
    like "a parser that is slow: enforce is refused" "$(change enforce 2>&1)" 'took longer'
fi
rm "$parser" && mv "$parser.away" "$parser"
settles "a parser that is killed"

# What others do.
in_mode enforced
sed 's/flags=(/flags=(complain,/; /flags=/! s/^profile armord-trouble /&flags=(complain) /' $PROFILES/armord-trouble >"$VM_RESULTS/other"
apparmor_parser -qKr "$VM_RESULTS/other"
echo '# edited' >>$PROFILES/armord-trouble
is "a profile that was loaded otherwise, and a file that was edited" "$(finds)" 'trouble disk-text;trouble kernel-mode;'
ok "are mended" armorctl doctor --repair
settles "what others do"
docker exec --detach trouble sleep 999
ok "a program of docker exec is under the profile" healthy
sleep 1000 &
intruder=$!
cgroup=$(sed -n 's/^0:://p' "/proc/$(docker inspect --format '{{.State.Pid}}' trouble)/cgroup")
echo $intruder >"/sys/fs/cgroup$cgroup/cgroup.procs"
is "one that was put there from outside isn't" "$(finds)" 'trouble process-unconfined;'
like "which is said with its number" "$(armorctl doctor)" "Process $intruder \(sleep\) of the container runs under unconfined"
kill $intruder
wait $intruder 2>/dev/null
ok "learn another" armorctl learn elsewhere
ok "it starts without its profile" docker run --detach --name elsewhere armord-test/busybox sleep 1000000
like "which doctor sees" "$(armorctl doctor)" 'elsewhere: The container runs under docker-default and not under armord-elsewhere'
docker rm --force elsewhere >/dev/null
ok "forget it" armorctl forget elsewhere
printf '# armord: of nobody\nabi <abi/3.0>,\nprofile armord-stray {\n  file,\n  signal,\n}\n' >$PROFILES/armord-stray
apparmor_parser -qKr $PROFILES/armord-stray
aa-exec -p armord-stray sleep 1000 &
user=$!
wait_for 5 grep -qs armord-stray "/proc/$user/attr/current"
like "a stray profile that is in use stays" "$(armorctl doctor --repair 2>&1)" 'armord-stray: not removed: .*process runs under'
is "in the kernel too" "$(in_kernel armord-stray)" enforce
kill $user
wait $user 2>/dev/null
ok "one that isn't goes" armorctl doctor --repair
is "from the kernel" "$(in_kernel armord-stray)" ""
refused "and the disk" test -e $PROFILES/armord-stray

docker rm --force trouble >/dev/null
ok "forget" armorctl forget trouble
rm -rf /run/systemd/system/armor{d,-loader}.service.d $FAULT /var/lib/armord.away
systemctl daemon-reload
systemctl stop armor-loader.service
systemctl restart armord.service
diag "the scenario took $SECONDS s"
done_testing
