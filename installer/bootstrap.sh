#!/usr/bin/env bash
# Sets a checkout up on Debian 12 or Ubuntu 24.04: system libraries, .venv, the `examroom` command.
#
#   bash installer/bootstrap.sh            what the programs and the demonstration need
#   bash installer/bootstrap.sh --tests    and what the tests need
#   bash installer/bootstrap.sh --long     and the large programs that only the long tests need
#
# Ends with 0 ready, 1 something failed, 2 wrong use or no fitting Python, 3 a person has to run a command.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python
stamp=$venv/.ready            # fingerprint of what was installed; written last
unfinished=$venv/.unfinished  # there while a run is at work: found at the start, that run never ended
steps=6
step=0
started=0
begun=0
at_work= # set while .venv is being changed by this run
log=

# The libraries PySide6, OpenCV and PortAudio load but do not bring. "a|b": the first name the system knows.
libraries=(
    ca-certificates
    # Qt drawing anywhere
    libgl1 libegl1 libxkbcommon0 'libglib2.0-0t64|libglib2.0-0' libfontconfig1 libfreetype6 libdbus-1-3
    # Qt on an X display
    libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
    # which disk a medium is
    libudev1
    # the microphone; the voice that reads aloud; Chinese letters, rare ones too; a display where there is none
    libportaudio2 espeak-ng fonts-noto-cjk xvfb
)
# Published without wheels: pure Python, built here in seconds, without a compiler.
source_only=(xcffib)
test_tools=(pulseaudio xdotool ffmpeg sqlite3 dbus at-spi2-core age umockdev softhsm2
    # X servers and what attacks a window on them; a firewall to lock down
    xserver-xorg-core xserver-xorg-video-dummy xserver-xephyr openbox wmctrl xinput x11-xserver-utils x11-xkb-utils x11-utils xauth
    nftables iproute2)
long_tools=(mpv 'chromium|chromium-browser' faketime ibus ibus-libpinyin systemd-container)

now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

