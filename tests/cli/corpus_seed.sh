#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus_seed.sh ARMORCTL PROJECT: collected Compose files beside the project, where they are: a seed that compiles, or a refusal.
ARMORCTL=$1
project=$2
corpus=$project/../shared/corpus
if [ ! -d "$corpus" ]; then
    echo "SKIP: there is no $corpus"
    exit 77
fi
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

# Compose files: a seed, or a refusal with its reason; never a crash.
find "$corpus/docker" -path '*/_spec' -prune -o \( -name '*.yml' -o -name '*.yaml' \) -print | sort >"$scratch/composes"
seeds=0
refused=0
crashed=0
bent=0
while IFS= read -r file; do
    env -i "$ARMORCTL" seed --compose "$file" >"$scratch/out" 2>"$scratch/err" </dev/null
    case $? in
    0)
        seeds=$((seeds + 1))
        if command -v apparmor_parser >/dev/null && [ -e /etc/apparmor.d/abi/3.0 ]; then
            apparmor_parser -Q -K -S -M /etc/apparmor.d/abi/3.0 "$scratch/out" >/dev/null 2>&1 || {
                echo "# doesn't compile: $file"
                bent=$((bent + 1))
            }
        fi
        ;;
    1)
        refused=$((refused + 1))
        grep -q '^armorctl: .' "$scratch/err" || echo "# refused without a reason: $file"
        ;;
    *)
        echo "# crashed: $file"
        crashed=$((crashed + 1))
        ;;
    esac
done <"$scratch/composes"
echo "# $seeds Compose files give seeds, $refused are refused"
[ "$crashed" -eq 0 ] && [ "$bent" -eq 0 ] && [ "$seeds" -gt $((refused * 9)) ]
ok $? "Compose files give seeds that compile"
compose_go=$corpus/docker/compose-spec__compose-go/loader/testdata
for case in compose-depends-on-self compose-depends-on-profile-no-cycle compose-include-cycle \
    compose-test-extends-with-context-url empty; do
    run 1 seed --compose "$compose_go/$case.yaml"
done
for case in extends/base extends/reset extends/withdir/compose combined/compose compose-test-extends compose-include; do
    run 0 seed --compose "$compose_go/$case.yaml"
done
run 0 seed --compose "$compose_go/compose-test-extends.yaml" --service importer
says out "^  /var/lib/mysql"
finish
