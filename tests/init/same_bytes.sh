# The init's bytes come from its sources and the compiler alone: another folder, another preset, and
# flags and times in the environment change nothing.

build() {
  cmake -S "$SOURCE" -B "$1" -G Ninja "$2" -DBUILD_TESTING=OFF --log-level=ERROR >log 2>&1 &&
    cmake --build "$1" --target src/init/all >>log 2>&1 || { cat log; exit 1; }
  cmp "$1/src/init/init-x86_64" "$GUEST/init-x86_64"
  cmp "$1/src/init/init-aarch64" "$GUEST/init-aarch64"
}

build one -DCMAKE_BUILD_TYPE=Release
CFLAGS='-O0 -g -DNDEBUG' LDFLAGS='-Wl,--build-id' SOURCE_DATE_EPOCH=1 TZ=Asia/Tokyo LC_ALL=C \
  TMPDIR=$PWD/one build 'another folder/deeper' -DCMAKE_BUILD_TYPE=Debug
