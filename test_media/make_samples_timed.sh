#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the small film and sound files in test_media/samples with ffmpeg. Run by hand; its output is
# committed. The tests build what no program writes (OpenDML, unsynchronised ID3, hostile lengths).
set -eu
out=$(dirname "$0")/samples
tone="-f lavfi -i sine=frequency=440:sample_rate=8000:duration=0.05"
tone48="-f lavfi -i sine=frequency=440:sample_rate=48000:duration=0.05"
film="-f lavfi -i testsrc2=size=32x24:rate=10:duration=0.3"
ff() { ffmpeg -v error -y -fflags +bitexact "$@"; }
small="-bitexact -metadata title=Sample"

ff $tone $small "$out/sound.wav"
ff $tone $small -rf64 always "$out/rf64.wav"
ff $tone $small -f wav pipe:1 >"$out/streamed.wav"
ff $tone $small -b:a 8k -id3v2_version 3 "$out/id3v23.mp3"
ff $tone $small -b:a 8k -id3v2_version 4 -metadata_header_padding 400 "$out/id3v24.mp3"
ff $tone $small -b:a 8k -id3v2_version 0 "$out/bare.mp3"
printf 'TAG%-125s' Sample >>"$out/bare.mp3" # ID3v1
ff $tone $small -metadata_header_padding 300 "$out/padded.flac"
ff $tone $small -metadata_header_padding 0 "$out/tight.flac"
ff $tone $small -c:a libvorbis "$out/vorbis.ogg"
ff $tone48 $small -b:a 8k -c:a libopus "$out/opus.ogg"
ff $tone48 $small -c:a flac -f ogg "$out/flac.ogg"
cat "$out/opus.ogg" "$out/flac.ogg" >"$out/chained.ogg"
ff $tone -bitexact -b:a 8k "$out/adts.aac"
ff $film $small -c:v mjpeg -q:v 20 "$out/film.avi"
ff $film $tone48 $small -c:v libvpx -b:v 20k -c:a libopus -b:a 8k "$out/film.mkv"
ff $film $small -c:v libvpx -b:v 20k -f webm -live 1 pipe:1 >"$out/live.webm"
ff $film $small -c:v flv1 -q:v 20 -flvflags add_keyframe_index -g 1 "$out/film.flv"
