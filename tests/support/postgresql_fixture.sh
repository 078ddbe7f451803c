#!/bin/sh
# postgresql_fixture.sh start|stop STATE-FOLDER
# A private, temporary PostgreSQL cluster for the tests: Unix socket only, nothing synced to the disk. `start` is
# silent where one runs already and writes its connection string to STATE-FOLDER/url; `stop` removes everything.
set -eu

action=$1
mkdir -p "$2"
state=$(cd "$2" && pwd)
programs=/usr/lib/postgresql/15/bin
if [ ! -x $programs/initdb ]; then
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$programs" ] || programs=$(dirname "$(command -v initdb)")
fi

# PostgreSQL does not run as root.
as_user() {
  if [ "$(id -u)" = 0 ]; then
    user=nobody
    id glisson >/dev/null 2>&1 && user=glisson
    setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- env HOME=/tmp "$@"
  else
    "$@"
  fi
}

stop() {
  [ -f "$state/folder" ] || return 0
  folder=$(cat "$state/folder")
  if [ -d "$folder" ]; then
    as_user $programs/pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
  fi
  rm -f "$state/folder" "$state/url"
}

exec 9>"$state/lock"
flock 9
case $action in
  start)
    if [ -f "$state/url" ] && $programs/pg_isready -q -d "$(cat "$state/url")"; then exit 0; fi
    stop
    cd /
    folder=$(as_user mktemp -d /tmp/glisson-test-postgresql.XXXXXX)
    chmod 755 "$folder"
    echo "$folder" >"$state/folder"
    as_user $programs/initdb -D "$folder/data" -U postgres -A trust --locale=C.UTF-8 --encoding=UTF8 --no-sync \
      >"$state/initdb.log" 2>&1
    cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$folder'
max_connections = 200
fsync = off
full_page_writes = off
jit = off
log_min_messages = log
SETTINGS
    # The server must not hold the lock that this script holds.
    as_user $programs/pg_ctl -D "$folder/data" -l "$folder/postgresql.log" -w -t 60 start >/dev/null 9>&-
    echo "host=$folder port=5432 user=postgres dbname=postgres" >"$state/url"
    ;;
  stop) stop ;;
  *) echo "usage: $0 start|stop STATE-FOLDER" >&2; exit 2 ;;
esac
