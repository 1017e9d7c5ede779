#!/bin/sh
# Installs the Debian packages that are missing: "tools/deps.sh build" to build and run, "tools/deps.sh test" for the tests too.
# Does nothing, and needs neither root nor network, when all are there.
set -eu

build="gcc g++ make pkg-config libcurl4-openssl-dev libxml2-dev libevent-dev libsqlite3-dev libicu-dev
libyaml-dev libjansson-dev uthash-dev libzstd-dev libssl-dev libxxhash-dev libcld2-dev libsystemd-dev
libseccomp-dev libpsl-dev zlib1g-dev poppler-utils python3 ca-certificates tzdata"
test="libcmocka-dev python3-pytest python3-pytest-xdist mandoc clang libclang-rt-14-dev llvm-14 systemd dbus iproute2 strace procps file sqlite3 faketime apprise"

# CI has these too. Nobody else is given a mail server or a shell that was not asked for: the tests that want one skip.
ci="exim4-daemon-light zsh fish"

case ${1:-build} in
build) want=$build ;;
test) want="$build $test" ;;
*) echo "usage: $0 build|test" >&2; exit 2 ;;
esac

lacking() {
	for p in "$@"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || printf ' %s' "$p"
	done
}

# shellcheck disable=SC2086
missing=$(lacking $want)
# shellcheck disable=SC2086
[ "${CI:-}" = true ] && [ "${1:-build}" = test ] && extra=$(lacking $ci) || extra=
[ -z "$missing$extra" ] && exit 0
echo "installing Debian packages:$missing$extra"
if [ "$(id -u)" != 0 ]; then
	[ -n "$missing" ] || exit 0
	command -v sudo >/dev/null || { echo "not root and no sudo: install these packages and try again" >&2; exit 1; }
	exec sudo "$0" "$@"
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
[ -z "$missing" ] || apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
# shellcheck disable=SC2086
[ -z "$extra" ] || apt-get install -y -qq --no-install-recommends $extra >/dev/null 2>&1 ||
	echo "not installed:$extra (their tests skip)"
