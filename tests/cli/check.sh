#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh ARMORCTL PROJECT: profiles held against logs.
ARMORCTL=$1
project=$2
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

record() { # record VERDICT OPERATION NAME MASK [MORE]: a line of audit.log
    printf 'type=AVC msg=audit(1700000000.100:1): apparmor="%s" operation="%s" profile="armord-web" name="%s" requested_mask="%s" denied_mask="%s" fsuid=0 ouid=0 comm="sh"%s\n' \
        "$1" "$2" "$3" "$4" "$4" "${5:-}"
}

{
    record ALLOWED open /etc/passwd r
    record ALLOWED open /etc/shadow r
    record DENIED open /etc/shadow r
    record ALLOWED open /srv/data/x wc
    record AUDIT exec /bin/sh x
    record ALLOWED open /srv/other r
    printf 'type=AVC msg=audit(1700000000.100:2): apparmor="ALLOWED" operation="capable" profile="armord-db" capname="chown"\n'
    printf 'type=USER_AVC msg=audit(1700000000.100:3): pid=1 msg='\''apparmor="ALLOWED" operation="open" profile="armord-web" name="/forged" requested_mask="r"'\''\n'
} >"$scratch/log"
mkdir "$scratch/inc"
echo '@{ETC} = /etc' >"$scratch/inc/vars"
cat >"$scratch/profile" <<'TEXT'
include <vars>
profile armord-web {
  @{ETC}/passwd r,
  /srv/** rw,
  deny /srv/data/** w,
}
TEXT
run 1 check --include "$scratch/inc" "$scratch/profile" "$scratch/log"
says out "^2  /etc/shadow r,  (no rule; nearest .@{ETC}/passwd r,. (.*profile:3))$"
says out "^1  /srv/data/x w,  (denied by .deny /srv/data/\*\* w,. (.*profile:5))$"
says out "^1  /bin/sh px -> armord-web,  (no rule"
says out "^3 accesses would be denied, asked for 4 of 6 times.$"
says err "1 event of other profiles left out, the first one of armord-db"
says err "1 event left out: the kernel didn't write them"
[ "$(wc -l <"$scratch/out")" -eq 4 ]
ok $? "a line for each, and a total"
run 1 check --json --include "$scratch/inc" "$scratch/profile" "$scratch/log"
says out '"rule": "/etc/shadow r,".*"missing": "r"'
says out '"answer": "denied".*"line": 5'
says out '"total": {"denied": 3, "denied_times": 4, "asked": 6'
gzip -c "$scratch/log" >"$scratch/packed"
run 1 check --include "$scratch/inc" "$scratch/profile" "$scratch/packed"
says out "3 accesses would be denied"

# another name: all events, and it is said; or those of one container
sed 's/armord-web/mine/; s/^include.*//; s/@{ETC}/\/etc/' "$scratch/profile" >"$scratch/mine"
run 1 check "$scratch/mine" "$scratch/log"
says err "No event is of the profile mine: all of the logs are checked, the first one of armord-web"
says out "capability chown,"
run 1 check --container web "$scratch/mine" "$scratch/log"
says out "3 accesses would be denied"
run 0 check --container db "$scratch/mine" /dev/null
says out "0 accesses would be denied"

# what was learned denies nothing of what it was learned from
for case in "$project"/tests/data/cli/replay/two.in "$project"/tests/data/cli/replay/names.in; do
    "$ARMORCTL" replay --container web "$case" >"$scratch/learned" 2>/dev/null
    run 0 check --container web "$scratch/learned" "$case"
done

# two profiles, by meaning
printf 'profile a {\n  /etc/* r,\n  /srv/x r,\n  /bin/sh px -> a,\n}\n' >"$scratch/old"
printf 'profile b {\n  /bin/sh px -> b,\n  /etc/hosts r,\n  /srv/* r,\n  network inet,\n}\n' >"$scratch/new"
run 1 diff "$scratch/old" "$scratch/new"
says out "^narrowed: /etc/\* r,  (.*/old:2) => /etc/hosts r,  (.*/new:3)$"
says out "^widened: /srv/x r,  (.*/old:3) => /srv/\* r,  (.*/new:4)$"
says out "^+ network inet,  (.*/new:5)$"
[ "$(wc -l <"$scratch/out")" -eq 3 ]
ok $? "and nothing else"
run 1 diff --json "$scratch/new" "$scratch/old"
says out '{"change": "removed", "from": "network inet,", "from_place": ".*/new:5"}'
run 0 diff "$scratch/old" "$scratch/old"
silent out

# errors have their place
printf 'profile p {\n  /a r\n}\n' >"$scratch/bad"
run 1 check "$scratch/bad" "$scratch/log"
says err "bad:3:1: ',' is expected here"
run 1 check "$scratch/profile" "$scratch/log"
says err "profile:1:9: the include vars isn't there"
run 1 check "$scratch/none" "$scratch/log"
says err "cannot be opened"
run 1 check "$scratch/mine" "$scratch/none"
says err "none: cannot be opened"
: >"$scratch/empty"
run 1 check "$scratch/empty" "$scratch/log"
says err "has no profile"
run 2 check
printf 'profile a {}\nprofile b {}\n' >"$scratch/both"
run 2 check --container web "$scratch/both" "$scratch/log"
finish
