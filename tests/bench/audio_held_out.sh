#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a folder of sounds that nothing was tuned on, for audio_bench: music, real and synthetic speech, and short
# sounds from Debian packages. Needs apt-get, ffmpeg, espeak-ng and fluidsynth; downloads 70 MB and installs nothing.
#   audio_held_out.sh FOLDER
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
apt-get download -q asterisk-core-sounds-en-g722 asterisk-core-sounds-es-g722 asterisk-core-sounds-ru-g722 \
  asterisk-moh-opsound-g722 frozen-bubble-data openttd-openmsx timgm6mb-soundfont sound-theme-freedesktop
for package in *.deb; do dpkg-deb -x "$package" tree; done
cd tree/usr/share

# NAME FILE FROM SECONDS: a piece of a sound
piece() {
  ffmpeg -v error -y -ss "$3" -i "$2" -t "$4" "$out/$1.wav"
}
piece music_cold_day asterisk/moh/macroform-cold_day.g722 61 45
piece music_robot_dity asterisk/moh/macroform-robot_dity.g722 47 45
piece music_simplicity asterisk/moh/macroform-the_simplicity.g722 83 45
piece music_morning_coffee asterisk/moh/manolo_camp-morning_coffee.g722 20 45
piece music_system asterisk/moh/reno_project-system.g722 120 45
for name in frozen-mainzik-1p introzik frozen-mainzik-2p; do
  piece "music_$name" games/frozen-bubble/snd/$name.ogg 50 45
done
for name in harp_harmony flying_scotsman relax_song city_blues_redfarn; do
  fluidsynth -q -n -i -r 44100 -F "$scratch/midi.wav" sounds/sf2/TimGM6mb.sf2 games/openttd/baseset/openmsx/$name.mid
  piece "music_midi_$name" "$scratch/midi.wav" 12 45
done

cd asterisk/sounds
piece speech_en en_US_f_Allison/demo-instruct.g722 5 45
piece speech_es es_MX_f_Allison/demo-instruct.g722 9 45
piece speech_ru ru_RU_f_IvrvoiceRU/basic-pbx-ivr-main.g722 0 45
cd ../..

spoken() {
  espeak-ng -v "$1" -s "$2" -w "$out/tts_espeak_$1.wav" "$3"
}
spoken es 150 "El mar estaba tranquilo aquella mañana y los barcos volvían despacio al puerto. Nadie hablaba, porque todos \
miraban el cielo, donde las nubes corrían hacia el norte. Más tarde empezó a llover y la gente buscó refugio bajo los arcos."
spoken de 140 "Am Morgen lag Nebel über den Feldern, und die Straße war leer. Erst gegen Mittag brach die Sonne durch, und \
auf dem Markt begannen die Händler, ihre Körbe auszupacken. Es roch nach Äpfeln und frischem Brot."
spoken fr-fr 160 "Le train entra lentement dans la gare et les voyageurs descendirent sans se presser. Une vieille dame \
cherchait son billet pendant que le contrôleur attendait en souriant. Dehors, la neige tombait depuis le matin."
spoken ja 150 "きょうはとてもいいてんきです。こうえんにはこどもたちがあつまって、ボールであそんでいます。あしたはあめがふるそうです。"

# Short sounds behind one another, half a second of silence after each.
ls sounds/freedesktop/stereo/*.oga | head -30 | while read -r sound; do
  ffmpeg -v error -y -i "$sound" -af apad=pad_dur=0.5 -ar 48000 -ac 2 -f s16le - </dev/null
done > "$scratch/short.raw"
ffmpeg -v error -y -f s16le -ar 48000 -ac 2 -i "$scratch/short.raw" -t 45 "$out/sounds_freedesktop.wav"
