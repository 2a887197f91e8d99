#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# online.sh ARMORCTL PROJECT SERVE: the verbs that talk to armord, against its real API with stand-in jobs.
ARMORCTL=$1
project=$2
serve=$3
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

mkfifo "$scratch/stop"
"$serve" <"$scratch/stop" >"$scratch/where" &
server=$!
exec 3>"$scratch/stop"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^sockets: ' "$scratch/where" && break
    sleep 0.2
done
directory=$(sed -n 's/^sockets: //p' "$scratch/where")
control=$directory/armord.sock

run 0 learn web --socket "$control"
says out "docker run --security-opt apparmor=armord-web"
says out "      - apparmor=armord-web"
says out "armorctl status web"
run 0 learn web --json --socket "$control"
says out '"name": "web"'
shop=$project/tests/data/seed/shop/compose.yml
run 0 learn web --compose "$shop" --service web --socket "$control"
says out "Learning web: the profile armord-web"
says out "seed  .* granted, 3 expected, 54 denied"
says out "3 containers run under this one profile"
says out "          - apparmor=armord-web"
says out "docker compose -f $shop up -d"
says err "findings of static analysis"
run 0 learn again --compose "$shop" --service db --socket "$control"
says out "Learning again goes on"
run 0 learn --compose "$shop" --write-override "$scratch/over ride.yml" --socket "$control"
says out "Learning shop-db:"
says out "Learning web:"
says out "docker compose -f $shop -f '$scratch/over ride.yml' up -d"
says out "armorctl enforce shop-db"
grep -q '"apparmor=armord-shop-db"' "$scratch/over ride.yml"
ok $? "the override has the service's profile"
run 0 learn shop --compose "$shop" --write-override "$scratch/over ride.yml" --socket "$control"
says out "Learning shop-shop-db:"
says out "Learning shop-web:"
echo mine >"$scratch/mine.yml"
run 1 learn web --compose "$shop" --write-override "$scratch/mine.yml" --socket "$control"
says err "stays as it is"
silent out
run 0 learn --inspect "$project/tests/data/seed/container.json" --socket "$control"
says out "docker run --security-opt apparmor=armord-"
run 0 learn shop --compose "$shop" --json --socket "$control"
[ "$(grep -c '"profile":' "$scratch/out")" -eq 6 ]
ok $? "--json has an object for each container"

printf '%s\n' 'abi <abi/3.0>,' '@{DATA}=/srv' 'profile own flags=(attach_disconnected, audit) {' '  @{DATA}/** r,' '  owner /tmp/x w,' '  /bin/sh ix,' \
    '  deny /srv/secret r,' '  ^hat {' '    /a r,' '  }' '  /bin/ls rPx,' '  deny userns,' '}' >"$scratch/own.profile"
run 0 learn written --from-profile "$scratch/own.profile" --socket "$control"
says out "7 rules of .*own.profile are taken over"
says out "apparmor=armord-written"
says err "own.profile:11:3: taken otherwise: ./bin/ls rPx,.: the program goes on under the container's own profile"
says err "own.profile:12:3: left out, so nothing is denied by it: .deny userns,.: abi 3.0"
says err "own.profile:8: left out: the hat hat"
says err "own.profile:3: left out: the flag audit: "
run 0 accept web --from-profile "$scratch/own.profile" --socket "$control"
says out "^Accepted"
says out "Beyond it web is allowed what it was seen to do"
says out "^  /etc/passwd r,"
says out "armorctl deny web 'RULE'"
"$ARMORCTL" show web --mode enforced --socket "$control" >"$scratch/web.profile"
run 0 accept web --from-profile "$scratch/web.profile" --socket "$control"
silent err
[ "$(wc -l <"$scratch/out")" -eq 1 ]
ok $? "and nothing is beyond its own profile"
run 2 learn --from-profile "$scratch/own.profile" --socket "$control"
says err "goes with a container's name"
run 2 accept web "/a r," --from-profile "$scratch/own.profile" --socket "$control"
run 1 learn written --from-profile "$scratch/none" --socket "$control"
says err "cannot be opened"
printf 'profile a {\n}\nprofile b {\n  /a r,\n}\n' >"$scratch/two.profile"
run 1 learn written --from-profile "$scratch/two.profile" --socket "$control"
says err "has no profile armord-written, and not just one"
printf 'profile a {\n  change_profile -> b,\n}\n' >"$scratch/nothing.profile"
run 1 accept web --from-profile "$scratch/nothing.profile" --socket "$control"
says err "has no rule that a container's profile could take over"

