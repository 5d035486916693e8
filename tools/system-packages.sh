#!/bin/sh
# Install Chromium, an older PostgreSQL and PgBouncer from Debian where they are missing, or say how.
set -eu

missing=''
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql-15"
[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null || missing="$missing pgbouncer"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The system tests need:$missing" >&2
    echo "On Debian: sudo apt-get install$missing" >&2
    exit 1
fi

echo "→ Installing Debian's packages:$missing (about a minute)"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
case "$missing" in *postgresql*)
    # The programs are wanted, not a server of the machine's own on port 5432.
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/soniq-tests.conf
    # Debian's releases bring one PostgreSQL each.
    apt-cache show postgresql-15 >/dev/null 2>&1 || missing=$(echo "$missing" | sed 's/postgresql-15/postgresql/')
esac
# shellcheck disable=SC2086  # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
