# Holds both sides of a comparison to one instruction set: to be sourced.

# isa_limit ISA BINARY: exports what limits PyTorch to avx2 or avx512 (each library has a variable of its own) and sets
# isa_binary: BINARY, or where that is for another level one that is built in .build/x86-64-v3 or -v4. With an empty ISA
# both sides use what the processor has. Exits with 2 if it cannot be.
isa_limit() {
  local march needs flag level
  isa_binary=$2
  case $1 in
    '') return ;;
    avx2)
      march=x86-64-v3 needs="avx2 fma bmi2"
      export ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2
      # What torch.compile has g++ compile for, and our measure of the machine's peak.
      export TORCHINDUCTOR_CPP_MARCH=haswell OPENBLAS_CORETYPE=Haswell
      ;;
    avx512)
      march=x86-64-v4 needs="avx512f avx512bw avx512dq avx512vl"
      export ATEN_CPU_CAPABILITY=avx512
      ;;
    *)
      echo "error: ISA: got '$1', expected avx2 or avx512" >&2
      exit 2 ;;
  esac
  for flag in $needs; do
    grep -m 1 '^flags' /proc/cpuinfo 2>/dev/null | grep -qw "$flag" || {
      echo "error: ISA: got '$1', but this processor lacks $flag" >&2
      exit 2
    }
  done
  # The level that a binary was compiled for, such as x86-64-v3.
  level=$("$2" --version --json | grep -A 1 '"autodistill:build:march"' | sed -n 's/.*"value": "\(.*\)".*/\1/p')
  if [ "$level" != "$march" ]; then
    echo "Building for $march in .build/$march" >&2
    AUTODISTILL_MARCH=$march swift build -c release --product autodistill --scratch-path ".build/$march" >&2
    isa_binary=$PWD/.build/$march/release/autodistill
  fi
}
