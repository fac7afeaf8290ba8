# All services and the operator's commands from one file: docker build --target ingress|worker|console|gateway .
# An exact version: docker build --build-arg NODE_IMAGE=… takes another, or a mirror's.
ARG NODE_IMAGE=node:24.11.0-bookworm-slim
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/contract/patches packages/contract/patches
# The version that packageManager names, and every package of the lockfile: a layer that code changes leave alone.
RUN npm install --global --ignore-scripts "$(node -p "require('./package.json').packageManager")" \
 && pnpm fetch
COPY . .
RUN pnpm install --offline --frozen-lockfile \
 && pnpm exec tsc -b services/ingress services/worker services/console packages/cli packages/bundle \
 && pnpm --filter @sms-gateway/console build:web \
 && node packages/bundle/dist/main.js /out \
 && pnpm --filter @sms-gateway/cli deploy --offline --prod /out/cli
# What the CLI does not read: types, sources, source maps, and what packages publish beside their code. Licences stay.
RUN find /out/cli -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' -o -name '*.tsbuildinfo' \
    -o -name '*.md' ! -iname 'licen[cs]e*' ! -iname 'notice*' \) -delete \
 && find /out/cli -type d -regex '.*/node_modules/\(@[^/]+/\)?[^@/]+/\(test\|tests\|__tests__\|benchmarks\)' -prune -exec rm -r {} +

FROM ${NODE_IMAGE} AS service
ENV NODE_ENV=production ADMIN_HOST=0.0.0.0 MALLOC_ARENA_MAX=2
WORKDIR /app
USER node
# The same as NODE_SETTINGS in packages/process; docs/operations.md says what they do.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=512", "--no-parallel-scavenge", "dist/main.js"]

# What npm run gateway runs in a clone: its commands reach Redis from where the services do.
FROM service AS gateway
COPY --from=build /out/cli ./packages/cli
COPY integrations ./integrations
# What its own hints call it.
ENV GATEWAY_COMMAND="docker compose run --rm gateway"
ENTRYPOINT ["node", "packages/cli/dist/main.js"]
CMD ["--help"]

FROM service AS ingress
COPY --from=build /out/ingress ./
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "require('node:http').get({ host: '127.0.0.1', port: process.env.ADMIN_PORT || 9090, path: '/healthz' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]

FROM service AS worker
COPY --from=build /out/worker ./
EXPOSE 9091
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "require('node:http').get({ host: '127.0.0.1', port: process.env.ADMIN_PORT || 9091, path: '/healthz' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]

FROM service AS console
COPY --from=build /out/console ./
EXPOSE 9092
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "require('node:http').get({ host: '127.0.0.1', port: process.env.CONSOLE_PORT || 9092, path: '/healthz' }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
