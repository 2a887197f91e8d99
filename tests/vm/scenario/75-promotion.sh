#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# machines: bookworm
# Promotion that can't break production, and can be undone: gates with their reasons, the kernel asked about the candidate, a profile that
# lacks half of the workload taken back by itself, mended by decisions, promoted again, rolled back and forth.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly CANDIDATE=armord-.candidate FILES='/etc/hosts /etc/issue /etc/hostname'

serve() { curl -fsS "http://127.0.0.1:8080/$1" -o /dev/null; }
# What the container does besides serving, and didn't while it was learned. Prints what failed.
# shellcheck disable=SC2016 # for the container's shell
chore() { docker exec web sh -c 'for f in '"$FILES"'; do read -r line <$f || echo "$f"; done' 2>/dev/null; }
complaining() { [[ $(in_kernel armord-web) == complain ]]; }

install -d /etc/armord
printf '#!/bin/sh\nread -r line\necho "$1 $2 $line" >&2\n' >/etc/armord/notify
chmod 755 /etc/armord/notify
ok "armord starts" systemctl start armord.service
ok "the operator's hook starts" systemctl start armord-notify.service
ok "learn" armorctl learn web
ok "two runs are to be enough, and two refusals not too many" armorctl settings web ready-percent=50 watch-limit=2 watch-seconds=120

# Gates.
refusal=$(armorctl enforce web 2>&1)
is "nothing was seen: enforce is refused" "$?" 1
like "the gate says what to do" "$refusal" 'observed +refused .*--security-opt apparmor=armord-web'
like "what costs wasn't asked" "$refusal" 'proved +not-asked'
is "the kernel still complains" "$(in_kernel armord-web)" complain
ok "the container starts" docker run --detach --name web --security-opt apparmor=armord-web --publish 127.0.0.1:8080:80 \
    armord-test/nginx
ok "it answers" wait_for 30 serve health
for path in '' about.html notes/ notes/first.txt; do serve "$path"; done
arrived
dry=$(armorctl enforce web --dry-run 2>&1)
diag "$dry"
like "one run isn't enough" "$dry" 'ready +refused +not yet: 1 run seen'
like "the host's compiler takes the candidate" "$dry" 'compiles +passed '
like "the kernel was asked, and refuses nothing" "$dry" 'proved +passed +of [1-9][0-9]* accesses .* 0 refused'
is "a dry run changes nothing" "$(in_kernel armord-web)" complain
is "the candidate is gone from the kernel" "$(in_kernel $CANDIDATE)" ""
refused "and was in no file" test -e "/etc/apparmor.d/$CANDIDATE"
refused "no container can be called as it" armorctl learn .candidate

# Enforced too early, against the word of the gate ready: that is what this scenario is for. What was never seen is refused, and
# production is given back by itself.
started=$(date +%s%N)
answer=$(armorctl enforce web --override ready --watch-for 100 --reason 'half of it was learned')
status=$?
diag "enforce took $((($(date +%s%N) - started) / 1000000)) ms, two compilations included"
is "enforce" "$status" 0
like "who runs under it is told" "$answer" '[1-9][0-9]* processes run under the profile, 0 in a child of it, 0 beside it'
is "the kernel enforces it" "$(in_kernel armord-web)" enforce
ok "what was learned works" serve about.html
like "what wasn't is refused" "$(chore)" /etc/hosts
ok "back in complain by itself" wait_for 3 complaining
ok "armord says so" wait_for 5 container_is web .mode learning
# From the record of the refusal that was one too many to armord's word that all is done. Most of it is the loader's, which compiles the profile, and
# that takes as long as the machine makes it; the rest is armord's own.
third=$(audit_lines | grep 'apparmor="DENIED".*profile="armord-web"' | sed -nE '3s/.*audit\(([0-9.]+):.*/\1/p')
done=$(journalctl -u armord.service -o short-unix MESSAGE_ID=707c127b31e842d6a30f50e3e4a401a0 | tail -n 1 | cut -d ' ' -f 1)
loading=$(journalctl -u armor-loader.service -o cat | sed -nE 's/^load armord-web in mode complain .*: done in ([0-9]+) us$/\1/p' | tail -n 1)
taken=$(awk -v a="$third" -v b="$done" 'BEGIN {printf "%d", (b - a) * 1000}')
diag "from the third refusal ($third) to complain ($done): $taken ms, of which the loader takes $((loading / 1000)) ms"
ok "within a second beside the load" test "$taken" -gt $((loading / 1000)) -a "$((taken - loading / 1000))" -lt 1000
like "and why" "$(armorctl status web)" 'returned .*refused while it was watched'
like "the journal names the rules that would mend it" "$(journalctl -u armord.service -o cat MESSAGE_ID=707c127b31e842d6a30f50e3e4a401a0)" '/etc/hosts r,'
journalctl --update-catalog
like "its catalogue says what to do" "$(journalctl -x -u armord.service MESSAGE_ID=707c127b31e842d6a30f50e3e4a401a0)" 'web went back to complain mode'
notified() { journalctl -u armord-notify.service -o cat | grep '^mode web .*"mode": *"learning".*while it was watched.*/etc/hosts r,' >/dev/null; }
ok "the operator's hook was run" wait_for 5 notified
like "so does the journal" "$(journalctl -u armord.service -o cat)" 'web went back to complain mode by itself'
is "the chore works again" "$(chore)" ""
denials=$(armorctl denials web)
diag "$denials"
for file in $FILES; do like "the rule that would allow it: $file" "$denials" "$file r,"; done

# Mended by decisions, and enforced again.
ok "one denial is accepted by its rule" armorctl accept web '/etc/hosts r,' --reason 'the chore needs it'
ok "one is denied" armorctl deny web '/etc/issue r,'
ok "all others are accepted" bash -c 'armorctl accept web --all-denials 2>/dev/null || [[ $(armorctl denials web) == No* ]]'
docker restart --time 5 web >/dev/null
ok "it starts again, as it did" wait_for 30 serve health
arrived
ok "enforce again, with all gates open" armorctl enforce web
is "the chore works but for what was denied" "$(chore)" /etc/issue
ok "the site answers" serve notes/first.txt
is "it stays enforced" "$(in_kernel armord-web)" enforce
ok "the denied one is accepted after all, at once" armorctl accept web 'deny /etc/issue r,'
is "the whole chore works" "$(chore)" ""

# Revisions: each text again as it was.
last=$(container_says web .revision)
revisions=$(armorctl revisions web)
diag "$revisions"
like "revisions say why" "$revisions" 'half of it was learned'
ok "rollback to the one before" armorctl rollback web
is "it denies again what that denied" "$(chore)" /etc/issue
ok "rollback to revision 1, a learning one" armorctl rollback web 1
is "the kernel complains" "$(in_kernel armord-web)" complain
ok "and to the newest enforced one" armorctl rollback web "$last"
is "the kernel enforces" "$(in_kernel armord-web)" enforce
is "the text is that one's" "$(armorctl show web)" "$(get "/v1/containers/web/revisions/$last")"
is "the chore works" "$(chore)" ""
is "exit status for a revision that isn't kept" "$(exit_status armorctl rollback web 999)" 1

docker rm --force web >/dev/null
ok "forget" armorctl forget web
systemctl stop armord-notify.service
rm /etc/armord/notify
done_testing
