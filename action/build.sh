#!/usr/bin/env bash
# Builds plimsoll from the action's own checkout; there is no release to download yet.
set -euo pipefail

# The checkout's own toolchain settings hold, not those of the repository that is judged or of its job.
cd "$GITHUB_ACTION_PATH"
unset CARGO_BUILD_TARGET RUSTFLAGS
if ! command -v rustup > /dev/null && ! command -v cargo > /dev/null; then
    echo "::error title=plimsoll::this runner has neither rustup nor cargo, and plimsoll has to be built"
    exit 2
fi
if command -v rustup > /dev/null; then
    # The same commit is built by the same compiler.
    toolchain=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    rustup toolchain install "$toolchain" --profile minimal --no-self-update
    export RUSTUP_TOOLCHAIN=$toolchain
fi
target=$RUNNER_TEMP/plimsoll-build
cargo build --release --locked --bin plimsoll --target-dir "$target"
echo "plimsoll=$target/release/plimsoll" >> "$GITHUB_OUTPUT"
