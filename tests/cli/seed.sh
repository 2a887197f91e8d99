#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seed.sh ARMORCTL PROJECT: static analysis. A case of tests/data/seed is NAME.yml or NAME.json with NAME.out, the learning profile, and
# NAME.err, the advice; a file of refused/ is refused with its line of refused/expected.
ARMORCTL=$1
project=$2
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"
cd "$project/tests/data/seed" || exit 1
abi=/etc/apparmor.d/abi/3.0

compiles() { # compiles FILE DESCRIPTION
    if command -v apparmor_parser >/dev/null && [ -e "$abi" ]; then
        apparmor_parser -Q -K -S -M "$abi" "$1" >/dev/null 2>"$scratch/parser"
        ok $? "$2 compiles"
        sed 's/^/# /' "$scratch/parser" | head -n 3
    else
        echo "# SKIP $2 compiles: there is no apparmor_parser, or no $abi"
    fi
}

unset COMPOSE_PROFILES PORT INNER VERSION UNSET NONE MUST
for case in *.yml *.json; do
    option=--compose
    [ "${case%.json}" = "$case" ] || option=--inspect
    run 0 seed "$option" "$case"
    same "${case%.*}.out" out
    same "${case%.*}.err" err
    compiles "$scratch/out" "the seed of $case"
    run 0 seed "$option" "$case" --mode enforced
    compiles "$scratch/out" "the enforced seed of $case"
done
run 0 seed --compose project/compose.yml
same project/out out
compiles "$scratch/out" "several services"
VERSION=17 run 0 seed --compose project/compose.yml --service db --format json
says out '"file": "project/parts/db.yml"'
says out '"grant": "granted"'

run 0 seed --dockerfile dockerfile-service.in
says out "# dockerfile-service.in:[0-9]*"
compiles "$scratch/out" "the seed of a Dockerfile"
run 0 seed --dockerfile dockerfile-service.in --compose project/compose.yml --service db
says out "# dockerfile-service.in:[0-9]*"
says out "# project/parts/db.yml:[0-9]*"
run 1 seed --dockerfile dockerfile-open-brace.in
says err "dockerfile-open-brace.in:[0-9]*"

# build: its Dockerfile, with target and arguments, from the project's folder alone
run 0 seed --compose shop/compose.yml --service web
says out "# shop/app/Dockerfile:3: VOLUME"
says out "/var/lib/app/\*\* rwk"
says out "EXPOSE 8080"
! grep -q "EXPOSE 1 " "$scratch/out"
ok $? "the stage after the target is none of it"
run 0 seed --compose shop/compose.yml --service job
says out "(dockerfile_inline):2: VOLUME"
for service in far out broken; do
    run 0 seed --compose shop/compose.yml --service "$service"
    says err "note: build-not-read"
done
run 1 seed --compose shop/twins.yml
says err "are both called b"
run 0 seed --compose shop/compose.yml --service db
says out "profile armord-shop-db"

cd refused || exit 1
while read -r line; do
    file=${line%%:*}
    run 1 seed --compose "$file"
    says err "^armorctl: $line"
    silent out
done <expected
[ "$(find . -name '*.yml' ! -name linked.yml | wc -l)" -eq "$(wc -l <expected)" ]
ok $? "every refused file has its line"
cd ..

run 1 seed --compose faults.yml --fail-on high
run 0 seed --compose merge.yml --fail-on high
run 2 seed --compose merge.yml --fail-on worst
run 2 seed
run 2 seed --service web
run 1 seed --compose merge.yml --service none
says err "no service 'none'"
run 1 seed --inspect merge.yml
run 2 seed --compose project/compose.yml --container one
run 0 seed --compose project/compose.yml --write-override "$scratch/override.yml"
grep -q '"apparmor=armord-db"' "$scratch/override.yml"
ok $? "the override names the profile"
echo mine >"$scratch/mine.yml"
run 1 seed --compose project/compose.yml --write-override "$scratch/mine.yml"
says err "armorctl didn't make it"
[ "$(cat "$scratch/mine.yml")" = mine ]
ok $? "a file of somebody else's stays as it is"
run 0 seed --compose project/compose.yml --compose "$scratch/override.yml" --service db
says err "moving-tag\|no-healthcheck"
! grep -q "apparmor-other" "$scratch/err"
ok $? "an override of armord's own isn't another profile"
# YAML ends lines by CR too: a finding's line is beyond the last one that there is
printf 'services:\r  web:\r    image: nginx\r    privileged: true\r' >"$scratch/cr.yml"
run 0 seed --compose "$scratch/cr.yml"
finish
