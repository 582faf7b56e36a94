# The robust mark: what is left when everything beside the pixels is gone.
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ ffmpeg -v error -i $MEDIA/pictures/astronaut.png -vf scale=1200:1200:flags=lanczos,noise=alls=5 -map_metadata -1 photo.png
$ signmark mark photo.png -o marked.png | grep robust
  robust    id frame margin 16.2 dB, signed frame margin 14.0 dB (PSNR 45.2 dB)
# A messenger: smaller, compressed, no metadata.
$ ffmpeg -v error -i marked.png -vf scale=1000:-1 -q:v 6 -map_metadata -1 copy.jpg && signmark verify copy.jpg
copy.jpg: marked - marked as AI-generated, says a mark in the pixels; its origin is not proved
  manifest  absent     C2PA manifest
                       no manifest store
  metadata  absent     AIGC record
                       no AIGC place in this file
  robust    present    robust mark
                       the signature verifies; content not compared, so it may come from elsewhere
                       signer: Alice Studio
                       carrier key: public
                       content id: e77f4b4616073cd1
                       key hint: 9e16f928
                       time: 2026-11-26T01:54:06Z, as the signer says
                       content: not compared with the fingerprint
                       z: pilots 23.9, id frame 27.5, signed frame 54.6
                       false positive: below 10^-135.4
                       geometry: tile 118.2 px, rotation 0.9 degrees
                       bits corrected: id frame 143, signed frame 606
                       margin: id frame 6.8 dB, signed frame 4.9 dB
                       place: 1000 x 1000 px at 0,0
                       not tried: 1 private carrier key that needs a passphrase
  verdict   marked    tier suspected
  notice    本内容疑似由人工智能生成合成 / This content is suspected to be AI-generated
[exit 13]
# The same for somebody who does not trust Alice, and knows none of her keys.
$ SIGNMARK_HOME=$PWD/elsewhere signmark verify copy.jpg | grep -A 1 robust
  robust    present    robust mark
                       signature not checked: the key that made it is not known here
# The id is what --expect compares.
$ signmark -q verify --expect 0000000000000000 copy.jpg > /dev/null
signmark: warning: copy.jpg: expected content id 0000000000000000, found e77f4b4616073cd1
[exit 12]
# A mark is never laid twice.
$ signmark mark copy.jpg -o again.jpg
signmark: error: copy.jpg: the file carries marks already: robust mark (present)
hint: use --existing add to continue its history, or `signmark propagate` as a platform
code: pipeline.existing
[exit 20]
# A look that leaves the pixels out is no clean look.
$ signmark verify --layers metadata,manifest copy.jpg | tail -n 3
  robust    unreadable robust mark
                       not looked at: left out by --layers
  verdict   inconclusive    tier none
$ signmark inspect copy.jpg | grep -A 1 'robust mark'
  robust mark: carrier key public
    content id: e77f4b4616073cd1
# A private mark is seen by those who hold its key.
$ signmark mark photo.png -o private.png --layers robust --carrier "Alice Studio" --strength strong | grep robust
  robust    id frame margin 18.8 dB, signed frame margin 16.8 dB (PSNR 41.7 dB)
$ signmark verify private.png | grep -A 3 robust
private.png: none - no robust mark, AIGC record, source type or manifest; visible labels are for the eye
  manifest  absent     C2PA manifest
                       no manifest store
  metadata  absent     AIGC record
--
  robust    absent     robust mark
                       no mark of the public carrier key in the pixels
                       not tried: 1 private carrier key that needs a passphrase
  verdict   none    tier none
$ signmark verify private.png --carrier "Alice Studio" | grep carrier
                       carrier key: sm1-drdi-l6pg-ljpr-2q2n "Alice Studio"
# Too little room is refused with its cure.
$ ffmpeg -v error -i photo.png -vf scale=80:80 tiny.png; signmark mark tiny.png -o out.png --layers robust
signmark: error: tiny.png: the picture is too small for a robust mark
hint: use a picture of at least 96 pixels a side, or leave the layer `robust` out
code: image.mark.size
[exit 20]
$ signmark mark photo.png -o out.png --strength loud
signmark: error: strength: "loud" is no value for this option
hint: choose from invisible, default, strong
code: pipeline.option.value
[exit 2]
$ signmark mark photo.png -o out.png --carrier nobody
signmark: error: there is no carrier key "nobody"
hint: signmark key list shows them all
code: keys.select.none
[exit 15]
