#!/usr/bin/env bash
# Builds llama.cpp for the tests, once: llama-server, the shared libraries that llama-cpp-python loads, and the converters.
# The source is the one inside the pinned source distribution of llama-cpp-python; pip fetches it, and nothing else is.
#
#   scripts/build_llama_cpp.sh            into .venv/llama.cpp (about nine minutes of one busy core)
#   VENV=/path scripts/build_llama_cpp.sh into another environment
#
# Needs a C++ compiler; cmake and ninja are taken from PyPI where the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=0.3.36
SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
BUILD=1 # counted up when the way it is built changes

VENV=$(cd "${VENV:-.venv}" && pwd)
PYTHON=$VENV/bin/python
TARGET=$VENV/llama.cpp
STAMP="$VERSION-$BUILD"

installed() { "$PYTHON" -c "from importlib.metadata import version; print(version('llama-cpp-python'))" 2>/dev/null; }

if [ "$(cat "$TARGET/built" 2>/dev/null)" = "$STAMP" ] && [ "$(installed)" = "$VERSION" ]; then
    echo "llama.cpp of llama-cpp-python $VERSION is built already: $TARGET"
    exit 0
fi
if ! command -v c++ >/dev/null; then
    echo "llama.cpp needs a C++ compiler. On Debian and Ubuntu: sudo apt-get install -y g++; on macOS: xcode-select --install" >&2
    exit 1
fi

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
pip() { "$PYTHON" -m pip --disable-pip-version-check --quiet "$@"; }

echo "Fetching llama-cpp-python $VERSION (77 MB) …"
pip download --no-deps --no-binary llama-cpp-python --dest "$WORK" "llama-cpp-python==$VERSION"
SDIST=$(echo "$WORK"/llama_cpp_python-*.tar.gz)
"$PYTHON" - "$SDIST" "$SHA256" <<'CHECK'
import hashlib, sys
with open(sys.argv[1], "rb") as file:
    if hashlib.file_digest(file, "sha256").hexdigest() != sys.argv[2]:
        sys.exit("the source is not the one that was pinned")
CHECK
tar -xzf "$SDIST" -C "$WORK"
SOURCE=$(echo "$WORK"/llama_cpp_python-*/vendor/llama.cpp)

if ! command -v cmake >/dev/null || ! command -v ninja >/dev/null; then
    pip install --target "$WORK/tools" cmake ninja
    export PATH="$WORK/tools/bin:$PATH" PYTHONPATH="$WORK/tools"
fi

# Tests spend their time in the arithmetic alone: the rest is optimised only so far as it is quick to compile.
echo 'set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")' >"$WORK/arithmetic.cmake"
ORIGIN='$ORIGIN'
[ "$(uname -s)" = Darwin ] && ORIGIN=@loader_path
echo "Building …"
cmake -G Ninja -S "$SOURCE" -B "$WORK/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DCMAKE_PROJECT_ggml_INCLUDE="$WORK/arithmetic.cmake" \
    -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON -DCMAKE_INSTALL_RPATH="$ORIGIN" \
    -DLLAMA_ALL_WARNINGS=OFF -DGGML_ALL_WARNINGS=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_COMMON=ON \
    -DLLAMA_BUILD_TOOLS=ON -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF >"$WORK/cmake.log" 2>&1 ||
    { tail -n 20 "$WORK/cmake.log" >&2; exit 1; }
cmake --build "$WORK/build" --target llama-server >"$WORK/build.log" 2>&1 ||
    { tail -n 20 "$WORK/build.log" >&2; exit 1; }

echo "Installing into $VENV …"
NEW=$TARGET.new
rm -rf "$NEW"
mkdir -p "$NEW/bin" "$NEW/convert"
cp -P "$WORK"/build/bin/lib* "$WORK/build/bin/llama-server" "$NEW/bin/"
cp -R "$SOURCE"/convert_hf_to_gguf.py "$SOURCE"/convert_lora_to_gguf.py "$SOURCE/conversion" "$SOURCE/gguf-py" \
    "$SOURCE/LICENSE" "$NEW/convert/"
if [ "$(installed)" != "$VERSION" ]; then
    CMAKE_ARGS="-DLLAMA_BUILD=OFF -DLLAVA_BUILD=OFF" pip install "$SDIST"
fi
echo "$STAMP" >"$NEW/built"
rm -rf "$TARGET"
mv "$NEW" "$TARGET"
LLAMA_CPP_LIB_PATH="$TARGET/bin" "$PYTHON" -c "import llama_cpp"
"$TARGET/bin/llama-server" --version 2>&1 | head -n 1
