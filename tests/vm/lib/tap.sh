# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Helpers of a scenario, sourced in the VM: source "$VM_LIB/tap.sh"
#
# Each check prints one TAP line; on failure the reason follows as "# " lines. A check never ends the
# scenario. The last line of a scenario is done_testing.

tap_count=0
tap_failed=0

# diag TEXT...: shown, not judged. Reads stdin when called without arguments.
diag() {
    if (($#)); then printf '%s\n' "$*"; else cat; fi | sed 's/^/# /'
}

# tap_result STATUS NAME [DETAIL]: the one place where a result is printed.
tap_result() {
    tap_count=$((tap_count + 1))
    local name=${2//#/\\#}
    if (($1 == 0)); then
        echo "ok $tap_count - $name"
        return
    fi
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $name"
    [[ -z ${3:-} ]] || diag "$3"
}

# ok NAME COMMAND...: the command ends with 0. It runs in a subshell, so it can't set variables.
ok() {
    local name=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    tap_result "$status" "$name" "\$ $*"$'\n'"$output"$'\n'"status $status"
}

# refused NAME COMMAND...: the command runs and fails. Nothing was refused, and the check fails, if it isn't there (127),
# was ended by a signal (128 and up), or if it was Docker that failed (125). A refused exec is 126.
refused() {
    local name=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    ((status > 0 && status < 127 && status != 125))
    tap_result $? "$name" "\$ $*"$'\n'"$output"$'\n'"status $status, where a refusal was expected"
}

# is NAME GOT EXPECTED: the same text.
is() {
    [[ $2 == "$3" ]]
    tap_result $? "$1" "got:      $2"$'\n'"expected: $3"
}

# like NAME GOT REGEX: the extended regular expression matches somewhere in the text.
like() {
    [[ $2 =~ $3 ]]
    tap_result $? "$1" "got:      $2"$'\n'"no match: $3"
}

# unlike NAME GOT REGEX: it matches nowhere.
unlike() {
    [[ ! $2 =~ $3 ]]
    tap_result $? "$1" "got: $2"$'\n'"matches, and must not: $3"
}

# skip NAME REASON: a check that can't be made here; counted and shown as skipped, never as passed.
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - ${1//#/\\#} # SKIP $2"
}

# wait_for SECONDS COMMAND...: tries until the command ends with 0; its status is that of the last try. Not a check:
# use it in one: ok "nginx answers" wait_for 20 curl -fsS "$url"
wait_for() {
    local until=$((SECONDS + $1)) status
    shift
    while true; do
        status=0
        "$@" || status=$?
        if ((status == 0 || SECONDS >= until)); then return "$status"; fi
        sleep 0.3
    done
}

# done_testing: prints the plan; ends the scenario with 0 if no check failed.
done_testing() {
    echo "1..$tap_count"
    exit $((tap_failed > 0))
}
