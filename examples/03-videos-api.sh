#!/bin/sh
# The same with curl: start `npx aozora serve`, then sh examples/03-videos-api.sh
set -eu
base=${OPENAI_BASE_URL:-http://127.0.0.1:4000/v1}
key="authorization: Bearer ${OPENAI_API_KEY:-none}"

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

video=$(curl -sf "$base/videos" -H "$key" \
  -F prompt='a large red ball bounces on a plain grey floor' -F seconds=4 -F size=1280x720 -F seed=7)
id=$(echo "$video" | sed 's/.*"id":"\(video_[0-9a-f]*\)".*/\1/')

# Progress and preview pictures as they come, until the video has ended.
curl -sfN "$base/videos/$id/events" -H "$key" | grep '^event:'

status=$(curl -sf "$base/videos/$id" -H "$key" | field status)
[ "$status" = completed ] || { echo "the video is $status" >&2; exit 1; }
curl -sf "$base/videos/$id/content" -H "$key" -o sora.mp4
curl -sf "$base/videos/$id/content?variant=thumbnail" -H "$key" -o sora.webp
echo "sora.mp4, sora.webp"
