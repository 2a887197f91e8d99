#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# runtime.sh ARMORCTL PROJECT SERVE SERVE-RUNTIME: inspect over an engine's socket.
ARMORCTL=$1
project=$2
armord=$3
serve=$4
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"
socket=$scratch/engine.sock
unset DOCKER_HOST XDG_RUNTIME_DIR
cd "$scratch" || exit 1

mkfifo "$scratch/stop"
"$serve" "$socket" "$project/tests/data/seed" <"$scratch/stop" &
server=$!
exec 3>"$scratch/stop"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -S "$socket" ] && break
    sleep 0.2
done

run 0 seed --inspect web --runtime-socket "$socket"
says out "# container web#/0/"
sed 's/container web#/container.json#/' "$scratch/out" >"$scratch/same"
"$ARMORCTL" seed --inspect "$project/tests/data/seed/container.json" 2>/dev/null | sed "s|$project/tests/data/seed/||" |
    diff -u "$scratch/same" - >"$scratch/out"
ok $? "it is what the file gives"
run 0 seed --inspect nginx:1 --runtime-socket "$socket"
says out "# image nginx:1#"
DOCKER_HOST=unix://$socket run 0 seed --inspect web
run 1 seed --inspect nobody --runtime-socket "$socket"
says err "there is no container and no image 'nobody'"
run 1 seed --inspect huge --runtime-socket "$socket"
says err "answers with over 1048576 bytes"
run 1 seed --inspect slow --runtime-socket "$socket"
says err "within 10 seconds"
run 1 seed --inspect odd --runtime-socket "$socket"
says err "isn't an engine's API"
run 1 seed --inspect web --runtime-socket "$scratch/none.sock"
says err "no socket of Docker or Podman"
for name in ../web 'web?all=1' 'web x' -web/../..; do
    run 1 seed "--inspect=$name" --runtime-socket "$socket"
    says err "is no file, and no container's or image's name"
done
echo '[]' >web
run 1 seed --inspect web --runtime-socket "$socket"
says err "^armorctl: web: has 0 containers"

# A container that runs, and not under its profile: `again` does, `web` doesn't run.
mkfifo "$scratch/armord-stop"
"$armord" <"$scratch/armord-stop" >"$scratch/where" &
armord=$!
exec 4>"$scratch/armord-stop"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^sockets: ' "$scratch/where" && break
    sleep 0.2
done
control=$(sed -n 's/^sockets: //p' "$scratch/where")/armord.sock
run 1 doctor --json --socket "$control" --runtime-socket "$socket"
says out '"The container runs under docker-default and not under armord-gated."'
[ "$(grep -c '"process-elsewhere"' "$scratch/out")" -eq 1 ]
ok $? "and only that one"
DOCKER_HOST=unix://$scratch/none.sock run 1 doctor --json --socket "$control"
[ "$(grep -c '"process-elsewhere"' "$scratch/out")" -eq 0 ]
ok $? "an engine that can't be asked isn't"
exec 4>&-
wait "$armord"
ok $? "armord's stand-in ends clean"

exec 3>&-
wait "$server"
ok $? "the engine ends clean"
finish
