# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Judges a scenario by its TAP. Sourced by main.
#
# judge_stream: reads the scenario's output on stdin and prints it as a TAP subtest, four columns in, line by line.
# Sets tap_total, tap_bad, tap_skipped (checks), tap_plan (empty: none seen), tap_bail (text of "Bail out!").
judge_stream() {
    tap_total=0 tap_bad=0 tap_skipped=0 tap_plan='' tap_bail=''
    local line
    while IFS= read -r line || [[ -n $line ]]; do
        printf '    %s\n' "$line"
        case $line in
            ok | ok\ *)
                tap_total=$((tap_total + 1))
                [[ ! ${line,,} =~ \#\ skip ]] || tap_skipped=$((tap_skipped + 1))
                ;;
            not\ ok | not\ ok\ *)
                tap_total=$((tap_total + 1))
                [[ ${line,,} =~ \#\ todo ]] || tap_bad=$((tap_bad + 1))
                ;;
            1..*) tap_plan=${line#1..} tap_plan=${tap_plan%%[!0-9]*} ;;
            'Bail out!'*) tap_bail=${line#Bail out!} ;;
        esac
    done
}

# judge_verdict STATUS: prints why the scenario failed, a line per reason; nothing if it passed.
judge_verdict() {
    [[ -z $tap_bail ]] || echo "it gave up:$tap_bail"
    ((tap_bad == 0)) || echo "$tap_bad of $tap_total checks failed"
    if [[ -z $tap_plan ]]; then
        echo "it ended without a plan, after $tap_total checks"
    elif ((tap_plan != tap_total)); then
        echo "it planned $tap_plan checks and made $tap_total"
    elif ((tap_plan == 0)); then
        echo "it checked nothing"
    fi
    (($1 == 0 || tap_bad > 0)) || echo "exit status $1"
}