run 1 learn taken --socket "$control"
says err "being learned already"
says err "armorctl status taken"
silent out
run 1 learn bare --socket "$control"
says err "no AppArmor"
run 1 learn alone --socket "$control"
says err "armor-loader can't be reached"
run 4 learn web --socket "$directory/read.sock"
says err "only reads"
says err "control socket"

run 0 explain web /etc/passwd --socket "$directory/read.sock"
says out "/etc/passwd: r is allowed"
says out "allows  *[/]etc/passwd r,"
says out "seen  *4 times, .* first by .x1b.31mred"
run 1 explain web /etc/shadow --socket "$control"
says out "/etc/shadow: not allowed: it was asked for, and waits for a decision"
says out "guard  *credentials: "
says out "nothing is blocked while it learns"
says out "armorctl accept web '/etc/shadow r,'"
run 1 explain web "/etc/shadow r," --json --socket "$control"
says out '"standing": "quarantined"'
run 0 explain web "/etc/passwd r," --socket "$control"
says out "why  *learned from what the container did"
run 1 explain web /usr/bin/web --access x --socket "$control"
says out "a seed expects it"
says out "static analysis of Dockerfile:3:1"
run 1 explain web "/we ird'name" --access rx --socket "$control"
says out "armorctl accept web '\"/we ird'.''name\" r,'"
says out "px -> armord-web"
run 1 explain web /proc/kcore --access r --socket "$control"
says out "denies  *deny /proc/kcore rwklx,"
says out "the floor under each enforced profile"
run 1 explain web nonsense --socket "$control"
says err "That can't be asked: 1:"
silent out
run 1 explain nobody /a --socket "$control"
says err "There is no container nobody"
run 1 diff web --socket "$control"
says out '^[+] /etc/passwd r,'
run 1 diff web now loaded --socket "$control"
says out '^- /etc/passwd r,'
run 1 diff web now loaded --json --socket "$control"
says out '"change": "removed", "from": "/etc/passwd r,"'
run 0 diff web 1 1 --socket "$control"
silent out
run 1 diff web 7 --socket "$control"
says err "Revision 7 of web isn't kept"
run 2 diff web old new --socket "$control"
says err "not 'old'"
run 2 diff a/b --socket "$control"
says err "armorctl diff FILE FILE"

run 0 settings web --socket "$directory/read.sock"
says out '^SETTING  *VALUE  *FROM  *WHAT IT IS$'
says out '^image-change  *ask  *default  *what becomes of it, .*: one of ask, keep, learn$'
[ "$(wc -l <"$scratch/out")" -eq 7 ]
ok $? "settings lists those of a container"
run 0 settings web image-change=learn watch-limit=5 'without=uuid family' --socket "$control"
says out '^image-change  *learn  *its own; else ask (default)'
says out '^watch-limit  *5  *its own; else 20 (default)'
says out '^without  *uuid family  *its own; else none (default)'
run 0 status web --socket "$control"
says out '^  settings  its own: image-change=learn, watch-limit=5, without=uuid family$'
run 1 settings web watch-limit=6 image-change=never --socket "$control"
says err "image-change: must be one of ask, keep, learn"
says err "Nothing was changed"
run 1 settings web colour=red --socket "$control"
says err "colour: a container has no such setting; it has image-change, quiet"
run 1 settings web database=/a --socket "$control"
says err "set it in armord.yaml"
run 2 settings web watch-limit --socket "$control"
says err "This changes no setting: 'watch-limit'"
run 2 settings web =5 --socket "$control"
run 2 settings web watch-limit=5 watch-limit=6 --socket "$control"
says err "watch-limit is given twice"
run 2 settings web "$(printf 'quiet=\377')" --socket "$control"
run 0 settings web --json --socket "$control"
says out '"inherited_from": "default"'
grep -o '"name": "[a-z-]*"' "$scratch/out" | sed '1d; s/.*: "\(.*\)"/\1/' >"$scratch/names"
while read -r name; do
    grep -q "^\.It Cm $name : " "$project/docs/man/armord.yaml.5" && grep -q "^#$name: " "$project/contrib/armord.yaml"
    ok $? "armord.yaml and its manual page have $name"
