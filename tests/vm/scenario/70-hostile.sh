#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An armord that somebody has taken over, at the loader's socket: all that it must not get is refused, and the kernel and /etc/apparmor.d are
# as they were. What it may get, it gets: otherwise the refusals would say nothing.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly HOSTILE=/usr/libexec/armord-vm/hostile KERNEL=/sys/kernel/security/apparmor POLICY=/etc/apparmor.d

as() { # as USER GROUP COMMAND...
    local user=$1 group=$2
    shift 2
    setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs "$@"
}
hostile() { as armord armord $HOSTILE "$@"; }
# All that loading could change: the kernel's list, the hash of each profile's policy, the files, who is confined, the audit limit.
everything() {
    sort $KERNEL/profiles
    find $KERNEL/policy/profiles -name raw_sha1 -exec grep -H . {} + 2>/dev/null | sed 's/\.[0-9]*\//\//g' | sort
    find $POLICY -type f -o -type l | sort | xargs -d '\n' sha256sum
    for name in enforced plain; do label $name; done
    as armord armord $HOSTILE inspect armord-enforced
}

[[ -x $HOSTILE ]] || { echo "Bail out! no $HOSTILE: see tests/vm/README.md, --component vm-tools"; exit 1; }
systemctl stop armord.service armord-audit.socket armord.socket armord-read.socket # it is us now
ok "the loader listens" systemctl start armor-loader.socket
echo 'profile armord-foreign { }' >$POLICY/armord-foreign

# What a compromised armord may do (daemon/loader/operation.c): anything within a profile named armord-.
ok "it may load a profile of a container" hostile load armord-hostile
is "which is there, and complains" "$(in_kernel armord-hostile)" complain
ok "it may quiet it" hostile quiet armord-hostile
ok "it may load another container's" hostile load armord-enforced
sed -i 's/flags=(complain)/flags=(attach_disconnected)/; s/\/etc\/hosts r/\/** rwmix/; s/^}/  network,\n  capability,\n  signal,\n  unix,\n  ptrace,\n  mount,\n  umount,\n}/' \
    $POLICY/armord-enforced
ok "one that enforces" apparmor_parser --replace $POLICY/armord-enforced
ok "a container runs under it" docker run --detach --name enforced --security-opt apparmor=armord-enforced armord-test/busybox sleep 600
ok "and one under Docker's own" docker run --detach --name plain armord-test/busybox sleep 600

before=$(everything)
while IFS=$'\t' read -r failed what said; do
    tap_result "$failed" "refused: $what" "$said"
done < <(hostile attack || echo "1	all of them	exit status $?")
refused "a member of armord's group can't connect" as nobody armord $HOSTILE inspect armord-hostile
refused "neither can anybody else" as nobody nogroup $HOSTILE inspect armord-hostile
is "kernel, files and containers are as they were" "$(everything)" "$before"
is "the candidate is nowhere" "$(in_kernel 'armord-.candidate')" ""
is "and no draft is left" "$(find $POLICY -name '.armord-*')" ""

ok "it may remove what nothing runs under" hostile remove armord-hostile
is "which is gone" "$(in_kernel armord-hostile)$(ls $POLICY/armord-hostile 2>/dev/null)" ""
docker rm --force enforced plain >/dev/null
ok "and the other one, now that its container is gone" hostile remove armord-enforced
rm $POLICY/armord-foreign
ok "armord starts" systemctl start armord.service
done_testing
