#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A shell workload that touches every kind of rule there is: files in all ways, links, programs, capabilities, sockets,
# signals, ptrace. Learned once, enforced, run again: the same output and no denial. And what guard rails hold (a mount, a
# raw socket): seen while learning, waiting for a decision, refused once enforced.
# machines: bookworm trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

# Runs in the container. Names with special characters are in it, since a name must never become a rule.
# shellcheck disable=SC2016  # for the container's shell
readonly WORKLOAD='
set -e
mkdir -p /srv/data "/srv/odd names"
echo one >/srv/data/a; echo two >>/srv/data/a; cat /srv/data/a
ln -f /srv/data/a /srv/data/b; ln -sf a /srv/data/c; cat /srv/data/c
mv /srv/data/b /srv/data/d; rm /srv/data/d; chmod 600 /srv/data/a; chown 1:1 /srv/data/a; chown 0:0 /srv/data/a
for name in "a b" "q\"uote" "st*r" "br[a]ce{d}" "com,ma" "at@{PROC}" "#hash" "back\\slash" "caret^" "new
line"; do echo x >"/srv/odd names/$name"; cat "/srv/odd names/$name"; done
hostname
sleep 1000 & sleep 1; { kill -TERM $!; wait $! || true; } 2>/dev/null
ps >/dev/null
cat /proc/self/status >/dev/null
/opt/job.sh
echo done'

# shellcheck disable=SC2016
readonly GUARDED='mount -t tmpfs none /mnt && echo mounted; umount /mnt; ping -c 1 -W 5 127.0.0.1 >/dev/null && echo pinged
hostname inside && echo named'

# A script names its interpreter, which the kernel runs without asking about it: the script alone needs a rule, to run and to be read.
script=$(mktemp)
readonly script
printf '#!/bin/sh\necho script ran\n' >"$script"
chmod 755 "$script"

workload() { # workload [COMMANDS]
    docker run --rm --name shell --hostname shell --security-opt apparmor=armord-shell --security-opt seccomp=unconfined \
        --cap-add SYS_ADMIN -v "$script:/opt/job.sh:ro" armord-test/busybox sh -c "mkdir -p /mnt; ${1:-$WORKLOAD}" 2>&1
}

waiting() { armorctl rules shell --json | jq -r '.rules[] | select(.state == "quarantined") | .rule'; }

ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn shell
mark=$(audit_mark)
first=$(workload)
like "the workload runs while learning" "$first" 'script ran.*done$'
settled shell
second=$(workload)
is "and again" "$second" "$first"
is "so does what guard rails hold" "$(workload "$GUARDED" | tr '\n' ' ')" "mounted pinged named "
settled shell
{ allowed_since "$mark" armord-shell && records_since "$mark" AUDIT armord-shell; } >"$VM_RESULTS/shell.log"
armorctl show shell >"$VM_RESULTS/shell.profile"
armorctl status shell | diag
rules=$(armorctl rules shell)
for rule in '/srv/data/a ' 'link ' 'capability sys_admin,' 'network inet raw,' 'mount .*fstype=' 'umount ' '/opt/job.sh px -> armord-shell' \
    '"/srv/odd names/a b" '; do
    like "a rule of this kind: $rule" "$rules" "$rule"
done
like "those that guard rails hold wait" "$(armorctl status shell)" 'wait for a decision: armorctl rules shell'
like "nothing was lost" "$(get /v1/containers/shell)" '"lost": ?0'

like "which enforce says" "$(armorctl enforce shell 2>&1)" "reviewed +refused"
ok "enforce, with what waits refused" armorctl enforce shell --override ready --override reviewed
mark=$(audit_mark)
is "the same workload, the same output" "$(workload)" "$first"
is "with no denial" "$(denied_since "$mark" armord-shell)" ""
is "what waits is refused" "$(workload "$GUARDED" | grep -E '^(mounted|pinged|named)$')" ""
is "replay gives the same rules, offline" \
    "$(armorctl replay --container shell "$VM_RESULTS/shell.log" 2>/dev/null | grep -E '^  [^#]' | sort)" \
    "$(armorctl show shell --mode enforced | grep -E '^  [^#]' | sort)"
like "the floor is under it" "$(armorctl show shell --mode enforced)" 'audit deny mount,'
while read -r rule; do
    ok "accept: $rule" armorctl accept shell "$rule"
done < <(waiting)
is "no rule waits any more" "$(waiting)" ""
is "what was accepted is allowed at once" "$(workload "$GUARDED" | grep -E '^(mounted|pinged|named)$' | tr '\n' ' ')" "mounted pinged named "
like "a denial of the floor gives way" "$(armorctl status shell)" 'left out .*deny mount, since it would refuse mount fstype=tmpfs'
ok "what replay prints loads as it is" bash -c 'armorctl replay "$1" 2>/dev/null | apparmor_parser --skip-kernel-load --skip-cache' _ "$VM_RESULTS/shell.log"
ok "complain" armorctl complain shell
ok "forget" armorctl forget shell
done_testing
