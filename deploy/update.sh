#!/bin/sh
# Replaces the containers of ingress and worker by new ones, built from this folder, without failing a request: the new
# ones start beside the old ones, and the old ones stop when the new ones are ready and the proxy has found them.
# docker compose up -d alone would stop the old ones first. If the new ones do not become ready, they are removed, and
# the old ones go on.
set -eu
cd "$(dirname "$0")/.."

# Succeeds when every container that is given answers 200 on /readyz. Asks each for a minute at most.
ready() {
  for container in "$@"; do
    docker exec "$container" node -e "
      const ask = (left) =>
        fetch('http://127.0.0.1:' + process.env.ADMIN_PORT + '/readyz')
          .then(({ ok }) => ok, () => false)
          .then((ok) => ok ? process.exit(0) : left === 0 ? process.exit(1) : setTimeout(ask, 1000, left - 1));
      ask(60);" || return 1
  done
}

# The containers of a service that are not among those given.
others() {
  service=$1
  shift
  docker compose ps --all --quiet --no-trunc "$service" | while read -r container; do
    case " $* " in *" $container "*) ;; *) echo "$container" ;; esac
  done
}

docker compose build ingress worker
for service in worker ingress; do
  # What stopped, such as the rest of an update that failed, would be started again with its old settings.
  docker compose rm --force "$service"
  old=$(docker compose ps --quiet --no-trunc "$service")
  count=$(printf '%s\n' "$old" | grep -c . || true)
  if [ "$count" -eq 0 ]; then
    docker compose up --detach --no-deps "$service"
    continue
  fi
  if ! {
    docker compose up --detach --no-deps --no-recreate --wait --scale "$service=$((count * 2))" "$service" &&
      # A worker is also not ready while no provider can send, which must not keep a new one from starting.
      { [ "$service" = worker ] || ready $(others "$service" $old); }
  }; then
    new=$(others "$service" $old)
    for container in $new; do
      docker logs --tail 20 "$container" >&2 || true
    done
    [ -z "$new" ] || docker rm --force $new >/dev/null
    echo "The new $service did not become ready; its log is above. The old one goes on, and nothing after it was updated." >&2
    exit 1
  fi
  # As long as the proxy needs to find them.
  sleep 3
  for container in $old; do
    docker stop "$container" >/dev/null
    docker rm "$container" >/dev/null
  done
  docker compose up --detach --no-deps --no-recreate --scale "$service=$count" "$service"
done