done <"$scratch/names"
printf '#!/bin/sh\nexec "%s" "$@" --socket "%s"\n' "$ARMORCTL" "$control" >"$scratch/armorctl"
chmod 755 "$scratch/armorctl"
offered=$(ARMORCTL=$scratch/armorctl bash -c '. "$1"; COMP_WORDS=(armorctl settings web w); COMP_CWORD=3; _armorctl 2>/dev/null
    echo "${COMPREPLY[@]}"' bash "$project/contrib/completions/armorctl.bash")
[ "$offered" = "watch-limit= watch-seconds= without=" ]
ok $? "the completion offers settings ($offered)"
run 0 settings web image-change= watch-limit= without= --socket "$control"
says out '^watch-limit  *20  *default'
run 0 status web --socket "$control"
grep -q '^  settings' "$scratch/out"
[ $? -eq 1 ]
ok $? "and status has none"
run 1 settings nobody --socket "$control"
run 1 settings busy quiet=off --socket "$control"
says err "Another change of busy"
run 4 settings web quiet=off --socket "$directory/read.sock"

run 0 status --socket "$directory/read.sock"
says out "^armord [0-9]"
says out "^web  *learning"
run 0 status web --socket "$control"
says out '1 access waits for a decision: armorctl rules web'
says out "^web: learning"
says out "2 getattr"
says out "next  .*armorctl enforce web"
run 0 status --json --socket "$control"
says out '"containers": \['
run 1 status nobody --socket "$control"
says err "There is no container nobody"

run 1 doctor --socket "$control"
says out 'web: Process 7 (\\x1b\[31mred) of the container runs under unconfined. \[process-unconfined\]'
says out '^  Next: end the process'
says out 'web: loaded again from armord'
run 1 doctor --repair --json --socket "$control"
says out '"code": "process-unconfined"'
says out '"action": "restore"'
run 4 doctor --repair --socket "$directory/read.sock"
run 3 doctor --socket "$directory/nobody.sock"
says err "armord isn't running"
silent_about=$(grep -c 'socket-missing' "$scratch/out")
[ "$silent_about" -eq 0 ]
ok $? "--socket says where the sockets are"

run 0 export "$scratch/kept" --revisions --socket "$directory/read.sock"
says out 'Exported: .* profiles with all their revisions'
grep -q 'profile x {}' "$scratch/kept/armord-web" && grep -q 'profile x {}' "$scratch/kept/revisions/web/1.learning"
ok $? "export writes the text, and its revisions"
run 1 export "$scratch/kept" --socket "$control"
says err "isn't empty"
run 1 export "$scratch/mine.yml" --socket "$control"
mkdir "$scratch/empty"
run 0 export "$scratch/empty" --json --socket "$control"
says out '"revisions": 0'
run 0 export - --socket "$control"
says out 'profile x {}'
run 2 export - --revisions --socket "$control"
run 1 export /proc/none --socket "$control"

run 0 rules web --socket "$control"
says out '/etc/passwd r,  *active  *observed  *4 '
says out '/usr/bin/web px -> armord-web,  *expected, not seen  *seeded .*Dockerfile:3:1'
says out '/etc/passw? rw,  *expected, seen in part'
says out '/etc/shadow r,  *held: credentials '
says out '^  credentials .*can act elsewhere as this service (risk: medium)'
says out "armorctl accept web 'RULE', or deny"
says out '\\x1b\[31mred'
[ "$(tr -d '\033' <"$scratch/out" | wc -c)" -eq "$(wc -c <"$scratch/out")" ]
ok $? "no escape sequence gets through"
run 0 denials web --socket "$control"
says out 'No denial of web waits'
run 0 denials again --socket "$control"
says out '^1  *2 hours ago  .*3  *cat  *open  *credentials (medium)  */etc/shadow r,$'
says out '^Of these in the last hour 1 were refused, 0 for the first time; in the last day 1 were refused, 1 for the first time;'
run 2 accept web --socket "$control"
says err 'either a RULE'
run 2 accept web '/a r,' --denial 3 --socket "$control"
run 2 deny web --denial x --socket "$control"
run 2 rollback web last --socket "$control"
says err 'REVISION is a number'
run 0 revisions web --socket "$control"
says out '^1  *learning'
run 0 show web --socket "$control"
says out "profile x {}"
run 0 show web 1 --socket "$control"
says out "profile x {}"
run 1 show web 99 --socket "$control"
run 2 show web first --socket "$control"
run 2 show web 1 --mode learning --socket "$control"
says err 'REVISION is a number'
run 0 show web --mode learning --socket "$control"
says out "complain"

run 1 enforce gated --socket "$control"
says err "complete  *refused  *3 records were lost"
says err "override complete"
run 0 enforce gated --override complete --socket "$control"
says out "armorctl complain gated"
run 1 enforce gated --override nonsense --socket "$control"
says err "no gate's name"
run 1 enforce moved --socket "$control"
run 1 complain busy --socket "$control"
run 0 complain web --socket "$control"
run 1 forget used --socket "$control"
says err "Stop the container first"
run 0 forget web --socket "$control"

run 0 events --socket "$control"
[ "$(wc -l <"$scratch/out")" -eq 2 ]
ok $? "events prints what is kept, and ends"
says out "t1 rule web rule=/a r,"
run 0 events gated --json --socket "$control"
says out '"event": "mode"'
[ "$(wc -l <"$scratch/out")" -eq 1 ]
ok $? "events NAME keeps to one"
timeout 2 "$ARMORCTL" events --follow --socket "$control" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 124 ] && [ "$(wc -l <"$scratch/out")" -eq 2 ]
ok $? "events --follow goes on"
printf '#!/bin/sh\nread -r line\necho "$1|$2|$line" >>"$0.out"\n[ "$1" != mode ]\n' >"$scratch/hook"
chmod 755 "$scratch/hook"
timeout 2 "$ARMORCTL" events --follow --run "$scratch/hook" --socket "$control" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 124 ] && [ "$(wc -l <"$scratch/hook.out")" -eq 1 ] && grep -q '^mode|gated|{.*"mode": *"learning"' "$scratch/hook.out"
ok $? "events --run gives a change of mode to a program, and no rule"
says err "hook failed for .mode.: exit status 1"
run 2 events --run "$scratch/hook" --socket "$control"
says err "goes with --follow"
run 2 events --follow --run hook --socket "$control"
says err "whole path"
timeout 2 "$ARMORCTL" events --follow --run "$scratch/nothing" --socket "$control" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 124 ]
ok $? "a program that isn't there doesn't end it"
says err "can't be run: No such file"
timeout 3 "$ARMORCTL" status --watch --socket "$control" >"$scratch/out" 2>"$scratch/err"
[ $? -eq 124 ] && [ "$(grep -c '^armord' "$scratch/out")" -ge 2 ]
ok $? "status --watch goes on"

exec 3>&-
wait "$server"
ok $? "the API ends clean"
run 3 status --socket "$control"
finish
