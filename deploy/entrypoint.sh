#!/bin/sh
# Where a container begins: secrets that are files become variables of this process, core dumps are off, and the service
# takes the place of this shell, so that it gets the signals itself. `--healthy` asks the service whether it lives.
set -eu

if [ "${1:-}" = "--healthy" ]; then
    exec python -I -c '
import os, ssl, sys, urllib.request
has_tls = bool(os.environ.get("TRADEWRIGHT_API_TLS_CERTIFICATE"))
port = os.environ["PORT"]
itself = ssl._create_unverified_context() if has_tls else None  # by no name that a certificate knows
scheme = "https" if has_tls else "http"
address = f"{scheme}://localhost:{port}/health/live"
sys.exit(urllib.request.urlopen(address, timeout=4, context=itself).status != 200)
'
fi

umask 077
ulimit -c 0
for name in DATABASE_URL REDIS_URL GOTIFY_TOKEN ALPACA_API_KEY ALPACA_SECRET_KEY TWELVE_DATA_API_KEY \
    TRADEWRIGHT_API_METRICS_TOKEN; do
    eval "file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        value=$(cat "$file")
        export "$name=$value"
        unset "${name}_FILE"
    fi
done
unset file value

exec tradewright --project "${FOLDER:-/data}" "$@"
