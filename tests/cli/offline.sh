#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# offline.sh ARMORCTL PROJECT: parse and replay, without a daemon. A case of tests/data/cli/parse is
# NAME.in with NAME.out; what is learned of which access is tests/data/learn's matter.
ARMORCTL=$1
project=$2
data=$project/tests/data/cli
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

compiles() { # compiles FILE DESCRIPTION
    if command -v apparmor_parser >/dev/null; then
        apparmor_parser -Q -K "$1" >/dev/null 2>"$scratch/parser"
        ok $? "$2 compiles"
    else
        echo "# SKIP $2 compiles: there is no apparmor_parser"
    fi
}

for case in "$data"/parse/*.in; do
    run 0 parse "$case"
    same "${case%.in}.out" out
done
for case in "$data"/replay/*.in; do
    run 0 replay "$case"
    compiles "$scratch/out" "replay of ${case##*/}"
done

# where the records come from
"$ARMORCTL" parse <"$data/parse/kinds.in" >"$scratch/out" 2>"$scratch/err"
same "$data/parse/kinds.out" out
"$ARMORCTL" parse - <"$data/parse/kinds.in" >"$scratch/out" 2>"$scratch/err"
same "$data/parse/kinds.out" out
run 0 parse "$data/parse/kinds.in" "$data/parse/kinds.in"
[ "$(wc -l <"$scratch/out")" -eq $((2 * $(wc -l <"$data/parse/kinds.out"))) ]
ok $? "two files give twice the lines"
run 1 parse "$scratch/none"
says err "none: cannot be opened"
run 1 parse "$scratch"
says err "cannot be read"

# what can't be read is counted, and harms nothing else
run 0 parse "$data/parse/malformed.in"
says err "malformed.in:2:"
says err "malformed.in:4:"
says err "5 lines: 3 AppArmor records, 2 malformed, 0 too long"
good='type=AVC msg=audit(1700000000.100:1): apparmor="ALLOWED" operation="open" profile="armord-web" name="/a" requested_mask="r" denied_mask="r"'
{
    echo "$good"
    head -c 3000000 /dev/zero | tr '\0' x
    echo
    head -c 16385 /dev/zero | tr '\0' y
    echo
    printf 'nul \0 byte\n'
    printf '%s' "$good"
} >"$scratch/log"
run 0 parse "$scratch/log"
says err "5 lines: 2 AppArmor records, 0 malformed, 2 too long"
says out '"source_line": 1,'
says out '"source_line": 5,'
: >"$scratch/empty"
run 0 parse "$scratch/empty"
silent out
run 0 replay "$scratch/empty"
silent out

# why, without armord
two=$project/tests/data/cli/replay/two.in
run 0 replay --container web --explain /usr/sbin/nginx --access x "$two"
says out "/usr/sbin/nginx: x is allowed"
says out "allows  *[/]usr/sbin/nginx px -> armord-web,"
run 1 replay --container web --explain "/etc/nginx/nginx.conf w," --json "$two"
says out '"standing": "unseen"'
run 1 replay --container web --explain /etc/shadow "$two"
says out "guard  *credentials"
says out "to allow  */etc/shadow r,$"
run 2 replay --explain /a "$two"
says err "these logs have 2"
run 2 replay --container web --explain nonsense "$two"
says err "That can't be asked: 1:"

