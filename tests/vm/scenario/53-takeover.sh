#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody has a profile of nginx, written by hand as they are written, and brings it along. What it allows is allowed, though the container never
# did it while it learned; what it denies is denied, though the container did; and each rule says where it stands in the file.
# machines: trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly URL=http://127.0.0.1:8080

cat >nginx.profile <<'PROFILE'
include <tunables/global>
@{SITE}=/srv/www /var/www

profile nginx /usr/sbin/nginx flags=(attach_disconnected) {
  include <abstractions/base>
  include <abstractions/nameservice>
  include <abstractions/openssl>
  include if exists <local/usr.sbin.nginx>

  capability chown,
  capability net_bind_service setgid setuid,
  network inet stream,
  network inet6 stream,
  deny network raw,
  unix (create, connect, send, receive) type=stream,
  signal (send, receive) set=(hup, quit, term, usr1, winch) peer=nginx,
  signal receive peer=unconfined,
  ptrace (readby) peer=unconfined,

  /usr/sbin/nginx mrix,
  /{usr/,}bin/{,da}sh rix,
  /{usr/,}bin/ln rix,
  /{usr/,}bin/cat rPx,
  /{usr/,}sbin/logrotate PUx,
  /etc/nginx/{,**} r,
  audit deny /etc/nginx/** w,
  /usr/share/nginx/** r,
  /var/log/nginx/*.log rw,
  /run/nginx.pid rw,
  /var/lib/nginx/ r,
  owner /var/lib/nginx/** rwkl,
  @{SITE}/{,**} r,
  deny @{SITE}/private/** rwlk,
  deny /etc/shadow{,-} rwklx,
  change_profile -> nginx//backup,
}
PROFILE
line_of() { grep -nF "$1" nginx.profile | cut -d : -f 1; }
place() { printf 'nginx.profile:%s' "$(line_of "$1")"; }
answers() { wait_for 30 curl -fsS -o /dev/null "$URL/health"; }
status_of() { curl -s -o /dev/null -w '%{http_code}' "$URL$1"; }
under() { aa-exec -p armord-web -- cat "$1" >/dev/null; } # on the host: a container doesn't see /sys/firmware
shell() { docker exec web sh -c "$1"; }
# body FILE: a profile's text without its header and name.
body() { sed -e '/^#/d' -e 's/armord-[a-z]*/SELF/g' "$1"; }
source_of() { get /v1/containers/web/rules | jq -r --arg rule "$1" '.rules[] | select(.rule == $rule) | .source' | sed 's,.*/,,'; }

ok "armord starts" systemctl start armord.service
ok "a profile that exists is taken over" sh -c "armorctl learn web --from-profile nginx.profile >learn.out 2>learn.err"
diag <learn.err
like "a program under another profile is taken otherwise, and that is said" "$(cat learn.err)" "$(place 'cat rPx'):3: taken otherwise: "
like "an audited denial too" "$(cat learn.err)" "$(place 'audit deny'):3: taken otherwise: "
like "what can't be taken is said with its place" "$(cat learn.err)" "$(place 'change_profile'):3: left out: "
is "it learns" "$(in_kernel armord-web)" complain
ok "nginx starts under it" docker run --detach --name web --security-opt apparmor=armord-web --publish 127.0.0.1:8080:80 armord-test/nginx
ok "it answers" answers
root=$(docker inspect --format '{{.GraphDriver.Data.MergedDir}}' web)
mkdir "$root/srv/www/private" && echo secret >"$root/srv/www/private/key" && chmod -R a+rX "$root/srv/www/private"
is "one page, while it learns" "$(status_of /)" 200
is "nothing is blocked while it learns" "$(status_of /private/key)" 200
settled web
# What a learning profile allows isn't logged: that nothing is seen is no fault here, and that it is ready nobody can count.
ok "it is enforced" armorctl enforce web --override ready --watch-for 0
is "the container is under it" "$(label web)" "armord-web (enforce)"

# What nobody did before, and the profile allows.
mark=$(audit_mark)
for path in / /about.html /notes/ /notes/first.txt /notes/second.txt; do
    is "it answers $path" "$(status_of "$path")" 200
done
ok "a reload" docker exec web nginx -s reload
ok "a program that had a profile of its own" shell 'cat /srv/www/index.html'
ok "files of its own" shell 'echo x >/var/lib/nginx/mine && cat /var/lib/nginx/mine'
ok "a link to one" shell 'ln /var/lib/nginx/mine /var/lib/nginx/second'
ok "a restart" docker restart --time 10 web
ok "it answers after that" answers
is "nothing was denied" "$(denied_since "$mark" armord-web)" ""

# What the profile denies or doesn't speak of, though the container did some of it while it learned.
root=$(docker inspect --format '{{.GraphDriver.Data.MergedDir}}' web)
echo x >"$root/var/lib/nginx/theirs" && chown 33:33 "$root/var/lib/nginx/theirs"
is "what it denies is denied, though it was seen" "$(status_of /private/key)" 403
refused "a denial that was audited" shell 'echo >>/etc/nginx/nginx.conf'
refused "/etc/shadow" shell 'cat /etc/shadow'
refused "another user's file, where it says owner" shell 'cat /var/lib/nginx/theirs'
refused "a program that it doesn't name" shell 'sed -n p /srv/www/index.html'

# Where each comes from.
like "explain has the place of what allows" "$(armorctl explain web /srv/www/about.html)" "accepted by .*$(place '@{SITE}/{,**}')"
like "and of what denies" "$(armorctl explain web /srv/www/private/key)" "denied by .*$(place '@{SITE}/private')"
is "rules have it" "$(source_of 'owner /var/lib/nginx/** rwk,')" "$(place 'owner')"

# The floor under a wide word.
for file in /sys/firmware/dmi/tables/smbios_entry_point /sys/class/dmi/id/bios_vendor; do
    refused "as root of the host, under the profile: $file" under "$file"
done
like "a wide word leaves the floor" "$(armorctl accept web '/** r,' 2>&1)" '`deny /proc/kcore rwklx,` and 4 more denials go on refusing .*: armorctl accept web'
ok "and opens the rest" under /sys/class/dmi/id/bios_vendor
refused "not what the floor refuses" under /sys/firmware/dmi/tables/smbios_entry_point
like "a word on that very thing takes the floor away" "$(armorctl accept web '/sys/firmware/dmi/** r,' 2>&1)" 'under it .deny .*/sys/firmware/.* gives way'
ok "and opens it" under /sys/firmware/dmi/tables/smbios_entry_point
is "the revisions differ by that alone" "$(armorctl diff web 3 4)" '- audit deny /sys/firmware/** rwklx,'

# What armord renders comes back as it is.
ok "the text that it has now" sh -c "armorctl show web --mode enforced >shown.profile"
ok "is taken over by another" sh -c "armorctl learn again --from-profile shown.profile >again.out 2>again.err"
unlike "whole" "$(cat again.err)" "left out|taken otherwise"
ok "and is the same text there" sh -c "armorctl show again --mode enforced >again.profile"
is "to the byte" "$(body again.profile)" "$(body shown.profile)"

docker rm --force web >/dev/null
armorctl forget web >/dev/null && armorctl forget again >/dev/null
systemctl stop armord.service
done_testing
