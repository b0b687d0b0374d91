#!/bin/sh
# Prints an environment file with fresh secrets for docker-compose.yml: sh deploy/env.sh > .env
set -eu
umask 077
secret() { head -c 64 /dev/urandom | sha256sum | cut -c1-64; }
cat <<END
SECRET_KEY=$(secret)
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
NATS_PASSWORD=$(secret)
PORT=8000
ALLOWED_HOSTS=localhost,127.0.0.1
LOG_LEVEL=info
END
