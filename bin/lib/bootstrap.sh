# Sourced by the commands in bin/: finds Python 3.11 or newer, makes .venv, sets $python.
# Everything after this is Python (bin/lib/launcher); this part only has to work where there is no Python yet.

venv="$root/.venv"
python="$venv/bin/python"
recent='import sys; sys.exit(sys.version_info < (3, 11))'

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else return 1; fi
}

# The system's own first: distributions build it guided by a profile, pyenv does not, and the portal takes a sixth longer.
find_python() {
    local name
    for name in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null && "$name" -c "$recent; import venv, ensurepip" 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

make_venv() {
    local base
    if ! base="$(find_python)"; then
        if command -v apt-get >/dev/null; then
            echo "安装 Python… / Installing Python…" >&2
            { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes \
                apt-get install -y -qq --no-install-recommends python3 python3-venv; } >/dev/null || true
        fi
        if ! base="$(find_python)"; then
            echo "需要 Python 3.11 或更新版本（含 venv）。Debian/Ubuntu：apt-get install python3 python3-venv；其他系统请用其软件包管理器安装。" >&2
            echo "Python 3.11 or newer with venv is needed. Debian/Ubuntu: apt-get install python3 python3-venv." >&2
            exit 1
        fi
    fi
    echo "建立 Python 环境 .venv … / Making .venv …" >&2
    "$base" -m venv --clear "$venv"
}

if [ "${PORTAL_SETUP:-}" != skip ] && ! "$python" -c "$recent" 2>/dev/null; then
    # Two copies may be started at once from one checkout: the second waits, then finds it made.
    exec 9<"$root"
    if command -v flock >/dev/null; then flock 9; fi
    "$python" -c "$recent" 2>/dev/null || make_venv
    exec 9<&-
fi
