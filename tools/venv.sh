#!/usr/bin/env bash
# Installs this checkout, editable and with the pinned versions, into a virtual environment.
#
#   tools/venv.sh DIR EXTRAS      e.g. tools/venv.sh .venv dev
#
# PYTHON names the interpreter for a new environment (default python3); an environment that is there is kept.
set -euo pipefail

dir=$1 extras=$2 python=${PYTHON:-python3}
log=$dir/install.log

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints "3.11", and fails where the interpreter cannot run (a pyenv shim without its version, a broken environment).
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

require_supported() {
  local found
  found=$(version_of "$1") || fail "$1 does not run. $2"
  case $found in
    3.11 | 3.12 | 3.13) ;;
    *) fail "skillevo runs on Python 3.11 to 3.13, but $1 is Python $found. $2" ;;
  esac
}

# Shows that pip is alive without its hundreds of lines: a dot for each package, the whole output in the log.
progress() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    case $line in
      Collecting* | Requirement*) printf . ;;
      Building*) printf ' building ' ;;
      Installing\ collected*) printf ' installing' ;;
    esac
  done
  echo
}

# The environment's own `python` comes first on PATH: one of the official engine's build scripts calls it by that name.
install() { PATH="$PWD/$dir/bin:$PATH" "$dir/bin/python" -m pip install --no-input --disable-pip-version-check -c constraints.txt "$@" 2>&1; }

# Settings for other places than this environment; -c constraints.txt is added to any PIP_CONSTRAINT that is set.
unset PIP_TARGET PIP_PREFIX PIP_ROOT PYTHONHOME PYTHONPATH
export PIP_USER=0 PIP_PROGRESS_BAR=off
unset PIP_QUIET

if [ -e "$dir/bin/python" ]; then
  require_supported "$dir/bin/python" "Remove $dir and run make again."
else
  require_supported "$python" "Name another one: make PYTHON=python3.12 ..."
  echo "Making $dir with $("$python" -V)"
  "$python" -m venv "$dir" || { rm -rf "$dir"; fail "$python cannot make environments (Debian: apt install python3-venv)."; }
fi
"$dir/bin/python" -c 'import pip' 2>/dev/null || "$dir/bin/python" -m ensurepip >/dev/null

: >"$log"
echo '*' >"$dir/.gitignore"
printf 'Installing skillevo[%s] into %s (a minute when nothing is cached) ' "$extras" "$dir"
{ install pip && install --build-constraint constraints.txt -e ".[$extras]"; } | progress ||
  { tail -n 25 "$log" >&2; fail "the installation failed; $log holds all of it."; }

# The build leaves it behind. Under `python -m` it would hide the installed package's metadata, by which Inspect knows
# that the tasks are an installed package's.
rm -rf skillevo.egg-info

# mypy and editors do not follow the import hook of an editable install with mapped folders; these links they do.
mkdir -p "$dir/typed/skillevo"
for folder in envs harness tasks results; do
  ln -sfn "$PWD/$folder" "$dir/typed/skillevo/$folder"
done
