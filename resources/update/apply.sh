#!/bin/sh
# Puts another version of the seat's programs in, and the one before back: apply.sh forward | recover
# See the README beside the original. Each line may be the last one: `recover` goes on.
set -u
umask 022
trap '' HUP INT TERM PIPE
cd "$(dirname "$0")" || exit 3
# package, old, old_deb, new, new_deb: what is exchanged; start: units; most_tries; run_dpkg, ask_dpkg, check, reload: commands
. ./settings || exit 3
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C.UTF-8
DEBIAN_FRONTEND=noninteractive
export PATH LC_ALL DEBIAN_FRONTEND

note() { # FILE WORD: durable when this returns
    printf '%s\n' "$2" >"$1.new" && sync "$1.new" && mv "$1.new" "$1" && sync .
}

is_in() { # VERSION
    [ "$(ask_dpkg -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null)" = "installed $1" ]
}

is_whole() { # VERSION: it is in, and each of its files is as it was packed
    is_in "$1" && [ -z "$(run_dpkg --verify "$package" 2>&1)" ]
}

put_in() { # FILE VERSION WAY
    EXAMROOM_UPDATE=$3
    export EXAMROOM_UPDATE
    run_dpkg --force-confold --force-downgrade --install "$1" >>log 2>&1 && is_in "$2"
}

finish() { # good | gone_back | not_begun | superseded
    note outcome "$1 $old $new $why" || exit 3
    rm -f "$new_deb" phase
    sync .
    reload >>log 2>&1
    for unit in $start; do systemctl --no-block start "$unit" >>log 2>&1; done
    [ "$1" != gone_back ]
    exit
}

go_back() {
    note phase "back $why" || exit 3
    rm -f "$new_deb" # room for the old one
    tries=1
    until is_whole "$old" || put_in "$old_deb" "$old" back; do
        [ "$tries" -lt "$most_tries" ] || { note outcome "stuck $old $new $why"; exit 3; }
        tries=$((tries + 1))
        sleep 10 # another package may be going in
    done
    note phase "gone_back $why" || exit 3
    finish gone_back
}

go_forward() {
    why=install
    note phase installing || exit 3
    put_in "$new_deb" "$new" 1 || go_back
    why=check
    check >>log 2>&1 || go_back
    why=none
    note phase good || exit 3
    finish good
}

is_anothers() { # somebody has put another version in since, and it is in: that is their word
    case "$(ask_dpkg -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null)" in
        "installed $old" | "installed $new") return 1 ;;
        "installed "*) return 0 ;;
        *) return 1 ;;
    esac
}

phase='' said=''
[ -f phase ] && read -r phase said <phase
why=${said:-power}
case "$1 $phase" in
    "forward ready") go_forward ;;
    "recover ready") finish not_begun ;;
    "recover installing" | "recover back")
        if is_anothers; then finish superseded; fi
        go_back
        ;;
    "recover good") why=none && finish good ;;
    "recover gone_back") finish gone_back ;;
    "recover ") exit 0 ;;
    *) exit 2 ;;
esac
