# The environments of the programs that benchmarks compare with: to be sourced. Nothing is installed system-wide.
#
#   PEERS=~/.cache/autodistill-peers    the folder that they are, or will be, in

PEERS=${PEERS:-$HOME/.cache/autodistill-peers}

# peers_python NAME IMPORTS PACKAGE...: makes the Python environment NAME, and installs the packages unless all of
# IMPORTS, such as "torch, numpy", can be imported. Its interpreter is $PEERS/NAME/bin/python.
peers_python() {
  local venv=$PEERS/$1 imports=$2
  shift 2
  if ! command -v python3 >/dev/null; then
    echo "error: the comparison needs python3 (Debian, Ubuntu: apt-get install python3-venv)" >&2
    return 1
  fi
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || return 1
  if ! "$venv/bin/python" -c "import $imports" 2>/dev/null; then
    echo "Installing $* into $venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
  fi
}

# peers_jemalloc: unpacks jemalloc, an allocator that keeps pages between steps (glibc's costs PyTorch up to half its
# speed), and prints the library's path. Status 1: it cannot be had here.
peers_jemalloc() {
  local folder=$PEERS/deb
  if ! compgen -G "$folder/usr/lib/*/libjemalloc.so.2" >/dev/null; then
    mkdir -p "$folder"
    (cd "$folder" && apt-get download -q libjemalloc2 && dpkg -x libjemalloc2*.deb .) >/dev/null 2>&1 || return 1
  fi
  compgen -G "$folder/usr/lib/*/libjemalloc.so.2" | head -n 1
}
