# A platform's duty: fill in the propagation fields, keep the producer's.
$ cp $MEDIA/pictures/astronaut.png photo.png
$ signmark -q key new --kdf interactive --label "Alice Studio" > /dev/null
$ signmark -q mark photo.png -o marked.png --producer 001191110102MACQD9K64010000 --produce-id work-1 > /dev/null
$ signmark propagate marked.png -o shown.png --propagator 00119144030008867405X220001 --propagate-id post-7
$ signmark verify shown.png
$ exiftool -s3 -XMP-TC260:AIGC shown.png 2>/dev/null | head -c 60; echo
# Nothing says generated: refused, unless the uploader declares it.
$ signmark propagate photo.png -o declared.png --propagator platform
$ signmark propagate photo.png -o declared.png --propagator platform --declared
$ signmark -q verify declared.png
# A bare record without manifest, as other products write it.
$ signmark -q mark photo.png -o bare.png --layers metadata > /dev/null
$ signmark -q verify bare.png
$ signmark -q propagate bare.png -o bare2.png --propagator platform
$ signmark -q verify bare2.png | grep Propaga
