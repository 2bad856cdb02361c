#!/bin/bash
# usage: command_line_test.sh PLUMBLINE
# What the command line says to people: refusals with their remedy, in the user's language.
# Exits 1 when a case went wrong.
set -uo pipefail
plumbline=$(realpath "$1")
source=$(realpath "$(dirname "$0")/..")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
unset LC_ALL LC_MESSAGES LANG
failed=0

wrong() {
  echo "wrong: $1"
  sed 's/^/  | /' said
  failed=1
}
# WHAT STATUS TEXT COMMAND…: what is said holds TEXT
expect() {
  local what=$1 status=$2 text=$3
  shift 3
  "$@" >said 2>&1
  local -r got=$?
  ((got == status)) || wrong "$what: exit $got"
  grep -qF -- "$text" said || wrong "$what: '$text' is not said"
}

"$plumbline" demo --data city --firms 60 >demo.log 2>&1 || { cat demo.log; exit 1; }
printf 'quorum none\n' >policy

# Languages: LC_ALL, LC_MESSAGES, LANG, the first that is set.
refused=("$plumbline" do --data city firm.fly '' '{}')
expect "no language" 1 "没有这个步骤 (unknown_action)" "${refused[@]}"
expect "C" 1 "没有这个步骤" env LANG=C "${refused[@]}"
expect "English" 1 "No such step (unknown_action)" env LANG=en_GB.UTF-8 "${refused[@]}"
expect "LC_MESSAGES before LANG" 1 "No such step" env LC_MESSAGES=en_US LANG=zh_CN.UTF-8 "${refused[@]}"
expect "LC_ALL first" 1 "没有这个步骤" env LC_ALL=zh_CN.UTF-8 LANG=en_US "${refused[@]}"
expect "an empty one is none" 1 "No such step" env LC_ALL= LANG=en_US "${refused[@]}"

# What there is.
expect "help" 0 "record" "$plumbline" help
expect "help with a command" 0 "--vkey" "$plumbline" help record verify
expect "no such command" 2 "no command 'nonsense'" "$plumbline" nonsense
expect "no command" 2 "A subcommand is required" "$plumbline"

# Who acts.
expect "nobody named" 1 "--as: 没有指明以谁的账户办理" "$plumbline" policy --data city policy
expect "a code stays as it is" 1 '{"error":{"code":"forbidden"}}' \
  "$plumbline" policy --data city --json policy
expect "somebody without the right" 1 "forbidden" "$plumbline" policy --data city --as firm policy
grep -q -- --as said && wrong "who gave --as is not told to"

# What has no effect is refused.
firm=$("$plumbline" list --data city firm --limit 1 | sed -n 's/.*"id": "\(.*\)",/\1/p' | head -n 1)
expect "an opening of a version" 0 '"salt"' \
  "$plumbline" show --data city firm "$firm" --open name --version 1
expect "its evidence" 0 '"entry"' \
  "$plumbline" show --data city firm "$firm" --open name --evidence shown
vkey=$(cat city/public/log/vkey)
proven=("$plumbline" record verify shown/opening.json shown/entry --proof shown/tlog-proof --vkey "$vkey")
expect "a record in the log" 0 '"log_size":' "${proven[@]}"
expect "a proof without the key" 2 "--proof goes with --vkey" \
  "$plumbline" record verify shown/opening.json shown/entry --proof shown/tlog-proof
sed 's/^index .*/index 0/' shown/tlog-proof >other && mv other shown/tlog-proof
expect "a proof of another entry" 1 '"error":"INCLUSION"' "${proven[@]}"
expect "a version of nothing opened" 2 "--version requires --open" \
  "$plumbline" show --data city firm "$firm" --version 1
for type in pdf application/ /pdf 'text/plain; charset=utf-8' 'a b/c'; do
  expect "the media type $type" 1 "/media_type: " \
    "$plumbline" attach --data city --as officer firm "$firm" policy --type "$type"
done
expect "a media type" 0 '"state": "active"' \
  "$plumbline" attach --data city --as officer firm "$firm" policy --type application/vnd.oasis+xml

# A checkpoint that cannot be taken in: why, and what to do instead.
"$plumbline" init --data other --jurisdiction 3715 --origin other.example/log >/dev/null
expect "another log's checkpoint" 1 "(note_of_other_log): other.example/log" \
  "$plumbline" cosigned --data city other/public/log/checkpoint
expect "the checkpoint before" 1 "(note_of_other_size): $(sed -n 2p city/public/log/checkpoint)" \
  "$plumbline" cosigned --data city city/public/log/checkpoint-prev
expect "no checkpoint" 1 "(CHECKPOINT_FORMAT)" "$plumbline" cosigned --data city policy
expect "the present checkpoint" 0 '"cosignatures": 2' \
  "$plumbline" cosigned --data city city/public/log/checkpoint

# What outsiders still want of a checkpoint.
expect "no policy" 0 "(policy_none)" "$plumbline" publish --data other
expect "a full quorum" 0 '"missing": []' "$plumbline" cosigned --data city city/public/log/checkpoint
"$plumbline" user add --data city clerk >/dev/null
witness="plumbline witness --state DIR --log city/public/log --vkey demo.example"
expect "witnesses that are wanted" 0 "$witness" "$plumbline" publish --data city
grep -q '"cosignatures_wanted": 2' said || wrong "how many are wanted is not said"
grep -q '"demo.example/witness-b"' said || wrong "who is missing is not said"

