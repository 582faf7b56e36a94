#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# signmark.cgi: sends the picture that PATH_INFO names, marked, or a 404 or 500; never the original.
#   SIGNMARK_ORIGINALS  folder of the unmarked pictures; no URL may lead there
#   SIGNMARK_PROGRAM    the program (default: signmark)
# What signmark says goes to the server's error log.
refuse() {
  printf 'Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$1" "$2"
  exit 0
}
work=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

name=${PATH_INFO#/}
case $name in
  '' | .* | *[!A-Za-z0-9._-]*) refuse '404 Not Found' 'no such picture' ;;
  *.jpg | *.jpeg) type=image/jpeg ;;
  *.png) type=image/png ;;
  *.webp) type=image/webp ;;
  *) refuse '404 Not Found' 'no such picture' ;;
esac
original=$SIGNMARK_ORIGINALS/$name
if [ -z "$SIGNMARK_ORIGINALS" ] || ! [ -f "$original" ]; then
  refuse '404 Not Found' 'no such picture'
fi

mark() {
  work=$(mktemp -d -t signmark-server.XXXXXX) &&
    "${SIGNMARK_PROGRAM:-signmark}" --no-input -q mark "$original" -o "$work/marked" >/dev/null &&
    size=$(wc -c <"$work/marked")
}
mark || refuse '500 Internal Server Error' 'the picture could not be marked'
printf 'Content-Type: %s\r\nContent-Length: %s\r\n\r\n' "$type" "$size"
[ "$REQUEST_METHOD" = HEAD ] || cat "$work/marked"
