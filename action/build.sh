#!/usr/bin/env bash
# Builds plimsoll from the action's own checkout; there is no release to download yet.
set -euo pipefail

# The checkout's own toolchain settings hold, not those of the repository that is judged.
cd "$GITHUB_ACTION_PATH"
if command -v rustup > /dev/null; then
    rustup toolchain install stable --profile minimal --no-self-update
    export RUSTUP_TOOLCHAIN=stable
fi
target=$RUNNER_TEMP/plimsoll-build
cargo build --release --locked --bin plimsoll --target-dir "$target"
echo "plimsoll=$target/release/plimsoll" >> "$GITHUB_OUTPUT"
