# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of armorctl for bash: verbs, the options of each, containers and files. tests/cli/usage.sh holds it to
# armorctl's own tables (armorctl help --json).

_armorctl_containers() {
    "${ARMORCTL:-armorctl}" status --json 2>/dev/null | sed -n '/"containers": \[/,$ s/^ *"name": "\(.*\)",$/\1/p'
}

_armorctl_settings() { # _armorctl_settings CONTAINER
    "${ARMORCTL:-armorctl}" settings "$1" --json 2>/dev/null | sed -n '/"settings": \[/,$ s/^ *"name": "\(.*\)",$/\1=/p'
}

_armorctl() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb='' index
    local everywhere='--json --socket --help --version' options
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
        --socket) ((index++)) ;;
        -*) ;;
        *)
            verb=${COMP_WORDS[index]}
            break
            ;;
        esac
    done

    case $previous in
    --socket | --runtime-socket | --dockerfile | --compose | --inspect | --write-override | --from-profile | --run)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --mode)
        mapfile -t COMPREPLY < <(compgen -W 'learning enforced' -- "$word")
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'apparmor json' -- "$word")
        return
        ;;
    --override)
        mapfile -t COMPREPLY < <(compgen -W 'complete observed ready contained calm reviewed compiles proved' -- "$word")
        return
        ;;
    --fail-on)
        mapfile -t COMPREPLY < <(compgen -W 'note low medium high' -- "$word")
        return
        ;;
    --container | --service | --reason | --denial | --watch-for | --access | --explain | --jobs) return ;;
    esac

    case $verb in
    learn) options='--dockerfile --compose --service --inspect --runtime-socket --write-override --from-profile --include' ;;
    status) options='--watch' ;;
    show) options='--mode' ;;
    enforce) options='--override --reason --dry-run --watch-for' ;;
    complain | rollback) options='--reason' ;;
    accept) options='--denial --all-denials --from-profile --include --reason' ;;
    deny) options='--denial --reason' ;;
    events) options='--follow --run' ;;
    doctor) options='--repair --runtime-socket' ;;
    starts) options='--follow --runtime-socket' ;;
    export) options='--revisions' ;;
    replay) options='--container --literal --without --format --mode --jobs --explain --access' ;;
    check) options='--container --include' ;;
    diff) options='--include' ;;
    explain) options='--access' ;;
    seed) options='--dockerfile --compose --service --inspect --runtime-socket --container --format --mode --fail-on --write-override' ;;
    *) options='' ;;
    esac

    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $everywhere" -- "$word")
        return
    fi
    case $verb in
    '' | help) mapfile -t COMPREPLY < <(compgen -W \
        'learn status show rules explain enforce complain denials accept deny revisions rollback keep settings starts forget events doctor export parse replay check diff seed help' -- "$word") ;;
    parse | replay | check | diff) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    learn | seed | doctor) ;;
    export) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    settings)
        if ((COMP_CWORD > index + 1)); then
            mapfile -t COMPREPLY < <(compgen -W "$(_armorctl_settings "${COMP_WORDS[index + 1]}")" -- "$word")
            compopt -o nospace
        else
            mapfile -t COMPREPLY < <(compgen -W "$(_armorctl_containers)" -- "$word")
        fi
        ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(_armorctl_containers)" -- "$word") ;;
    esac
}

complete -o filenames -F _armorctl armorctl
