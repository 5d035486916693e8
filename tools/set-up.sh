#!/bin/sh
# Install Soniq with the extras of one make target into .venv, in the versions of requirements/lock.txt.
# $1 what it is for  $2 extras, by commas
set -eu

right_version='import sys; sys.exit(sys.version_info < (3, 11))'

# Each candidate is run, not only found: version managers leave names behind that lead nowhere.
find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3.14 python3; do
        if [ -n "$candidate" ] && "$candidate" -c "$right_version" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo 'Soniq needs Python 3.11 or newer, and found none as python3.11 to python3.14 or python3.' >&2
    echo 'Install one (apt-get install python3 python3-venv, or brew install python), or name it: make PYTHON=/path/to/python …' >&2
    exit 1
}

case $(uname -s) in
Linux | Darwin) ;;
*)
    echo 'The embedded servers need Linux or macOS. On Windows, do this inside WSL2, or name running servers:'
    echo 'SONIQ_DATABASE_URL=postgresql://…  SONIQ_LAB_VALKEY_URL=redis://…'
    ;;
esac

if [ -x .venv/bin/python ]; then
    if ! .venv/bin/python -c "$right_version" 2>/dev/null; then
        echo 'The folder .venv holds no working Python of 3.11 or newer. Remove it (make clean) and run make again.' >&2
        exit 1
    fi
else
    python=$(find_python)
    echo "→ Making .venv with $("$python" --version)"
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "→ Installing what \`make $1\` needs into .venv: once, one to three minutes, mostly downloads"
.venv/bin/python -m pip install -qq --disable-pip-version-check \
    --constraint requirements/lock.txt --editable ".[$2]"

# JupyterLab asks about news and looks for updates at its first start; a lesson needs neither.
settings=.venv/share/jupyter/lab/settings
mkdir -p "$settings"
cat >"$settings/overrides.json" <<'JSON'
{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
JSON

touch ".venv/.ready-$1"
echo '→ Ready'
