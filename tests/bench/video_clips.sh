#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cuts the 20 clips of video_mark_bench's tables: the films of the media pool, films of Debian's
# package opencv-doc, and photographs under a moving camera.
#   video_clips.sh POOL FILMS OUT     FILMS: folder with vtest.avi, Megamind.avi, tree.avi, box.mp4, cup.mp4
set -eu
pool=$1 films=$2 out=$3
mkdir -p "$out"

encode() { # NAME, then options of ffmpeg
  name=$1
  shift
  ffmpeg -v fatal -y -threads 2 "$@" -an -pix_fmt yuv420p -c:v libx264 -preset veryfast -crf 10 \
    "$out/$name.mp4"
}
film() { # NAME FILE START SECONDS
  encode "$1" -ss "$3" -i "$2" -t "$4"
}
# A clip that is too short, followed by its mirror images: a loop would show the reader the same
# pictures under another part of the mark, which no real film does.
short() { # NAME FILE
  encode "$1" -i "$2" -t 10 -filter_complex "split=4[a][h][v][t];[h]hflip[h];[v]vflip[v];\
[t]hflip,vflip[t];[a][h][v][t]concat=n=4"
}
# A camera that moves over a photograph by so many of its pixels a second, with a hand's tremor.
photo() { # NAME FILE WIDTH-OF-VIEW X Y RIGHT DOWN TREMOR
  encode "$1" -loop 1 -framerate 30 -i "$2" -t 10 -vf "crop=$3:$3*9/16:\
x=$4+$6*t+$8*(sin(2.1*t)+sin(5.3*t+1)):y=$5+$7*t+$8*(sin(1.7*t)+sin(4.7*t+2)),scale=1920:1080"
}

for file in "$pool"/video/*.mp4; do short "$(basename "$file" .mp4)" "$file"; done
film crossing_1 "$films/vtest.avi" 5 10
film crossing_2 "$films/vtest.avi" 45 10
short cartoon "$films/Megamind.avi"
film tree "$films/tree.avi" 4 10
film box "$films/box.mp4" 3 10
short cup "$films/cup.mp4"
photo pan_elephants "$pool/photo/elephants_4k.jpg" 1920 200 300 120 40 0
photo hand_garden "$pool/photo/garden.jpg" 1600 300 200 10 5 12
photo still_garden "$pool/photo/garden.jpg" 1920 300 200 0 0 0
photo pan_city "$pool/ai/sd_2pass_4k.jpg" 1920 100 900 150 0 0
photo hand_houses "$pool/photo/kodim08.png" 640 50 60 0 0 6
photo pan_sunset "$pool/ai/smooth_sunset.png" 640 10 100 8 0 0
photo hand_kitchen "$pool/ai/flux_schnell_kitchen.png" 800 60 200 3 0 8
