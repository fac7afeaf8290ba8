#!/bin/sh
# Replaces the containers of ingress and worker by new ones, built from this folder, without failing a request: the new
# ones are started beside the old, and the old stop when the proxy has turned away from them.
# docker compose up -d alone would stop the old ones first.
set -eu
cd "$(dirname "$0")/.."

docker compose build ingress worker
for service in worker ingress; do
  old=$(docker compose ps --quiet "$service")
  count=$(printf '%s\n' "$old" | grep -c . || true)
  if [ "$count" -eq 0 ]; then
    docker compose up --detach --no-deps "$service"
    continue
  fi
  docker compose up --detach --no-deps --no-recreate --wait --scale "$service=$((count * 2))" "$service"
  # As long as the proxy needs to find them.
  sleep 3
  for container in $old; do
    docker stop --time 40 "$container" >/dev/null
    docker rm "$container" >/dev/null
  done
  docker compose up --detach --no-deps --no-recreate --scale "$service=$count" "$service"
done
