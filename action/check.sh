#!/usr/bin/env bash
# Runs plimsoll once, shows what it found in the log, as annotations and in the job's summary, and sets the outputs.
# Runs on bash 3.2, which is what macOS has.
set -euo pipefail

work=$(mktemp -d "$RUNNER_TEMP/plimsoll.XXXXXX")
arguments=(check)

# Adds the lines of $1 to the arguments, blank ones left out.
add_lines() {
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        [ -z "$line" ] || arguments+=("$line")
    done <<< "$1"
}

add_lines "${INPUT_ARGS:-}"
[ -z "${INPUT_CONFIG:-}" ] || arguments+=("--config=$INPUT_CONFIG")
[ -z "${INPUT_PROFILE:-}" ] || arguments+=("--profile=$INPUT_PROFILE")
[ -z "${INPUT_FAIL_ON:-}" ] || arguments+=("--fail-on=$INPUT_FAIL_ON")
[ "${INPUT_ALLOW_EMPTY:-false}" != true ] || arguments+=(--allow-empty)
for format in human json github markdown; do
    arguments+=("--format=$format=$work/$format")
done
arguments+=(--)
# Nothing where it is empty: `-f` among the arguments names files, too.
add_lines "${INPUT_PATHS-.}"

# What files of strangers say must not be taken for commands of the workflow.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
# Both streams in one: the runner reads two in any order, and one might come after commands count again.
"$PLIMSOLL" "${arguments[@]}" 2>&1 || code=$?
[ ! -s "$work/human" ] || cat "$work/human"
echo "::$token::"

[ "${INPUT_ANNOTATIONS:-true}" != true ] || [ ! -s "$work/github" ] || cat "$work/github"
if [ "${INPUT_ANNOTATIONS:-true}" = true ] && [ ! -e "$work/github" ]; then
    echo "::error title=plimsoll::nothing was judged; the log says why"
fi
# The runner refuses a summary of more than a megabyte as a whole.
if [ "${INPUT_SUMMARY:-true}" = true ] && [ -s "$work/markdown" ]; then
    head -c 1000000 "$work/markdown" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
fi

# The counts stand at the beginning of the report, before anything that comes from a file.
findings='' highest=''
if [ -s "$work/json" ]; then
    summary=$(sed -n 's/^{"schema":"[^"]*","tool":{[^}]*},"summary":{\([^}]*\)}.*/\1/p' "$work/json")
    findings=0
    for severity in critical high medium low; do
        count=$(sed -n "s/.*\"$severity\":\([0-9]*\).*/\1/p" <<< "$summary")
        findings=$((findings + count))
        [ -n "$highest" ] || [ "$count" -eq 0 ] || highest=$severity
    done
fi
{
    echo "findings=$findings"
    echo "highest=$highest"
    echo "exit-code=$code"
} >> "$GITHUB_OUTPUT"
rm -rf "$work"
exit "$code"
