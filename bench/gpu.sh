#!/usr/bin/env bash
# Measures the engine `tensorflow` on a machine with an NVIDIA GPU, which needs no network: installs it, runs the tests
# that compare it with the other engines, and times attack and training steps beside PyTorch, without and with TF32.
# All output goes to one file.
#
#   bench/gpu.sh [--library DIR] [--out FILE] [--dry-run] [WORD ...]
#
# --library DIR  files from `retable engines install tensorflow --gpu --download DIR`; otherwise they are downloaded
# --out FILE     where the report is written (default: gpu-report.md)
# --dry-run      the same on the processor, on a machine without a GPU
# WORD           (part of) the name of a network or work, as for `npm run bench:engine` (default: step, which is all works)
#
# Needs this checkout after `npm ci`, Python 3, a C++ compiler and, to compare, PyTorch.
set -euo pipefail

fail() {
  echo "bench/gpu.sh: $1" >&2
  exit 1
}

library=() out=$PWD/gpu-report.md device=gpu words=()
while [ $# -gt 0 ]; do
  case $1 in
    --library | --out)
      [ $# -ge 2 ] || fail "$1 needs a value"
      value=$(realpath -m "$2")
      if [ "$1" = --out ]; then out=$value; else library=(--library "$value"); fi
      shift 2
      ;;
    --dry-run) device=processor && shift ;;
    -*) fail "there is no flag $1; see the first lines of this script" ;;
    *) words+=("$1") && shift ;;
  esac
done
[ ${#words[@]} -gt 0 ] || words=(step)
cd "$(dirname "$0")/.."

[ -d node_modules ] || fail "node_modules is missing: run 'npm ci', or bring the folder from a machine with a network"
if [ "$device" = gpu ]; then
  nvidia-smi > /dev/null 2>&1 ||
    fail 'nvidia-smi finds no NVIDIA GPU here. With --dry-run, everything runs on the processor.'
fi
# One installation for each device, and not that of the user.
export RETABLE_ENGINES=$PWD/.ci/engines-$device NO_COLOR=1
install=(node dist/retable.js engines install tensorflow "${library[@]}")
[ "$device" = processor ] || install+=(--gpu)

# shellcheck disable=SC2317 # called by `part`
machine() {
  date -u '+%Y-%m-%d %H:%M UTC'
  git log -1 --format='commit %h, %s' 2> /dev/null || true
  echo "Node $(node --version)"
  sed -n 's/^model name[^:]*: /processor: /p' /proc/cpuinfo | sort | uniq -c
  [ "$device" = processor ] || nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv
}

# Each part is reported, also if one before it has failed.
status=0
part() {
  local title=$1
  shift
  echo "$title …"
  {
    printf '## %s\n\n```\n' "$title"
    "$@" 2>&1 || { echo "FAILED: $*" && status=1; }
    printf '```\n\n'
  } >> "$out"
}

printf '# The engine tensorflow on a %s\n\n' "$device" > "$out"
part 'Machine' machine
part 'Build' node build.mjs
part 'Installation' "${install[@]}"
part 'Engines' node dist/retable.js engines
part 'Agreement with the other engines' npx vitest run --project tensorflow
part 'Beside PyTorch, TF32 off' node dist/bench/engine.js --engine tensorflow "${words[@]}"
[ "$device" = processor ] ||
  part 'Beside PyTorch, TF32 on in PyTorch' node dist/bench/engine.js --engine tensorflow --tf32 "${words[@]}"

grep -n '^FAILED' "$out" || true
echo "The report is in $out."
exit $status
