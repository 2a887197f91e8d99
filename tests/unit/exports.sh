#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# exports.sh LIBRARY: what lib takes from others is memory, strings and formatting into buffers; it can open nothing, and
# reads neither clock nor environment. And every symbol that it gives out has a prefix of its own.
set -eu
library=$1

# Of libc, jansson and libyaml. Sanitizers, coverage and hardening add their own.
allowed='
^(malloc|calloc|realloc|free|qsort)$
^(mem(cpy|move|set|cmp|chr|rchr|mem)|__mem(cpy|move|set)_chk|bcmp)$
^str(len|chr|rchr|cmp|ncmp|casecmp|str|spn|cspn|pbrk|nlen|tol|toul|toll|toull|tod)$|^__isoc(99|23)_strto(l|ul|ll|ull)$
^(v?snprintf|__v?snprintf_chk|__stack_chk_fail|__chk_fail)$
^(gmtime_r|strftime|abs|__ctype_b_loc|__errno_location|__assert_fail)$
^(exp|log)$
^json_(array|object|string|stringn|integer|real|true|false|null|delete|loadb|dumpb)(_.*|_nocheck)?$
^json_(stringn_nocheck|string_value|string_length|integer_value|real_value|number_value|unpack|pack)$
^yaml_(parser|event|document|token)_(initialize|set_input_string|parse|load|scan|delete|get_root_node|get_node)$
^(__asan|__ubsan|__sanitizer|__gcov|__llvm|__sancov)_?|^_GLOBAL_OFFSET_TABLE_$|^__start_|^__stop_|^gcov_
'
symbols=$(nm --format=posix "$library")
defined=$(printf '%s\n' "$symbols" | awk '$2 ~ /^[TtDdBbRrVvWw]$/ { print $1 }' | sort -u)
taken=$(printf '%s\n' "$symbols" | awk '$2 == "U" { print $1 }' | sort -u)
status=0
for symbol in $taken; do
    if printf '%s\n' "$defined" | grep -qxF "$symbol"; then
        continue
    fi
    matched=no
    for pattern in $allowed; do
        if printf '%s\n' "$symbol" | grep -qE "$pattern"; then
            matched=yes
            break
        fi
    done
    if [ $matched = no ]; then
        echo "lib takes $symbol from elsewhere: not on the list in exports.sh"
        status=1
    fi
done
for symbol in $(printf '%s\n' "$symbols" | awk '$2 ~ /^[TDBR]$/ { print $1 }' | sort -u); do
    case $symbol in
    armor_* | dockerfile_* | shell_* | record_* | event_* | generalise_* | zone_* | series_* | shape_* | names_* | siblings_* | extension_* | extensions_* | collapse_* | twins_* | guard_* | rule_* | profile_* | word_* | pattern_* | read_* | check_* | json_set_* | tree_* | compose_* | container_* | seed_arena_* | __asan_* | __odr_asan* | __ubsan_* | __gcov*) ;;
    *)
        echo "lib gives out $symbol: no prefix of its own"
        status=1
        ;;
    esac
done
[ -n "$taken" ] || { echo "no symbols in $library"; status=1; }
exit $status
