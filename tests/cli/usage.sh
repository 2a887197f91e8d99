#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# usage.sh ARMORCTL PROJECT: what the command line takes and refuses; help, manual page and completion say the same.
ARMORCTL=$1
project=$2
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

run 0 --help
says out "Usage: armorctl VERB"
silent err
run 0 --version
says out "^armorctl [0-9]"
run 0 help replay
says out "--container NAME"
run 0 replay --help
says out "--literal"

run 2
says err "Which verb"
run 2 nonsense
says err "no verb 'nonsense'"
run 2 --nonsense
says err "no such option"
run 2 learn
says err "Give a name, or a --compose file"
run 2 learn --service web
run 2 learn web --write-override x
run 2 learn --dockerfile "$project/tests/data/seed/dockerfile-service.in" --socket "$scratch/none"
says err "Give a name"
run 2 learn web extra
run 2 learn ../etc
says err "can't be a container's name"
run 2 learn -- -web
run 2 learn "$(printf 'a%.0s' $(seq 65))"
run 2 learn web --watch
says err "learn takes no such option"
run 2 replay --container
says err "needs a value"
run 2 replay --format yaml
says err "apparmor or json, not 'yaml'"
run 2 replay --mode yaml
run 2 replay --container a/b
run 2 show web --mode x
run 2 status --json --json
says err "more than 1 time"
run 2 help nonsense

# nobody there, and somebody else's socket
run 3 --socket "$scratch/none" status
says err "armord isn't running"
says err "systemctl start armord"
run 3 learn web --socket "$scratch/none"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    mkdir "$scratch/closed"
    chmod 700 "$scratch/closed"
    chmod 755 "$scratch"
    setpriv --reuid 65534 --clear-groups "$ARMORCTL" --socket "$scratch/closed/armord.sock" status 2>"$scratch/err"
    [ $? -eq 4 ]
    ok $? "a socket that the user may not reach exits 4"
    says err "You may not use"
else
    echo "# SKIP exit 4: needs root and setpriv"
fi

# one table says it all
"$ARMORCTL" help --json >"$scratch/tables"
verbs=$(sed -n 's/.*"name": "\(.*\)",/\1/p' "$scratch/tables")
# the options are the lines that are nothing but a string
options=$(sed -n 's/^ *"\([a-z-]*\)",\{0,1\}$/\1/p' "$scratch/tables" | sort -u)
[ "$(echo "$verbs" | wc -l)" -ge 11 ]
ok $? "the tables list the verbs"
for verb in $verbs; do
    grep -q "^\.SS armorctl $verb\|^\.B armorctl $verb" "$project/docs/man/armorctl.1"
    ok $? "armorctl(1) has the verb $verb"
    grep -qw -- "$verb" "$project/contrib/completions/armorctl.bash"
    ok $? "the completion has the verb $verb"
done
for option in $options; do
    grep -qF -e "$(printf '%s' "--$option" | sed 's/-/\\-/g')" "$project/docs/man/armorctl.1"
    ok $? "armorctl(1) has the option --$option"
    grep -q -e "--$option" "$project/contrib/completions/armorctl.bash"
    ok $? "the completion has the option --$option"
done
# Each code of the doctor's stands in its table, and the other way round.
grep -hoE '"[a-z]+-[a-z]+"' "$project"/daemon/doctor*.c "$project"/cli/doctor*.c | tr -d '"' |
    grep -vE '^(armord|docker|systemd)-|^auto-restart$' | sort -u >"$scratch/codes"
sed -n '/^## Findings/,/^A process/p' "$project/docs/trouble.md" | grep '^|' | cut -d'|' -f2 | grep -oE '[a-z]+-[a-z]+' |
    sort -u >"$scratch/listed"
diff "$scratch/codes" "$scratch/listed"
ok $? "docs/trouble.md has the doctor's codes"
if command -v bash >/dev/null; then
    completes() { # completes WORD...: what the completion offers for the last one
        ARMORCTL=$ARMORCTL bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _armorctl
            printf "%s\n" "${COMPREPLY[@]}"' bash "$project/contrib/completions/armorctl.bash" "$@"
    }
    [ "$(completes armorctl enf)" = enforce ]
    ok $? "enf completes to enforce"
    [ "$(completes armorctl replay --lit)" = --literal ]
    ok $? "replay --lit completes to --literal"
    [ -z "$(completes armorctl learn --lit)" ]
    ok $? "learn doesn't offer --literal"
fi
finish
