# One image for every service, the migrations, the portal and the development issuer: the command says which.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package's script runs: what they would prepare (an embedded PostgreSQL) is a container of its own here.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/build.mjs scripts/
COPY libs libs
COPY apps apps
# Only what runs is kept: no source, no tests' or developers' tools, no PostgreSQL binaries, no compiler.
RUN node scripts/build.mjs \
 && rm -rf dist/scripts dist/apps/demo dist/libs/testing dist/libs/fleet dist/libs/kafka-broker \
 && find dist -name '*.map' -delete \
 && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/typescript node_modules/typeorm/browser node_modules/.cache node_modules/.bin \
 && find node_modules/@embedpdf/fonts-sc/fonts -name '*.otf' ! -name '*-Regular.otf' ! -name '*-Bold.otf' -delete \
 && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -type f -delete

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 JINJI_DATA=/data
RUN mkdir /data && chown node:node /data
WORKDIR /app
COPY deploy/healthy /usr/local/bin/
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY policies policies
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=10s --start-period=180s --retries=6 CMD ["healthy", "3000", "/health/ready"]
ENTRYPOINT ["node"]
CMD ["--eval", "console.error('say which: dist/apps/<service>/src/main.js'); process.exit(64)"]
