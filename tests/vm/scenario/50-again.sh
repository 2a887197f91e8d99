#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Learned in one container, enforced, then three containers more: other process ids, container ids, temporary names, sessions, hashes,
# dates. No denial. What an intruder tries in the last one is refused, each step.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

# A worker such as there are many: every name that it makes has something in it that is never the same again. It says `done` when all of it worked.
# shellcheck disable=SC2016  # for the container's shell
readonly WORKER='
set -e
umask 022
random() { head -c 16 /dev/urandom | md5sum | cut -c 1-"$1"; }
mkdir -p /run/worker /var/lib/worker/objects /var/lib/worker/spool/tmp /var/lib/worker/spool/new /var/log/worker /var/cache/worker /srv/uploads
echo $$ >/run/worker/worker.$$.pid
cat /proc/$$/status /proc/self/mounts >/dev/null
for job in 1 2 3 4 5 6; do
    t=$(mktemp /tmp/worker.XXXXXX); echo x >"$t"; cat "$t" >/dev/null; rm "$t"
    d=$(mktemp -d); echo x >"$d/part"; rm -r "$d"
    h=$(random 32); o=/var/lib/worker/objects/$(echo "$h" | cut -c 1-2)
    mkdir -p "$o"; echo x >"$o/$(echo "$h" | cut -c 3-32)"; cat "$o"/* >/dev/null
    s=/var/lib/worker/sess_$(random 26); echo x >"$s"; cat "$s" >/dev/null
    n=$(date +%s).M$(random 5 | tr a-f 0-5)P$$.$(hostname)
    echo x >"/var/lib/worker/spool/tmp/$n"; mv "/var/lib/worker/spool/tmp/$n" "/var/lib/worker/spool/new/$n"
    u=/srv/uploads/$(cat /proc/sys/kernel/random/uuid); mkdir "$u"; echo x >"$u/original.bin"; cat "$u/original.bin" >/dev/null
    echo x >>/var/log/worker/worker.log
    mv /var/log/worker/worker.log "/var/log/worker/worker.log-$(date +%Y%m%d)-$(date +%s).$job"
    printf x >"/var/cache/worker/$(random 8)_$job.cache.tmp"; for c in /var/cache/worker/*.tmp; do mv "$c" "${c%.tmp}"; done
done
kill -0 $$
rm /run/worker/worker.$$.pid
echo done'

work() { docker run --rm --security-opt apparmor=armord-worker armord-test/busybox sh -c "$WORKER" 2>&1; }

ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn worker
like "it works while it learns" "$(work)" '^done$'
settled worker
armorctl status worker | diag
armorctl show worker --mode enforced >"$VM_RESULTS/worker.profile"
ok "enforce" armorctl enforce worker --override ready
mark=$(audit_mark)
for run in 1 2 3; do
    is "container $run works" "$(work)" "done"
done
is "with no denial" "$(denied_since "$mark" armord-worker)" ""

# An intruder, in a container with all that Docker gives by default.
docker run --detach --name worker --security-opt apparmor=armord-worker armord-test/busybox sleep 600 >/dev/null
docker cp /etc/shadow worker:/etc/shadow
attempt() { refused "$1" docker exec worker sh -c "$2"; }
mark=$(audit_mark)
attempt "reading /etc/shadow" 'read -r line </etc/shadow'
attempt "reading the environment of the first process" 'read -r line </proc/1/environ'
attempt "writing a program where it may write data" 'cp /bin/busybox /var/lib/worker/objects/tool && /var/lib/worker/objects/tool true'
attempt "running what it wrote" 'echo "#!/bin/sh" >/tmp/worker.abcdef; chmod 755 /tmp/worker.abcdef; /tmp/worker.abcdef'
attempt "replacing a program" 'echo x >/bin/busybox.new'
attempt "preloading a library" 'echo /tmp/x.so >/etc/ld.so.preload'
attempt "a job for cron" 'mkdir -p /etc/crontabs && echo "* * * * * id" >/etc/crontabs/root'
attempt "a new user" 'echo "x::0:0::/:/bin/sh" >>/etc/passwd'
attempt "a raw socket" 'busybox ping -c 1 -W 2 127.0.0.1'
attempt "a network connection" 'busybox nc -w 2 127.0.0.1 80 </dev/null'
attempt "the kernel's memory" 'head -c 1 /proc/kcore'
attempt "the SysRq trigger" 'echo h >/proc/sysrq-trigger'
attempt "settings of the kernel" 'echo 1 >/proc/sys/kernel/core_uses_pid'
attempt "looking through /sys" 'read -r line </sys/kernel/security/apparmor/profiles'
attempt "a device" 'mknod /tmp/worker.disk00 b 254 0'
attempt "a mount" 'mount -t tmpfs none /mnt'
attempt "data beside its own" 'mkdir /other'
settled worker
denials=$(get /v1/containers/worker/denials)
for name in /etc/shadow /etc/ld.so.preload /bin/busybox.new /other; do
    like "armord has the denial: $name" "$denials" "$name"
done
docker rm --force worker >/dev/null
ok "complain" armorctl complain worker
ok "forget" armorctl forget worker
done_testing
