#!/usr/bin/env sh
# Creates an application in the sandbox with the official command line, and deploys it with git.
#
#   npm install --global clever-tools && sh deploy.sh
set -eu

url="${SANDBOX_URL:-http://127.0.0.1:8080}"
export API_HOST="$url" AUTH_BRIDGE_HOST="$url"
export OAUTH_CONSUMER_KEY=sandbox-consumer-key OAUTH_CONSUMER_SECRET=sandbox-consumer-secret
export CLEVER_TOKEN=sandbox-oauth-token CLEVER_SECRET=sandbox-oauth-secret

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Nothing of the user's own configuration is read or changed.
export CONFIGURATION_FILE="$folder/clever.json" EXPERIMENTAL_FEATURES_FILE="$folder/features.json"

git init --quiet --initial-branch=main
echo 'console.log("hello")' > server.js
git add server.js
git -c user.name=Ada -c user.email=ada@example.com commit --quiet --message 'Say hello'

# The git of the command line itself speaks HTTPS only, and the sandbox HTTP.
clever features enable system-git
clever create --type node shop
clever env set PORT 8080
clever deploy
clever status
clever delete --yes
echo done