seconds_since() {
    local tenths=$((($(now_us) - $1) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

begin() {
    step=$((step + 1))
    begun=$(now_us)
    printf 'Step %d of %d: %s\n' "$step" "$steps" "$1"
}

done_with() { printf '    %s (%s)\n' "$1" "$(seconds_since "$begun")"; }

# pip puts back what it touched when it fails, so after this only a killed run counts as unfinished.
fail() {
    [[ -z $at_work ]] || rm -f "$unfinished"
    printf '\nexamroom is NOT ready: %s\n' "$1" >&2
    exit "${2:-1}"
}

# Say what the log ends with, then what to do.
fail_with_log() {
    tail -n 15 "$log" | sed 's/^/    | /' >&2
    trap - EXIT
    fail "$1 The whole log: $log"
}

# Pass on only the lines that tell a person how a long download goes; the log has everything.
show_progress() {
    local line file
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
            *Downloading*\(*MB\)*)  # pip
                file=${line#*Downloading }
                file=${file%% (*}
                file=${file##*/}
                line="$(cut -d- -f1,2 <<<"$file") (${line##*(}"
                ;;
            Get:*\ MB\])  # apt
                line=$(printf '%s' "$line" | awk '{ print $5, $(NF-1), $NF }')
                ;;
            'Installing collected packages'*) line='unpacking' ;;
            *) continue ;;
        esac
        printf '    %6s  %s\n' "$(seconds_since "$begun")" "$line"
    done
}

# ------------------------------------------------------------------------------------------------- Python
# Print the first Python ≥ 3.11 that can make a virtual environment; else the first that lacks only that.
find_python() {
    local name path lacking=
    for name in python3 python3.13 python3.12 python3.11; do
        while IFS= read -r path; do
            "$path" -c 'import ssl, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
            if "$path" -c 'import ensurepip, venv' >/dev/null 2>&1; then
                printf '%s' "$path"
                return
            fi
            [[ $path == /usr/bin/* ]] && lacking=${lacking:-$path}
        done < <(type -aP "$name" || true)
    done
    printf '%s' "$lacking"
}

# ------------------------------------------------------------------------------------------ system libraries
# Print those of the given names (with "a|b" alternatives) of which no alternative is installed.
missing_packages() {
    local installed wanted name
    # shellcheck disable=SC2016  # the dollar signs are dpkg's
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${@//|*/}" "${@##*|}" 2>/dev/null || true)
    for wanted in "$@"; do
        for name in ${wanted//|/ }; do
            grep -qxF "installed $name" <<<"$installed" && continue 2
        done
        printf '%s\n' "$wanted"
    done
}

# Print the first alternative that apt can install, or the last where apt has no lists yet.
known_name() {
    local name
    for name in ${1//|/ }; do
        [[ $(LC_ALL=C apt-cache policy "$name" 2>/dev/null) == *'Candidate: '[!\(]* ]] && break
    done
    printf '%s\n' "$name"
}

known_names() {
    local wanted
    for wanted in "$@"; do known_name "$wanted"; done
}

apt() {
    # No descriptor 9: a service that a package starts would keep our lock.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@" </dev/null 2>&1 9<&- | show_progress
}

install_packages() {
    local missing=("$@") names=() get=(apt-get -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    if [[ $EUID -eq 0 ]]; then
        as_root=()
    elif sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        mapfile -t names < <(known_names "${missing[@]}")
        printf '\nThese system packages are missing, and installing them takes an administrator. Run\n\n' >&2
        printf '    sudo apt-get update && sudo apt-get install --no-install-recommends -y %s\n' "${names[*]}" >&2
        printf '\nand then start this again.\n' >&2
        exit 3
    fi
    apt dpkg --configure -a || true  # finishes what an interrupted run left; the install below judges
    apt "${get[@]}" update || printf '    some package lists could not be fetched; trying with the others\n'
    mapfile -t names < <(known_names "${missing[@]}")
    printf '    installing: %s\n' "${names[*]}"
    apt "${get[@]}" install --no-install-recommends "${names[@]}" ||
        fail_with_log 'the system packages could not be installed.'
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -eq 0 ]] || fail_with_log "these system packages are still missing: ${missing[*]}."
}

# ---------------------------------------------------------------------------------------- Python packages
fingerprint() {
    {
        printf '%s\n' "$root"
        "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
        cat "$root/requirements.lock" "$root/pyproject.toml"
    } 2>/dev/null | sha256sum
}

is_ready() {
    [[ -f $stamp && ! -e $unfinished && -x $venv/bin/examroom && $(<"$stamp") == "$(fingerprint)" ]]
}

# A virtual environment made here, by a Python that is still there, in no interrupted run.
is_sound() {
    [[ ! -e $unfinished && $(sed -n 's/^command = //p' "$venv/pyvenv.cfg" 2>/dev/null) == *" $venv" ]] &&
        "$python" -c 'import pip, ssl, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Of a person's pip settings, keep how packages are reached (index, proxy, certificate …) and leave out what
# changes which are installed or where (constraint, user, target, require-hashes …): the lock decides that.
use_pip_settings_for_reaching_only() {
    local setting settings=()
    mapfile -d '' settings < <("$python" -m pip -vvv config list 2>/dev/null | "$python" -c '
import ast, re, sys
reach = """index-url extra-index-url no-index find-links trusted-host cert client-cert proxy timeout
    default-timeout retries resume-retries cache-dir no-cache-dir keyring-provider""".split()
sections = ["global", "install", ":env:"]  # the later wins
found = []
for line in sys.stdin:
    setting = re.fullmatch(r"(.+?)\.([a-z-]+)=(.+)", line.strip())
    if setting and setting[1] in sections and setting[2] in reach:
        found.append((sections.index(setting[1]), setting[2], ast.literal_eval(setting[3])))
for _, name, value in sorted(found):
    print("PIP_" + name.upper().replace("-", "_") + "=" + value, end="\0")
')
    for setting in "${!PIP_@}"; do unset "$setting"; done
    export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    for setting in "${settings[@]}"; do export "${setting?}"; done
}

# The lines of the lock for the packages of source_only ("only"), or for all the others ("without").
lock_part() {
    awk -v which="$1" -v source_only=" ${source_only[*]} " '
        /^[^ ]/ { split($1, name, "=="); wanted = (index(source_only, " " name[1] " ") > 0) == (which == "only") }
        wanted' "$root/requirements.lock"
}

pip_install() {
    "$python" -m pip install --require-hashes --no-deps --progress-bar off "$@" </dev/null 2>&1 | show_progress
}

# What is published as source only is built by the setuptools of the lock, which has to be there first.
install_lock() {
    local try
    for try in 1 2 3; do
        if pip_install --only-binary :all: -r <(lock_part without) &&
            pip_install --no-build-isolation --no-binary :all: -r <(lock_part only); then
            return
        fi
        [[ $try -lt 3 ]] && printf '    that did not work; what has arrived is kept, trying again\n' && sleep 3
    done
    fail_with_log 'the Python packages could not be installed. Check the network (and pip config list), then start this again.'
}

# Load every library that needs something from the system. OpenCV apart: its wheel brings a Qt of its own.
try_out() {
    local lost
    QT_QPA_PLATFORM=offscreen "$python" -c '
import av, sounddevice, sqlcipher3
from PySide6.QtWidgets import QApplication
QApplication([])' >>"$log" 2>&1 || fail_with_log 'a library does not load.'
    "$python" -c 'import cv2' >>"$log" 2>&1 || fail_with_log 'OpenCV does not load.'
    lost=$(ldd "$("$python" -c 'import PySide6; print(PySide6.__path__[0])')/Qt/plugins/platforms/libqxcb.so" |
        awk '/not found/ { print $1 }')
    [[ -z $lost ]] || fail "Qt cannot open a display without: ${lost//$'\n'/ }"
}

# --------------------------------------------------------------------------------------------------- steps
step_python() {
    begin 'find Python 3.11 or newer'
    base=$(find_python)
    [[ -n $base ]] || fail 'no Python 3.11 or newer (with ssl) is on the PATH. Debian 12: apt-get install python3' 2
    done_with "$base, $("$base" -V)"
}

step_system() {
    local missing=()
    begin 'check the system libraries'
    if ! command -v dpkg-query apt-get >/dev/null; then
        done_with 'not a Debian or Ubuntu: cannot check; installer/README.md lists what is needed'
        return
    fi
    if ! "$base" -c 'import ensurepip' 2>/dev/null; then
        wanted+=("$("$base" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
    fi
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    if [[ ${#missing[@]} -eq 0 ]]; then
        done_with 'all there'
    else
        install_packages "${missing[@]}"
        done_with "${#missing[@]} installed"
    fi
}

step_venv() {
    begin 'make the virtual environment .venv'
    if is_sound; then
        at_work=1
        touch "$unfinished"
        done_with 'already there'
        return
    fi
    at_work=1
    rm -rf "$venv"
    mkdir "$venv"
    touch "$unfinished"
    "$base" -m venv "$venv" >>"$log" 2>&1 || fail_with_log 'the virtual environment could not be made.'
    done_with 'made'
}

step_packages() {
    begin "install the $(grep -c '^[a-z0-9]' "$root/requirements.lock") Python packages of requirements.lock, each checked against its hash"
    use_pip_settings_for_reaching_only
    install_lock
    done_with 'installed'
}

step_examroom() {
    begin 'install examroom itself, to run from this folder'
    "$python" -m pip install --no-deps --no-build-isolation --no-index -e "$root" </dev/null >>"$log" 2>&1 ||
        fail_with_log 'examroom could not be installed.'
    done_with '.venv/bin/examroom'
}

step_try() {
    begin 'load every library once'
    try_out
    fingerprint >"$stamp"
    rm -f "$unfinished"
    done_with 'all load'
}

main() {
    local wanted=("${libraries[@]}") missing=() as_root=() base=
    case ${1-} in
        '') ;;
        --tests) wanted+=("${test_tools[@]}") ;;
        --long) wanted+=("${test_tools[@]}" "${long_tools[@]}") ;;
        *) fail 'use: bash installer/bootstrap.sh [--tests | --long]' 2 ;;
    esac
    started=$(now_us)
    unset PYTHONHOME PYTHONPATH
    exec 9<"$root/installer" # one run at a time; the lock goes with this process
    if command -v flock >/dev/null && ! flock -n 9; then
        printf 'Another run is setting up this folder; waiting for it.\n'
        flock 9
    fi
    if is_ready; then
        ! command -v dpkg-query >/dev/null || mapfile -t missing < <(missing_packages "${wanted[@]}")
        if [[ ${#missing[@]} -eq 0 ]]; then
            printf 'examroom is ready: everything was in place (%s).\n' "$(seconds_since "$started")"
            return
        fi
    fi
    log=$(mktemp "${TMPDIR:-/tmp}/examroom-bootstrap.XXXXXX")
    trap 'rm -f "$log"' EXIT
    step_python
    step_system
    step_venv
    step_packages
    step_examroom
    step_try
    printf '\nexamroom is ready (%s).\n' "$(seconds_since "$started")"
}

main "$@"