# What is done to the ways in of others has a reason; the secret of a provider is never said.
expect "a reset without a reason" 2 "--reason is required" "$plumbline" user reset clerk --data city
expect "a reset" 0 '"expires_at"' "$plumbline" user reset clerk --reason forgotten --data city
"$plumbline" user remove-second-factor clerk --reason lost --data city >said 2>&1 || wrong "a factor stays"
expect "of nobody" 1 unknown_account "$plumbline" user reset nobody --reason forgotten --data city
expect "both stand there" 0 second_factor_removed "$plumbline" list access_measure --data city
grep -q forgotten said || wrong "the reason of a reset is not kept"
printf 'hush-hush\n' >secret
provider=("$plumbline" oidc add city --client-id plumbline --base-url https://supervision.example --data city)
"${provider[@]}" --issuer https://id.example --secret-file secret >said 2>&1 || wrong "no provider"
expect "a provider without TLS" 1 oidc_url "${provider[@]}" --issuer http://id.example
expect "providers" 0 https://supervision.example/api/v1/oidc/city/callback "$plumbline" oidc list --data city
grep -q hush said && wrong "a secret is said"
[[ $(stat -c %a city/keys/oidc-city.secret) == 600 ]] || wrong "others may read the secret"
"$plumbline" oidc remove city --data city >said 2>&1 || wrong "the provider stays"
expect "again" 1 not_found "$plumbline" oidc remove city --data city
[[ -e city/keys/oidc-city.secret ]] && wrong "the secret is still there"

# Faults of the engine come with a remedy.
cp -r city broken
printf 'no database at all, %4096s' '' >broken/plumbline.db
expect "a damaged database" 1 "(database_damaged): " "$plumbline" list --data broken firm
sed -i 's#"database": ""#"database": "postgres://nobody@127.0.0.1:1/nothing"#' broken/plumbline.json
expect "no server" 1 "(database_unreachable): " "$plumbline" list --data broken firm

# An undo that was done already says so.
printf 'name,key,region\nA,licence:1,371502\n' >rows.csv
batch=$("$plumbline" import --data city --as importer firm rows.csv 2>/dev/null |
  sed -n 's/.*"batch": "\(.*\)",/\1/p')
expect "an undo" 0 '"withdrawn": 1' "$plumbline" undo --data city --as importer "$batch"
expect "a second undo" 0 '"undone_before": 1' "$plumbline" undo --data city --as importer "$batch"
grep -q '"withdrawn": 0' said || wrong "a second undo withdraws again"

# A dry run says what the import will say, and the same file again changes nothing.
cat >rows.csv <<'END'
name,key,region,risk_class,risk_class_from,status,status_since
甲公司,licence:11,371502,B,,normal,
乙公司,licence:12,371502,,,moved,
"丙
公司",licence:13,371502,C,2025-01-01,normal,
丁公司,licence:14,999999,C,,normal,
戊公司,licence:15,371502,,2025-01-01,normal,
END
import=("$plumbline" import --data city --as importer firm rows.csv --json)
told='"refused":2,"encoding":"UTF-8","problems":[{"row":5,"column":"region","code":"unknown_region",'
told+='"message":"没有这个区域代码 (unknown_region)","detail":"999999"},{"row":6,"column":"risk_class",'
told+='"code":"class_missing","message":"请选择信用风险分类 (class_missing)","detail":""}]'
expect "a dry run" 0 "\"created\":3,\"changed\":0,\"unchanged\":0,$told" "${import[@]}" --dry-run
expect "the import" 0 "\"created\":3,\"changed\":0,\"unchanged\":0,$told" "${import[@]}"
expect "a dry run again" 0 "\"created\":0,\"changed\":0,\"unchanged\":3,$told" "${import[@]}" --dry-run
expect "the import again" 0 "\"created\":0,\"changed\":0,\"unchanged\":3,$told" "${import[@]}"

# A restore that fails leaves nothing behind.
"$plumbline" backup --data city kept >/dev/null || wrong "no backup"
cp -r kept spoilt
printf 'no database at all, %4096s' '' >spoilt/plumbline.db
mkdir empty
for place in policy empty nowhere; do
  expect "restoring $place" 1 "(no_backup): $place" "$plumbline" restore "$place" --data again
done
expect "restoring a damaged database" 1 "(database_damaged)" "$plumbline" restore spoilt --data again
[[ -z $(compgen -G 'again*') ]] || wrong "a failed restore left $(compgen -G 'again*')"
expect "restoring" 0 '"awaits_adoption": true' "$plumbline" restore kept --data again/
expect "restoring over a folder" 1 "(folder_in_use): again" "$plumbline" restore kept --data again

# Nobody dates an official act.
noon=2026-06-01T12:00:00+08:00
expect "a chosen time in a real folder" 2 "(times_are_real): other" \
  "$plumbline" list --data other --at "$noon" firm
expect "in the demo" 0 items "$plumbline" list --data city --at "$noon" firm
expect "in its backup" 0 items "$plumbline" list --data again --at "$noon" firm
expect "a folder made for it" 0 "log key" "$plumbline" init --data chosen --jurisdiction 3715 \
  --origin chosen.example/log --at "$noon"
expect "an act in it" 0 '"id"' "$plumbline" user add --data chosen --at "$noon" clerk

# What the READMEs show runs as it stands there.
mkdir build && ln -s "$plumbline" build/plumbline && ln -s city data && ln -s "$source/scripts" scripts
for readme in README.md README.zh-CN.md; do
  sed -n '/^```$/,/^```$/p' "$source/$readme" | grep data/ >commands
  expect "$readme" 0 '"ok":1' bash -euo pipefail commands
  (($(grep -c . commands) == 7)) || wrong "$readme: other commands than before"
done

exit $failed
