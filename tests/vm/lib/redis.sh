# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A client of redis in a container, over bash's own sockets. Sourced in the VM: source "$VM_LIB/redis.sh"

# redis PORT COMMAND...: the first line of its answer.
redis() {
    local line port=$1
    shift
    exec 5<>"/dev/tcp/127.0.0.1/$port" || return
    printf '%s\r\n' "$*" >&5
    IFS= read -r -t 20 line <&5
    exec 5>&-
    printf '%s\n' "${line%$'\r'}"
}

# redis_answers PORT: for wait_for.
redis_answers() { [[ $(redis "$1" PING 2>/dev/null) == +PONG ]]; }
