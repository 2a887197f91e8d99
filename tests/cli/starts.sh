#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# starts.sh ARMORCTL PROJECT SERVE SERVE-RUNTIME: what an engine has started, told to armord.
ARMORCTL=$1
project=$2
serve=$3
engine=$4
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"
unset DOCKER_HOST XDG_RUNTIME_DIR
socket=$scratch/engine.sock

mkfifo "$scratch/stop" "$scratch/stop_engine"
"$serve" <"$scratch/stop" >"$scratch/where" &
server=$!
"$engine" "$socket" "$project/tests/data/seed" <"$scratch/stop_engine" &
other=$!
exec 3>"$scratch/stop" 4>"$scratch/stop_engine"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^sockets: ' "$scratch/where" && [ -S "$socket" ] && break
    sleep 0.2
done
control=$(sed -n 's/^sockets: //p' "$scratch/where")/armord.sock

run 0 starts --runtime-socket "$socket" --socket "$control"
says out "^web runs, from sha256:11$"
[ "$(wc -l <"$scratch/out")" -eq 1 ]
ok $? "no other container is told of"
says err "armord doesn't know lost"
run 0 status web --socket "$control"
says out "image  *sha256:11"
run 0 starts --runtime-socket "$socket" --socket "$control"
run 0 status web --socket "$control"
says out "it runs sha256:11: armorctl keep web"
run 0 keep web --socket "$control"
says out "^Kept: web stays enforced"
run 1 starts --follow --runtime-socket "$socket" --socket "$control"
says out "^again runs, from an image that isn't known$"
says err "The engine ended its stream of events"
run 1 starts --runtime-socket "$scratch/none.sock" --socket "$control"
says err "no socket of Docker or Podman"
run 3 starts --runtime-socket "$socket" --socket "$scratch/none.sock"

exec 3>&- 4>&-
wait "$server" "$other"
finish