# the journal's forms: the same records, each trusted or not by its transport; packed or not
message='AVC apparmor=\"ALLOWED\" operation=\"open\" profile=\"armord-web\" name=\"/a\" requested_mask=\"r\" denied_mask=\"r\"'
{
    printf '{"MESSAGE":"%s","_TRANSPORT":"audit","_AUDIT_TYPE":"1400","_AUDIT_ID":"7"}\n' "$message"
    printf '{"MESSAGE":"audit: type=1400 audit(1.000:8): %s","_TRANSPORT":"syslog"}\n' "${message#AVC }"
    printf '{"other":"object"}\n{not json\n{not json, but apparmor="ALLOWED"\n'
} >"$scratch/json"
run 0 parse "$scratch/json"
says out '"serial": 7, "record_type": 1400, "trusted": true'
says out '"serial": 8, "record_type": 1400, "trusted": false'
says err "json:5:4: not an object of JSON"
says err "5 lines: 2 AppArmor records, 1 malformed"
plain=$(printf '%s' "$message" | tr -d '\134')
{
    printf '__CURSOR=1\n_TRANSPORT=audit\n_AUDIT_TYPE=1400\n_AUDIT_ID=7\nMESSAGE=%s\n\n' "$plain"
    printf '__CURSOR=2\n_COMM\n\003\000\000\000\000\000\000\000a\nb\n_TRANSPORT=kernel\nSYSLOG_FACILITY=1\n'
    printf 'MESSAGE=audit: type=1400 audit(1.000:8): %s\n' "${plain#AVC }"
} >"$scratch/export"
run 0 parse "$scratch/export"
cp "$scratch/out" "$scratch/export.out"
says out '"source_line": 1, .*"serial": 7, "record_type": 1400, "trusted": true'
says out '"source_line": 7, .*"serial": 8, "record_type": 1400, "trusted": false'
gzip -c "$scratch/export" >"$scratch/packed"
run 0 parse "$scratch/packed"
same "$scratch/export.out" out
"$ARMORCTL" parse <"$scratch/packed" >"$scratch/out" 2>"$scratch/err"
same "$scratch/export.out" out
head -c 100 "$scratch/packed" >"$scratch/cut"
run 1 parse "$scratch/cut"
says err "cut: is packed, and cannot be unpacked: it ends too early"
printf '__CURSOR=1\nMESSAGE\n\377\377\377\377\377\377\377\377abc' >"$scratch/export"
run 1 parse "$scratch/export"
says err "ends within a field of the journal"

# a newline was lost: both records are there, and the second isn't to be trusted
printf '%s%s\n' "$good" "$good" >"$scratch/log"
run 0 parse "$scratch/log"
says err "1 lines: 2 AppArmor records, 0 malformed"
[ "$(grep -c '"trusted": true' "$scratch/out")" -eq 1 ]
ok $? "the first alone is trusted"

# memory doesn't grow with the input
if command -v prlimit >/dev/null; then
    yes "$good" | head -n 200000 >"$scratch/long"
    prlimit --as=200000000 "$ARMORCTL" replay "$scratch/long" >"$scratch/out" 2>"$scratch/err"
    status=$?
    if [ "$status" -ne 0 ] && grep -q -i "sanitizer\|shadow" "$scratch/err"; then
        echo "# SKIP bounded memory: a sanitizer reserves more than any bound"
    else
        ok $status "200,000 lines in bounded memory"
    fi
else
    echo "# SKIP bounded memory: there is no prlimit"
fi

# replay
run 0 replay --container web "$data/replay/two.in"
says out "^profile armord-web "
[ "$(grep -c '^profile ' "$scratch/out")" -eq 1 ]
ok $? "--container keeps to one"
cat >"$scratch/hash.in" <<'END'
audit: type=1400 audit(1795303770.456:1): apparmor="ALLOWED" operation="open" profile="armord-web" name="/srv/x/3f2a9c81b7de" pid=1 comm="x" requested_mask="r" denied_mask="r" fsuid=0 ouid=0
END
run 0 replay "$scratch/hash.in"
grep -q '/srv/x/\[0-9a-f\]' "$scratch/out"
ok $? "a hash is made a pattern of"
run 0 replay --without hash --without uuid "$scratch/hash.in"
grep -q '/srv/x/3f2a9c81b7de r,' "$scratch/out"
ok $? "and not --without hash"
run 2 replay --without hsh "$scratch/hash.in"
grep -q "not 'hsh'" "$scratch/err"
ok $? "what isn't a transformation is said"
run 1 replay --container nobody "$data/replay/two.in"
says err "no event of the container nobody"
says err "web"
silent out
run 0 replay --mode learning "$data/replay/two.in"
says out "complain"
compiles "$scratch/out" "a learning profile"
run 0 replay "$data/replay/names.in"
[ "$(grep -c '^profile ' "$scratch/out")" -eq 1 ] && ! grep -q '^ *file,' "$scratch/out"
ok $? "no name becomes a rule"
printf '%s\n' 'type=AVC msg=audit(1.000:1): apparmor="ALLOWED" operation="change_profile" profile="armord-web" target="other"' >"$scratch/log"
run 0 replay "$scratch/log"
says err 'web: not in the profile: `change_profile -> other,` (other-profile: a process that goes on under another profile'
says err 'web: 1 access is held back by guard rails'
if grep -q change_profile "$scratch/out"; then ok 1 "it is left out"; else ok 0 "it is left out"; fi
run 0 replay --format json "$scratch/log"
says out '"state": "quarantined"'
run 0 replay --format json "$data/replay/two.in"
says out '"name": "web"'
says out '"rule": "'
run 0 replay "$data/replay/forged.in"
says err "the kernel didn't write them"
silent out
finish
