#!/bin/sh
# Installs packages of Debian into an image: as they were on the day SNAPSHOT (of the Debian snapshot archive),
# else from MIRROR as it is now, else from where the image itself has its packages from.
set -eu
. /etc/os-release
export DEBIAN_FRONTEND=noninteractive

work=$(mktemp -d)
# What is in the image may be newer than the day; what depends on the very version of it is then put back.
printf 'Package: *\nPin: release n=%s\nPin-Priority: 1001\n' "$VERSION_CODENAME" > "$work/preferences"

# Signatures tell what is Debian's, not certificates, of which a small image has none.
install_with() {
	apt-get -o APT::Update::Error-Mode=any -o Acquire::https::Verify-Peer=false \
		-o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@" update &&
	apt-get -o Acquire::https::Verify-Peer=false "$@" \
		install --yes --no-install-recommends --allow-downgrades $packages
}

install_from() {
	printf 'deb [check-valid-until=no signed-by=%s] %s %s main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "$1" "$VERSION_CODENAME" > "$work/sources.list"
	install_with -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o "Dir::Etc::preferences=$work/preferences"
}

packages=$*
if [ -n "${SNAPSHOT:-}" ] &&
	install_from "http://snapshot.debian.org/archive/debian/$SNAPSHOT/"; then
	:
elif [ -n "${MIRROR:-}" ] && install_from "$MIRROR"; then
	:
elif install_with; then
	:
else
	echo 'zosia: no packages' >&2
	exit 1
fi
rm -rf "$work" /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
