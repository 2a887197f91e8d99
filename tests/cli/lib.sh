# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the command-line tests share: one line for each thing that holds or doesn't, in TAP's way.
# Source it with ARMORCTL set; end the script with `finish`.

count=0
failed=0
scratch=$(mktemp -d)

ok() { # ok STATUS DESCRIPTION
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=$((failed + 1))
    fi
}

# run EXPECTED-EXIT ARGUMENT...: armorctl, with its output in $scratch/out and $scratch/err.
run() {
    expected=$1
    shift
    "$ARMORCTL" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    got=$?
    [ "$got" -eq "$expected" ]
    ok $? "armorctl $* exits $expected (it was $got)"
}

says() { # says out|err PATTERN: the last run's output has it
    grep -q -e "$2" "$scratch/$1"
    found=$?
    ok $found "std$1 says '$2'"
    [ "$found" -eq 0 ] || sed 's/^/# /' "$scratch/$1"
}

silent() { # silent out|err
    [ ! -s "$scratch/$1" ]
    ok $? "std$1 is empty"
}

same() { # same FILE out|err: the last run's output is FILE, byte for byte
    if diff -u "$1" "$scratch/$2" >"$scratch/diff" 2>&1; then
        ok 0 "std$2 is ${1##*/}"
    else
        ok 1 "std$2 is ${1##*/}"
        sed 's/^/# /' "$scratch/diff"
    fi
}

finish() {
    rm -rf "$scratch"
    echo "1..$count"
    [ "$failed" -eq 0 ]
    exit $?
}
