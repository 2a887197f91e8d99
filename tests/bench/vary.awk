# SPDX-License-Identifier: GPL-2.0-or-later
# A long log out of recorded ones, without saying the same over and over. See README.md for what varies and why.
#   awk -v records=N -v hosts=N -v fresh=N -f vary.awk FILE...     logs of the kernel or of auditd in, audit.log lines out
# records: how many. hosts: sets of containers that take turns line by line; with 1, the containers keep their names.
# fresh: in each repetition, one name in so many is new; with 1, each name of each line is.

BEGIN {
    count = 0
}

/apparmor="/ {
    body = $0
    sub(/^.*audit\([^)]*\): */, "", body)
    at = match(body, / pid=[0-9]+/)
    if (!at)
        next
    heads[count] = substr(body, 1, RSTART + 4)
    pids[count] = substr(body, RSTART + 5, RLENGTH - 5)
    tails[count] = substr(body, RSTART + RLENGTH)
    if (match(heads[count], / name="[^"]*"/)) {
        name = substr(heads[count], RSTART, RLENGTH)
        if (!(name in seen))
            seen[name] = ++names
        number[count] = seen[name]
        behind[count] = RSTART + RLENGTH - 1 # where the name's last quote is
    }
    count++
}

function renamed(text, quote, suffix) {
    return substr(text, 1, quote - 1) "." suffix substr(text, quote)
}

function of_set(text, set) {
    gsub(/armord-[a-z]+/, "&-" set, text)
    return text
}

END {
    for (copy = 0; written < records && count; copy++) {
        for (i = 0; i < count && written < records; i++) {
            head = heads[i]
            tail = tails[i]
            if (number[i] && fresh == 1)
                head = renamed(head, behind[i], written)
            else if (number[i] && copy && number[i] % fresh == copy % fresh)
                head = renamed(head, behind[i], copy)
            if (hosts > 1) {
                head = of_set(head, written % hosts)
                tail = of_set(tail, written % hosts)
            }
            written++
            printf "type=AVC msg=audit(%d.%03d:%d): %s%d%s\n", 1795303770 + written / 1000, written % 1000,
                   written + 6, head, (pids[i] + copy * 4057) % 4194304, tail
        }
    }
}
